use std::cmp::Ordering;

use super::{form, number};

/// The order of PHP's `version_compare`, after Composer's leading `v` is dropped.
///
/// It is PHP's, with `#` equal to any number, and so not quite a total order.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (parts(a), parts(b));
    for (a, b) in a.iter().zip(&b) {
        let order = part(a, b);
        if order.is_ne() {
            return order;
        }
    }
    match a.len().cmp(&b.len()) {
        Ordering::Greater => longer(&a[b.len()..]),
        Ordering::Less => longer(&b[a.len()..]).reverse(),
        Ordering::Equal => Ordering::Equal,
    }
}

/// Whether a text is a version, or a branch as Composer names it.
pub fn reads(text: &str) -> bool {
    let branch = text.trim().strip_prefix("dev-");
    is_regular(text) || branch.is_some_and(form::is_word)
}

/// Whether a version is one of numbers and of words that have a rank, and not a branch.
pub fn is_regular(text: &str) -> bool {
    let parts = parts(text);
    let known = |part: &String| number::is_number(part) || rank(part) > 0 || part == "stable";
    parts.first().is_some_and(|first| number::is_number(first)) && parts.iter().all(known)
}

/// How the rest of the longer version stands to nothing: a number is more, a word is less or
/// more by its rank, and one that is neither leaves the rest to decide.
fn longer(rest: &[String]) -> Ordering {
    for part in rest {
        if number::is_number(part) {
            return Ordering::Greater;
        }
        let order = rank(part).cmp(&rank("#"));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn part(a: &str, b: &str) -> Ordering {
    match (number::is_number(a), number::is_number(b)) {
        (true, true) => number::compare(a, b),
        (true, false) => rank("#").cmp(&rank(b)),
        (false, true) => rank(a).cmp(&rank("#")),
        (false, false) => rank(a).cmp(&rank(b)),
    }
}

/// A word counts by its beginning; an unknown one comes before `dev`.
fn rank(word: &str) -> u8 {
    const RANKS: [(&str, u8); 7] = [("dev", 1), ("a", 2), ("b", 3), ("RC", 4), ("rc", 4), ("#", 5), ("p", 6)];
    RANKS.iter().find(|(form, _)| word.starts_with(form)).map_or(0, |(_, rank)| *rank)
}

/// Digits and other letters part where they meet, and at `.`, `-`, `_` and `+`.
fn parts(text: &str) -> Vec<String> {
    let text = text.trim();
    let mut text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let kind = |letter: char| match letter {
        '.' | '-' | '_' | '+' => 0,
        '0'..='9' => 1,
        _ => 2,
    };
    let mut parts = Vec::new();
    while let Some(first) = text.chars().next() {
        let this = kind(first);
        let part = number::take(&mut text, |letter| kind(letter) == this);
        if this != 0 {
            parts.push(part.to_owned());
        }
    }
    parts
}
