use std::cmp::Ordering;

use super::number;

/// What stands before a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefix {
    Dot,
    Hyphen,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    prefix: Prefix,
    /// In lower case, with its aliases resolved; a number without leading zeros.
    value: String,
}

/// The order of Maven's version order specification: tokens between dots, hyphens and
/// transitions from digits to letters, trailing nothings trimmed at each hyphen.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (tokens(a), tokens(b));
    (0..a.len().max(b.len()))
        .map(|at| match (a.get(at), b.get(at)) {
            (Some(a), Some(b)) => token(a, b),
            (Some(a), None) => padded(a),
            (None, Some(b)) => padded(b).reverse(),
            (None, None) => Ordering::Equal,
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Compares a token with the nothing that the shorter version is padded with.
fn padded(token: &Token) -> Ordering {
    if number::is_number(&token.value) {
        number::compare(&token.value, "0")
    } else {
        qualifier(&token.value).cmp(&qualifier(""))
    }
}

/// Qualifiers after a dot, qualifiers after a hyphen, numbers after a hyphen, numbers after a
/// dot. Maven 4 no longer tells the first two apart; the ranges of advisories are made with the
/// order that does.
fn token(a: &Token, b: &Token) -> Ordering {
    class(a).cmp(&class(b)).then_with(|| {
        if number::is_number(&a.value) {
            number::compare(&a.value, &b.value)
        } else {
            qualifier(&a.value).cmp(&qualifier(&b.value))
        }
    })
}

fn class(token: &Token) -> u8 {
    match (number::is_number(&token.value), token.prefix) {
        (false, Prefix::Dot) => 0,
        (false, Prefix::Hyphen) => 1,
        (true, Prefix::Hyphen) => 2,
        (true, Prefix::Dot) => 3,
    }
}

/// The known ones in their order, then all others by their letters.
fn qualifier(value: &str) -> (usize, &str) {
    const KNOWN: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
    match KNOWN.iter().position(|known| *known == value) {
        Some(rank) => (rank, ""),
        None => (KNOWN.len(), value),
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut prefix = Prefix::Dot;
    for part in text.trim().split_inclusive(['.', '-']) {
        let next = if part.ends_with('-') { Prefix::Hyphen } else { Prefix::Dot };
        split(part.trim_end_matches(['.', '-']), prefix, &mut tokens);
        prefix = next;
    }
    if text.trim().is_empty() || text.trim().ends_with(['.', '-']) {
        split("", prefix, &mut tokens);
    }
    trim(tokens)
}

/// Splits a part where digits and other letters meet; each such place counts as a hyphen.
fn split(mut part: &str, mut prefix: Prefix, tokens: &mut Vec<Token>) {
    loop {
        let digits = part.starts_with(|letter: char| letter.is_ascii_digit());
        let piece = number::take(&mut part, |letter| letter.is_ascii_digit() == digits);
        tokens.push(Token { prefix, value: value(piece, !part.is_empty()) });
        prefix = Prefix::Hyphen;
        if part.is_empty() {
            return;
        }
    }
}

/// Resolves aliases; `a`, `b` and `m` stand for longer words only right before a number.
fn value(piece: &str, number_follows: bool) -> String {
    if piece.is_empty() {
        return "0".to_owned();
    }
    if number::is_number(piece) {
        let digits = piece.trim_start_matches('0');
        return if digits.is_empty() { "0".to_owned() } else { digits.to_owned() };
    }
    let word = piece.to_lowercase();
    match word.as_str() {
        "cr" => "rc",
        "ga" | "final" | "release" => "",
        "a" if number_follows => "alpha",
        "b" if number_follows => "beta",
        "m" if number_follows => "milestone",
        _ => return word,
    }
    .to_owned()
}

/// Drops zeros and empty qualifiers at the end, and before each hyphen. The first token stays.
fn trim(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at_end = true;
    for (at, token) in tokens.into_iter().enumerate().rev() {
        let nothing = token.value == "0" || token.value.is_empty();
        if at > 0 && at_end && nothing {
            continue;
        }
        at_end = token.prefix == Prefix::Hyphen;
        kept.push(token);
    }
    kept.reverse();
    kept
}
