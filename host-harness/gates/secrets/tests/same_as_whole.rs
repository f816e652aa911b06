//! Looking around anchors finds what a search of every pattern through the whole text finds.

use std::sync::Arc;

use proptest::prelude::*;
use regex_automata::{meta, util::syntax};
use secrets::{Options, RuleFile, Rules, Scanner};

const PATTERNS: &[&str] = &[
    r"ab[0-9]{2}",
    r"\b(ab[0-9]{1,3})\b",
    r"(?i)[\w.-]{0,5}?(?:key|ab)[ =]{1,3}([a-z0-9]{2,6})(?:[\s;]|$)",
    r"[a-z]+key=[0-9]+",
    r"(?s)ab.{2,}?key",
    r"ab.*key",
    r"(?:ab[0-9]+|[a-z]{0,3}key[0-9]{1,20}x)",
    r"(?:^|[ ;])key[^\n]*;",
    r"[0-9]{3}",
    r"(?m)^ab=.+$",
    r"[a-k]{0,50}key[0-9]{0,3}",
    r"[\sa-k]{0,9}key.*",
    r"[\sa-k]{0,9}?(?:key[0-9]+|ab=?)",
    r"[^;]*key",
];

fn texts() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "ab", "AB", "key", "Key", "=", " ", "\n", ";", "12", "345", "x", "é", ".", "b", "k",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn windows_find_what_the_whole_text_holds(text in texts(), pattern in prop::sample::select(PATTERNS)) {
        let file = format!("[[rules]]\nid = 'a'\nregex = '''{pattern}'''\nsecretGroup = 0\n");
        let rules = Rules::load(&[RuleFile { name: "a.toml", text: &file }]).unwrap();
        let scanner = Scanner::new(Arc::new(rules), Options { decode_depth: 0, ..Options::default() });
        let found = scanner.text(text.as_bytes()).unwrap().len();
        let syntax = syntax::Config::new().unicode(false).utf8(false);
        let whole = meta::Regex::builder().syntax(syntax).configure(meta::Config::new().utf8_empty(false)).build(pattern).unwrap();
        prop_assert_eq!(found, whole.find_iter(text.as_bytes()).count());
    }

    #[test]
    fn whatever_the_bytes_are_nothing_breaks(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let scanner = Scanner::new(Arc::new(Rules::built_in().unwrap()), Options::default());
        prop_assert!(scanner.text(&bytes).is_ok());
    }
}
