//! Large files come in pieces, and nothing is lost between them.

use std::sync::Arc;

use secrets::{Options, RuleFile, Rules, Scanner};

const RULES: &str = r#"
[[rules]]
id = "acme-token"
regex = '\bacme_[A-Za-z0-9]{24}\b'
keywords = ["acme_"]
"#;

fn scanner() -> Scanner {
    let rules = Rules::load(&[RuleFile { name: "own.toml", text: RULES }]).unwrap();
    Scanner::new(Arc::new(rules), Options::default())
}

fn token(number: usize) -> String {
    format!("acme{}Zx81Kq02LmNv73Pt{number:08}", "_")
}

/// Four megabytes with a secret every so often, at odd places.
fn large() -> (Vec<u8>, Vec<usize>) {
    let (mut file, mut places) = (Vec::new(), Vec::new());
    for number in 0..331 {
        file.extend(b"some words of a line\n".iter().cycle().take(12_345 + number % 7));
        file.push(b' ');
        places.push(file.len());
        file.extend(token(number).bytes());
        file.push(b'\n');
    }
    (file, places)
}

#[test]
fn every_secret_of_a_large_file_is_found_once_and_in_its_place() {
    let (file, places) = large();
    let scanner = scanner();
    for piece in [1000, 4096, 1 << 20, file.len()] {
        let mut worker = scanner.worker();
        let mut stream = scanner.stream(&mut worker, None);
        file.chunks(piece).for_each(|piece| stream.feed(piece).unwrap());
        let leaks = stream.finish().unwrap();
        let found: Vec<_> = leaks.iter().map(|leak| leak.bytes.start).collect();
        assert_eq!(found, places, "in pieces of {piece}");
        for leak in leaks.into_iter().step_by(110) {
            assert_eq!(leak.span, finding::Span::of(&file, leak.bytes));
        }
    }
    let whole = scanner.leaks(&mut scanner.worker(), None, &file).unwrap();
    assert_eq!(whole.len(), places.len());
}

#[test]
fn a_keyword_counts_for_the_rest_of_a_large_file() {
    let text = "[[rules]]\nid = 'a'\nregex = '\\bk[0-9]{9}z'\nkeywords = ['acme']\n";
    let rules = Rules::load(&[RuleFile { name: "own.toml", text }]).unwrap();
    let scanner = Scanner::new(Arc::new(rules), Options::default());
    let file = ["acme\n".to_owned(), "words\n".repeat(500_000), "k123456789z\n".to_owned()].concat();
    assert_eq!(scanner.text(file.as_bytes()).unwrap().len(), 1);
    assert_eq!(scanner.text(&file.as_bytes()[5..]).unwrap().len(), 0);
}
