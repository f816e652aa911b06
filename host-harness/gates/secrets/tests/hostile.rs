//! Texts that are made to take long. Each must take about as long as its size, so that twice
//! the text never takes much more than twice the time.

use std::{sync::Arc, time::Instant};

use secrets::{Options, RuleFile, Rules, Scanner};

const RULES: &str = r#"
[[rules]]
id = "assigned"
regex = '''(?i)[\w.-]{0,50}?(?:key|token|secret)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|:|,)[\s'"=]{0,5}([\w.=-]{10,150}|[a-z0-9][a-z0-9+/]{11,}={0,3})(?:[\s'";]|$)'''
keywords = ["key", "token", "secret"]
[[rules]]
id = "block"
regex = '''-----BEGIN[ A-Z]{0,40}KEY-----[\s\S]{64,}?END KEY-----'''
keywords = ["-----begin"]
[[rules]]
id = "command"
regex = '''\bcurl\b(?:.*|.*(?:[\r\n]{1,2}.*){1,5})[ \t](?:-u|--user)[ \t]{0,5}("[^"]{3,}:[^"]{3,}")'''
keywords = ["curl"]
[[rules]]
id = "line"
regex = '''[a-z.]+\.corp\.example/.*!'''
keywords = ["corp"]
"#;

/// The best of three; the machine may have other work.
fn seconds(scanner: &Scanner, text: &str) -> f64 {
    let mut worker = scanner.worker();
    let mut once = || {
        let started = Instant::now();
        let _ = scanner.leaks(&mut worker, None, text.as_bytes());
        started.elapsed().as_secs_f64()
    };
    (0..3).map(|_| once()).fold(f64::INFINITY, f64::min)
}

#[test]
fn time_goes_with_the_text_whatever_it_holds() {
    let rules = Rules::load(&[RuleFile { name: "own.toml", text: RULES }]).unwrap();
    let scanner = Scanner::new(Arc::new(rules), Options::default());
    for part in [
        "key=",
        "key = aaaaaaaaaa",
        "secret token key : ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n",
        "curl ",
        "curl\n",
        "a.corp.example/",
        "%41",
        "%2541",
        "QUFBQUFBQUFBQUFBQUFB",
        "QUFBQUFBQUFBQUFBQUFB\n",
        "a\0b\0",
        "6b65793d6b65793d6b65793d6b65793d ",
    ] {
        let text = part.repeat(20_000 / part.len());
        let (one, four) = (seconds(&scanner, &text), seconds(&scanner, &text.repeat(4)));
        println!("{part:?} {one:.3} {four:.3}");
        assert!(four < 0.5 + 12.0 * one, "{part:?}: {one:.3} s, then {four:.3} s");
    }
}
