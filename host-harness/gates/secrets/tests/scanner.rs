//! The scanner as the gate asks it. No file of this test holds a whole secret.

use std::sync::Arc;

use finding::{FileScanner as _, Found, Look, RepoPath, Severity};
use secrets::{Comments, Encoding, Options, RuleFault, RuleFile, Rules, Scanner, masked};

const RULES: &str = r#"
format = "code-assist/1"
[[rules]]
id = "acme-token"
description = "Acme token"
severity = "critical"
regex = '\b(acme_[A-Za-z0-9]{24})\b'
keywords = ["acme_"]
entropy = 3.0
match = ["t = acme_%%Zx81Kq02LmNv73PtRw64YsBd"]
miss = ["t = acme_%%aaaaaaaaaaaaaaaaaaaaaaaa"]
[[rules]]
id = "generic-password"
description = "password in quotes"
regex = '''(?i)[\w.-]{0,40}?(?:password|secret)[ \t]{0,8}[:=][ \t]{0,8}["']([^"'\s]{8,80})["']'''
keywords = ["password", "secret"]
tokens = true
match = ['password = "xK9f%%Q2vLp8Rt"', { path = "a/b.py", text = "db_secret: 'qZ7%%wPx04LmTv'" }]
miss = ['password = "example-password"', 'password = "short"']
[[rules]]
id = "key-file"
description = "key store"
path = '\.p12$'
match = [{ path = "a/b.p12", text = "" }]
miss = [{ path = "a/b.p13", text = "" }]
[[allowlists]]
paths = ['^third_party/']
"#;

fn rules() -> Arc<Rules> {
    Arc::new(Rules::load(&[RuleFile { name: "own.toml", text: RULES }]).unwrap())
}

fn scanner(options: Options) -> Scanner {
    Scanner::new(rules(), options)
}

fn token() -> String {
    ["acme", "_Zx81Kq02LmNv", "73PtRw64YsBd"].concat()
}

fn look(path: &str, bytes: &[u8]) -> Vec<Found> {
    match scanner(Options::default()).look(&RepoPath::parse(path).unwrap(), bytes) {
        Look::Scanned(found) => found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_case_of_every_rule_comes_out_right() {
    assert_eq!(rules().failing_cases(), []);
    assert_eq!(Arc::new(Rules::built_in().unwrap()).failing_cases(), []);
}

#[test]
fn no_message_has_a_placeholder_or_a_secret() {
    let rules = Arc::new(Rules::built_in().unwrap());
    let scanner = Scanner::new(Arc::clone(&rules), Options::default());
    for case in rules.iter().flat_map(|rule| &rule.matches) {
        let path = RepoPath::parse(case.path.as_deref().unwrap_or("a")).unwrap();
        let Look::Scanned(found) = scanner.look(&path, case.text.as_bytes()) else { continue };
        for one in found {
            let words = [&one.message.replace(&masked(&one.subject), ""), &*one.remedy].concat();
            assert!(!words.contains(['$', '{', '}', '<', '>']) && !words.contains("%%"), "{words}");
            let secret = String::from_utf8_lossy(&one.subject);
            assert!(secret == path.as_str() || !words.contains(&*secret), "{words}");
        }
    }
}

#[test]
fn a_secret_is_told_without_being_told() {
    let found = look("src/a.rs", format!("// x\nlet t = \"{}\";\n", token()).as_bytes());
    let [one] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((one.rule.as_ref(), one.severity), ("secrets/acme-token", Severity::Critical));
    let span = one.span.unwrap();
    assert_eq!((span.line, span.column, span.end_line, span.end_column), (2, 10, 2, 39));
    assert_eq!(one.message, "a secret lies open: Acme token, `acme…`");
    assert_eq!(one.subject, token().as_bytes());
}

#[test]
fn a_secret_in_another_form_is_found_where_that_form_stands() {
    let hex: String = token().bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = token().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let once = base64(token().as_bytes());
    let twice = base64(format!("say {once}.").as_bytes());
    for (text, form) in [
        (&hex, Encoding::Hex),
        (&percent, Encoding::Percent),
        (&once, Encoding::Base64),
        (&twice, Encoding::Base64),
    ] {
        let file = format!("a: 1\nb: {text}\n");
        let leaks = scanner(Options::default()).text(file.as_bytes()).unwrap();
        let [leak] = leaks.as_slice() else { panic!("{form}: {leaks:?}") };
        assert_eq!((leak.secret.as_slice(), leak.encoding), (token().as_bytes(), Some(form)));
        assert_eq!(&file[leak.bytes.clone()], text);
        assert_eq!(leak.span.line, 2);
    }
    let plain = Options { decode_depth: 0, ..Options::default() };
    assert_eq!(scanner(plain).text(hex.as_bytes()).unwrap(), []);
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn what_stands_before_an_encoded_value_still_counts() {
    let file = format!("password: \"{}\"\n", base64(b"xK9fQ2vLp8Rt!mW3"));
    let found = scanner(Options::default()).text(file.as_bytes()).unwrap();
    assert!(found.iter().any(|leak| leak.secret == b"xK9fQ2vLp8Rt!mW3"), "{found:?}");
}

#[test]
fn binary_and_utf_16_files_are_looked_into() {
    let mut binary = vec![0, 1, 2, 0xff, 0xfe];
    binary.extend(token().bytes());
    binary.extend([0, 0, 0x80]);
    assert_eq!(look("a.bin", &binary).len(), 1);
    for to in [u16::to_le_bytes, u16::to_be_bytes] {
        let wide: Vec<u8> = format!("\u{feff}x\n{}\n", token()).encode_utf16().flat_map(to).collect();
        let found = look("a.txt", &wide);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].span.unwrap().line, found[0].subject.as_slice()), (2, token().as_bytes()));
    }
}

#[test]
fn nothing_in_the_tree_has_a_say_unless_the_operator_says_so() {
    let file = format!("{} # gitleaks:allow code-assist:allow\n", token());
    assert_eq!(look("a.py", file.as_bytes()).len(), 1);
    let trusting = Options { comments: Comments::Honoured, ..Options::default() };
    assert_eq!(scanner(trusting).text(file.as_bytes()).unwrap(), []);
    for name in [".gitleaks.toml", ".gitleaksignore", ".secretlintrc"] {
        assert_eq!(look(name, file.as_bytes()).len(), 1);
    }
}

#[test]
fn the_operators_lists_pass_over_paths_and_say_so() {
    let path = RepoPath::parse("third_party/a.py").unwrap();
    let scanner = scanner(Options::default());
    assert!(scanner.passes_over(&path).is_some());
    assert!(matches!(scanner.look(&path, token().as_bytes()), Look::Skipped(_)));
}

#[test]
fn a_generic_finding_gives_way_to_a_telling_one() {
    let found = look("a.py", format!("password = '{}'", token()).as_bytes());
    let rules: Vec<_> = found.iter().map(|one| one.rule.as_ref()).collect();
    assert_eq!(rules, ["secrets/acme-token"]);
}

#[test]
fn a_file_of_nothing_but_secrets_is_not_judged_to_its_end() {
    let file = format!("{}\n", token()).repeat(20_000);
    let path = RepoPath::parse("a.txt").unwrap();
    assert!(matches!(scanner(Options::default()).look(&path, file.as_bytes()), Look::Broken(_)));
}

#[test]
fn the_canary_is_found_by_the_rule_that_it_names() {
    let gitleaks = "[[rules]]\nid = 'k'\nregex = '-----BEGIN[ A-Z]{0,9}PRIVATE KEY[\\s\\S]{64,}?KEY-----'\nkeywords = ['private']\n";
    let gitleaks = Rules::load(&[RuleFile { name: "g.toml", text: gitleaks }]).unwrap();
    for rules in [rules(), Arc::new(Rules::built_in().unwrap()), Arc::new(gitleaks)] {
        let scanner = Scanner::new(rules, Options::default());
        let canary = scanner.canary();
        let Look::Scanned(found) = scanner.look(&canary.path, &canary.bytes) else { panic!() };
        assert!(found.iter().any(|one| one.rule == canary.rule), "{}", canary.rule);
    }
}

#[test]
fn rules_that_can_not_be_right_do_not_load() {
    let load = |text: &str| Rules::load(&[RuleFile { name: "f.toml", text }]).unwrap_err();
    let ours = |rest: &str| load(&format!("format = 'code-assist/1'\n[[rules]]\nid = 'a'\n{rest}"));
    assert!(matches!(ours("regex = 'abc'\nmiss = ['x']"), RuleFault::NoCase { missing: "match", .. }));
    assert!(matches!(ours("regex = 'abc'\nmatch = ['abc']"), RuleFault::NoCase { missing: "miss", .. }));
    for text in [
        "format = 'code-assist/9'",
        "[[rules]]\nid = 'a'\nregex = 'a'\nsurprise = 1",
        "[[rules]]\nid = 'a'\nregex = 1",
        "[[rules]",
    ] {
        assert!(matches!(load(text), RuleFault::Malformed { .. }), "{text}");
    }
    for text in [
        "[[rules]]\nid = 'a'",
        "[[rules]]\nid = 'a'\nregex = '('",
        "[[rules]]\nid = 'a'\nregex = '((a{1000}){1000}){1000}'",
        "[[rules]]\nid = 'a'\nregex = 'a'\nsecretGroup = 1",
        "[[rules]]\nid = 'a'\nregex = 'a'\nkeywords = ['']",
        "[[rules]]\nid = 'a'\nregex = 'a'\nseverity = 'bad'",
        "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.allowlists]]\ncondition = 'NOR'\npaths = ['a']",
        "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.allowlists]]\n",
        "[[rules]]\nid = 'a'\nregex = 'a'\n[[allowlists]]\ntargetRules = ['b']\npaths = ['a']",
    ] {
        assert!(matches!(load(text), RuleFault::Rule { .. }), "{text}");
    }
    let twice = "[[rules]]\nid = 'a'\nregex = 'abc'\n".repeat(2);
    assert!(matches!(load(&twice), RuleFault::Twice { .. }));
    assert!(matches!(load("[extend]\nuseDefault = true\n"), RuleFault::Extends { .. }));
    assert_eq!(load(""), RuleFault::Empty);
}
