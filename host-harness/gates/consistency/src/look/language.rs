//! The least version of a language that a README asks for, beside what the manifest asks for.

use std::collections::BTreeMap;

use super::Told;
use crate::{
    document::{Document, Kind},
    manifest::{Manifests, Package},
    repository::Repository,
};

/// A language, by the words that it is called by.
struct Language {
    name: &'static str,
    words: &'static [&'static str],
    packages: fn(&Manifests) -> &[Package],
}

const LANGUAGES: [Language; 4] = [
    Language { name: "Rust", words: &["rust", "rustc", "msrv"], packages: |all| &all.cargo.packages },
    Language { name: "Node", words: &["node", "node.js", "nodejs"], packages: |all| &all.node },
    Language { name: "Python", words: &["python"], packages: |all| &all.python },
    Language { name: "Go", words: &["go", "golang"], packages: |all| &all.go },
];

pub(super) fn look(repository: &Repository<'_>, document: &Document, told: &mut Vec<Told>) {
    if document.kind != Kind::Readme {
        return;
    }
    for language in &LANGUAGES {
        let said = said(document, language);
        // One that says two of them speaks of other things as well, such as past releases.
        let [(version, line)] = said.iter().collect::<Vec<_>>()[..] else { continue };
        let packages = (language.packages)(repository.manifests());
        let Some(asked) = asked(packages, document.folder()) else { continue };
        let Some(least) = least(asked) else { continue };
        if !agree(version, &least) {
            let why = format!("the manifest asks for `{asked}`");
            let object = format!("{} {}", language.name, shown(version));
            told.push(Told::new("consistency/language-version", *line, &object, why));
        }
    }
}

/// What the package asks for that the document is about. Where the root has none, its packages
/// have to agree.
fn asked<'a>(packages: &'a [Package], folder: &str) -> Option<&'a str> {
    if let Some(own) = packages.iter().find(|package| package.folder == folder) {
        return own.language.as_deref();
    }
    let mut all =
        packages.iter().filter(|_| folder.is_empty()).filter_map(|package| package.language.as_deref());
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// The versions that a document asks for, with the line of each.
fn said(document: &Document, language: &Language) -> BTreeMap<Vec<u64>, u32> {
    let mut found = BTreeMap::new();
    for passage in document.parts.passages.iter().filter(|passage| passage.text.len() < 400) {
        if let Some(version) = in_text(&passage.text, language) {
            found.entry(version).or_insert(passage.line);
        }
    }
    for link in &document.parts.links {
        if let Some(version) = in_badge(&link.target, language) {
            found.entry(version).or_insert(link.line);
        }
    }
    found
}

/// `requires Python >= 3.9`, `the minimum is Rust 1.70`, `MSRV: 1.70`; alone also `Node.js 18+`.
fn in_text(text: &str, language: &Language) -> Option<Vec<u64>> {
    let text = text.to_lowercase();
    // What only some features need is no matter of the manifest.
    if ["feature", "nightly", " when ", " if ", "older", "before", "until", "since"]
        .iter()
        .any(|word| text.contains(word))
    {
        return None;
    }
    text.split(". ").find_map(|sentence| in_sentence(sentence, language))
}

/// Words by which a sentence speaks of what is needed.
const ASKING: [&str; 15] = [
    "minimum",
    "minimal",
    "least",
    "requires",
    "require",
    "required",
    "requirement",
    "requirements",
    "msrv",
    "needs",
    "need",
    "needed",
    "prerequisite",
    "prerequisites",
    "supported",
];
const LATER: [&str; 8] = ["or", "and", "later", "newer", "higher", "above", "greater", "up"];
const SIGNS: [&str; 11] = ["version", ">=", "v", "is", "≥", "of", "minimum", "supported", "at", "least", ":"];

fn in_sentence(sentence: &str, language: &Language) -> Option<Vec<u64>> {
    let words: Vec<_> = sentence
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ';' | '`' | '*'))
        .filter(|word| !word.is_empty())
        .collect();
    let asks = words.iter().any(|word| ASKING.contains(&bare(word)));
    let start = words.iter().position(|word| language.words.contains(&word.trim_end_matches(':')))?;
    let is_entry = start == 0 && words[1..].iter().all(|word| is_of_entry(word));
    if !(asks || is_entry) {
        return None;
    }
    let mut signed = asks || words.iter().any(|word| LATER[2..].contains(&bare(word)));
    for word in words[start + 1..].iter().take(6) {
        signed |= word.starts_with(['>', '≥']);
        if let Some(version) = version(word) {
            return (signed || word.trim_end_matches(['.', ':', ',']).ends_with('+')).then_some(version);
        }
        if !SIGNS.contains(&word.trim_end_matches(':')) {
            return None;
        }
    }
    None
}

fn bare(word: &str) -> &str {
    word.trim_end_matches([':', '.', ','])
}

fn version(word: &str) -> Option<Vec<u64>> {
    numbers(word.trim_start_matches(['>', '=', '≥', 'v']).trim_end_matches(['.', '+', ':', ',']))
}

/// Whether a word may stand in an entry that names a least version and nothing else.
fn is_of_entry(word: &str) -> bool {
    version(word).is_some() || SIGNS.contains(&bare(word)) || LATER.contains(&bare(word))
}

/// `img.shields.io/badge/rust-1.70%2B-blue`.
fn in_badge(target: &str, language: &Language) -> Option<Vec<u64>> {
    let (_, badge) = target.split_once("img.shields.io/badge/")?;
    let badge = crate::place::unescaped(badge)?.to_lowercase();
    let (name, rest) = badge.split_once('-')?;
    let known = language.words.iter().any(|word| name.trim() == *word);
    let rest = rest.trim_start_matches(['>', '=', '≥', 'v', ' ', '_']);
    let version = rest.split(['-', '+', '_', ' ', '?', '|', ',']).next()?;
    let alone = !rest.contains(['|', ',']);
    numbers(version).filter(|_| known && alone)
}

/// The least that a manifest asks for; none where it says more than that.
fn least(asked: &str) -> Option<Vec<u64>> {
    let first = asked.split([',', ' ']).next()?;
    let rest = asked.strip_prefix(">= ").map_or(first, |rest| rest.split([',', ' ']).next().unwrap_or(rest));
    if asked.contains("||") || rest.starts_with(['<', '=', '!', '~']) {
        return None;
    }
    numbers(rest.trim_start_matches(['>', '=', '^', 'v']).trim_end_matches(".x"))
}

fn numbers(text: &str) -> Option<Vec<u64>> {
    let numbers: Result<Vec<u64>, _> = text.split('.').map(str::parse).collect();
    numbers.ok().filter(|numbers| numbers.len() <= 3 && numbers[0] < 1000)
}

/// The same as far as both go.
fn agree(said: &[u64], asked: &[u64]) -> bool {
    said.iter().zip(asked).all(|(said, asked)| said == asked)
}

fn shown(version: &[u64]) -> String {
    version.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_least_version_is_told_from_a_mention() {
        let rust = |text| in_text(text, &LANGUAGES[0]);
        assert_eq!(rust("This needs Rust 1.70 or later."), Some(vec![1, 70]));
        assert_eq!(rust("Requires `rustc` >= 1.70.0"), Some(vec![1, 70, 0]));
        assert_eq!(rust("MSRV: 1.65"), Some(vec![1, 65]));
        assert_eq!(rust("Rust 1.70 brought this"), None);
        assert_eq!(rust("Rust 1.70 or later"), Some(vec![1, 70]));
        assert_eq!(rust("It is the same on Rust 1.64.0 and later."), None);
        assert_eq!(rust("It is faster on Rust 1.64+. A disk is required."), None);
        assert_eq!(rust("It is fast. The minimum is Rust 1.64."), Some(vec![1, 64]));
        assert_eq!(rust("written in Rust, at least 3 times faster"), None);
        assert_eq!(in_text("Python 3.9+", &LANGUAGES[2]), Some(vec![3, 9]));
        assert_eq!(
            in_badge("https://img.shields.io/badge/python-3.8%2B-blue", &LANGUAGES[2]),
            Some(vec![3, 8])
        );
        assert_eq!(least(">=3.8,<4"), Some(vec![3, 8]));
        assert_eq!(least("^16 || >=18"), None);
    }
}
