use finding::{Canary, RepoPath};
use sha2::{Digest as _, Sha256};

use crate::Scanner;

/// Where there is no rule that it could be known by, so that it is missed and the gate fails.
const NO_RULE: &str = "secrets/no-rule-finds-the-canary";

/// A rule of its own, for sets of rules that know no private keys and have no cases.
pub const RULE: &str = r#"format = "code-assist/1"

[[rules]]
id = "code-assist-canary"
description = "the fault that is planted beside the files"
severity = "low"
regex = '''(code_assist_canary_[0-9a-f]{32})'''
keywords = ["code_assist_canary_"]
remedy = "take it out: nobody but the gate itself plants it"
match = ["code_assist_canary_%%5f0c3d9ab17e4268905d3e7c1ba9f824"]
miss = ["code_assist_canary_none"]
"#;

/// A private key that no one was ever given, and the rule by which this scanner knows it; where
/// its rules know no private keys, a case of one of them.
pub(crate) fn of(scanner: &Scanner) -> Canary {
    let found = |text: &str| scanner.text(text.as_bytes()).ok().and_then(|leaks| leaks.into_iter().next());
    let cases = scanner.rules().iter().flat_map(|rule| &rule.matches).filter(|case| case.path.is_none());
    let mut texts = std::iter::once(key()).chain(cases.map(|case| case.text.clone()));
    let known = texts.find_map(|text| found(&text).map(|leak| (scanner.rule(&leak).name.clone(), text)));
    let (rule, text) = known.unwrap_or_else(|| (NO_RULE.to_owned(), key()));
    let path = RepoPath::parse("canary.txt").expect("it is a plain name");
    Canary { path, bytes: text.into_bytes(), rule }
}

/// Made where it is needed, so that no file holds it.
fn key() -> String {
    let digest = Sha256::digest(b"canary of the secrets gate");
    let body: String = digest
        .iter()
        .flat_map(|byte| [LETTERS[usize::from(byte & 31)], LETTERS[usize::from(byte >> 3)]])
        .map(char::from)
        .collect();
    format!("-----BEGIN {0} KEY-----\n{body}\n{body}\n{body}==\n-----END {0} KEY-----\n", "PRIVATE")
}

const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXabcdefg236";
