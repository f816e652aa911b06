use std::cmp::Ordering;

use super::number;

/// A version of apk: numbers, a letter, suffixes, a commit, a build.
struct Version<'a> {
    text: &'a str,
    numbers: Vec<&'a str>,
    letter: Option<char>,
    suffixes: Vec<(usize, &'a str)>,
    build: &'a str,
    /// What the grammar leaves over, and whether a build came before it.
    rest: &'a str,
    broken: bool,
}

/// In their order; the sixth is a version without a suffix.
const SUFFIXES: [&str; 10] = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"];
const NO_SUFFIX: usize = 4;

/// apk's order. What its grammar does not allow comes before what it does, where both are
/// otherwise the same; commits don't count.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Version::parse(a.trim()), Version::parse(b.trim()));
    numbers(&a.numbers, &b.numbers)
        .then_with(|| a.letter.cmp(&b.letter))
        .then_with(|| {
            number::each(&a.suffixes, &b.suffixes, (NO_SUFFIX, "0"), |a, b| {
                a.0.cmp(&b.0).then_with(|| number::compare(a.1, b.1))
            })
        })
        .then_with(|| number::compare(a.build, b.build))
        .then_with(|| a.rest.is_empty().cmp(&b.rest.is_empty()))
        .then_with(|| if a.broken && b.broken { a.text.cmp(b.text) } else { Ordering::Equal })
}

/// After the first, a number that begins with a zero compares as a decimal fraction does.
fn numbers(a: &[&str], b: &[&str]) -> Ordering {
    (0..a.len().max(b.len()))
        .map(|at| match (a.get(at), b.get(at)) {
            (Some(a), Some(b)) if at > 0 && (a.starts_with('0') || b.starts_with('0')) => a.cmp(b),
            (a, b) => number::compare(a.unwrap_or(&"0"), b.unwrap_or(&"0")),
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Self {
        let mut rest = text;
        let numbers = leading(&mut rest);
        let letter = rest.chars().next().filter(char::is_ascii_lowercase);
        rest = &rest[letter.map_or(0, char::len_utf8)..];
        let suffixes = std::iter::from_fn(|| suffix(&mut rest)).collect();
        if let Some(mut commit) = rest.strip_prefix('~') {
            let hash = number::take(&mut commit, |sign| matches!(sign, '0'..='9' | 'a'..='f'));
            rest = if hash.is_empty() { rest } else { commit };
        }
        let (build, broken) = match rest.strip_prefix("-r") {
            Some(mut after) => {
                let build = number::digits(&mut after);
                rest = after;
                (build, false)
            }
            None => ("", !rest.is_empty()),
        };
        Self { text, numbers, letter, suffixes, build, rest, broken }
    }
}

fn leading<'a>(text: &mut &'a str) -> Vec<&'a str> {
    let mut numbers = Vec::new();
    loop {
        let digits = number::digits(text);
        if digits.is_empty() {
            return numbers;
        }
        numbers.push(digits);
        *text = text.strip_prefix('.').unwrap_or(text);
    }
}

fn suffix<'a>(text: &mut &'a str) -> Option<(usize, &'a str)> {
    let inside = text.strip_prefix('_')?;
    // `p` is the beginning of `pre`: the longest that fits is meant.
    let (rank, word) = SUFFIXES
        .iter()
        .enumerate()
        .filter(|(_, word)| !word.is_empty() && inside.starts_with(**word))
        .max_by_key(|(_, word)| word.len())?;
    let mut rest = &inside[word.len()..];
    let digits = number::digits(&mut rest);
    *text = rest;
    Some((rank, digits))
}
