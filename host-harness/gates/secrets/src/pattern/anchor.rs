//! The words that stand in whatever a pattern matches.
//!
//! A pattern is a row of parts. For each part, the literals with which the row from there on
//! begins are worked out; the part with the rarest is where the pattern is cut. What is left
//! of the cut tells how far before a literal a match may start, and what is right of it is
//! tried, anchored, wherever a literal stands. A match holds one of the literals at the cut, so
//! that nothing is missed.

use regex_syntax::hir::{
    Capture, Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition,
    literal::{ExtractKind, Extractor},
};

use super::{Branch, hir::crosses_lines};

/// The shortest word that is worth a look into the text around it.
const ANCHOR_BYTES_MIN: usize = 2;
const ANCHOR_BYTES_MAX: usize = 12;
const ANCHORS_MAX: usize = 64;
/// How many letters a place in a word may have.
const CLASS_MAX: usize = 10;
/// More parts add nothing to a word.
const HEAD_PARTS_MAX: usize = 8;
/// Beyond this, the bounds of a line serve better.
const REACH_MAX: usize = 4096;

/// How far a match goes from an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// At most so many bytes.
    Bytes(usize),
    /// Not over the line.
    Line,
    /// Anywhere.
    Text,
}

/// Where around an anchor every match is that starts at it or before it, and that does not
/// start before the anchor that it has itself can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) before: Reach,
    pub(crate) after: Reach,
}

/// The forms of a pattern, each with its anchors, and the window around them; none where a
/// form has none.
pub(super) fn branches(pattern: &Hir) -> Option<(Vec<Branch>, Window)> {
    let rows = rows(pattern);
    let branches: Vec<Branch> = rows.iter().map(|row| branch(row)).collect::<Option<_>>()?;
    let cuts = || rows.iter().zip(&branches).map(|(row, branch)| row.split_at(branch.cut));
    let before = longest(cuts().map(|(before, _)| before));
    let after = longest(cuts().map(|(_, after)| after));
    let reach = |bytes: Option<usize>, other| bytes.map_or(other, Reach::Bytes);
    let window = match (before, after) {
        (Some(before), Some(after)) => {
            Window { before: Reach::Bytes(before), after: Reach::Bytes(before + after) }
        }
        _ if !crosses_lines(pattern) => Window { before: reach(before, Reach::Line), after: Reach::Line },
        _ => Window { before: reach(before, Reach::Text), after: Reach::Text },
    };
    Some((branches, window))
}

/// The most bytes that one of several rows of parts can match.
fn longest<'a>(rows: impl Iterator<Item = &'a [Hir]>) -> Option<usize> {
    let length = |row: &[Hir]| row.iter().map(|part| part.properties().maximum_len()).sum::<Option<usize>>();
    rows.map(length).try_fold(0, |most, length| Some(most.max(length?))).filter(|most| *most <= REACH_MAX)
}

/// What is right of the cut.
pub(super) fn tail(pattern: &Hir, branch: usize, cut: usize) -> Hir {
    Hir::concat(rows(pattern).swap_remove(branch).split_off(cut))
}

/// The parts of each form.
fn rows(pattern: &Hir) -> Vec<Vec<Hir>> {
    let mut row = Vec::new();
    parts(pattern, &mut row);
    match row.as_slice() {
        [only] if matches!(only.kind(), HirKind::Alternation(_)) => alternatives(only),
        _ => vec![row],
    }
}

fn alternatives(pattern: &Hir) -> Vec<Vec<Hir>> {
    let HirKind::Alternation(forms) = pattern.kind() else { return Vec::new() };
    let row = |form| {
        let mut row = Vec::new();
        parts(form, &mut row);
        row
    };
    forms.iter().map(row).collect()
}

fn parts(pattern: &Hir, row: &mut Vec<Hir>) {
    match pattern.kind() {
        HirKind::Concat(inner) => inner.iter().for_each(|part| parts(part, row)),
        HirKind::Capture(capture) => parts(&capture.sub, row),
        _ => row.push(pattern.clone()),
    }
}

fn branch(row: &[Hir]) -> Option<Branch> {
    let folded: Vec<Hir> = row.iter().map(folded).collect();
    let head = |cut: usize| &folded[cut..folded.len().min(cut + HEAD_PARTS_MAX)];
    let (_, cut, anchors) = (0..row.len())
        .filter(|cut| !is_wide(&folded[*cut]))
        .filter_map(|cut| Some((cut, anchors(&Hir::concat(head(cut).to_vec()))?)))
        .map(|(cut, found)| (cost(&found), cut, found))
        .min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)))?;
    let looks_back = row[..=cut].iter().any(|part| !part.properties().look_set().is_empty());
    Some(Branch { anchors, cut, looks_back, tail: Default::default() })
}

/// Whether so many letters can stand there that no word begins with it; told without a try.
fn is_wide(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().map(|range| range.len()).sum::<usize>() > CLASS_MAX
        }
        HirKind::Class(Class::Unicode(_)) => true,
        HirKind::Repetition(repetition) => is_wide(&repetition.sub),
        _ => false,
    }
}

fn anchors(tail: &Hir) -> Option<Vec<Vec<u8>>> {
    let mut extractor = Extractor::new();
    extractor
        .kind(ExtractKind::Prefix)
        .limit_class(CLASS_MAX)
        .limit_repeat(ANCHOR_BYTES_MAX)
        .limit_literal_len(ANCHOR_BYTES_MAX)
        .limit_total(ANCHORS_MAX);
    let found = extractor.extract(tail);
    let mut words: Vec<Vec<u8>> = found.literals()?.iter().map(|one| one.as_bytes().to_vec()).collect();
    words.sort();
    // A word finds whatever a longer one that begins with it would.
    words.dedup_by(|longer, word| longer.starts_with(word));
    let fit = !words.is_empty() && words.iter().all(|word| word.len() >= ANCHOR_BYTES_MIN);
    fit.then_some(words)
}

/// How often, by rule of thumb, one of the words stands in a byte of source.
fn cost(words: &[Vec<u8>]) -> f64 {
    let often = |byte: &u8| match byte {
        b' ' => 0.15,
        b'e' | b't' | b's' | b'r' | b'n' | b'i' | b'a' | b'o' => 0.06,
        b'a'..=b'z' => 0.02,
        b'0'..=b'9' | b'_' | b'.' | b'-' | b'/' | b'"' | b'=' | b'(' | b':' => 0.015,
        _ => 0.004,
    };
    words.iter().map(|word| word.iter().map(often).product::<f64>()).sum()
}

/// The same pattern for text in lower case, without its groups.
fn folded(pattern: &Hir) -> Hir {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => pattern.clone(),
        HirKind::Literal(literal) => Hir::literal(literal.0.to_ascii_lowercase()),
        HirKind::Class(Class::Bytes(class)) => folded_class(class),
        HirKind::Class(Class::Unicode(class)) => match class.to_byte_class() {
            Some(class) => folded_class(&class),
            None => pattern.clone(),
        },
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { sub: Box::new(folded(&repetition.sub)), ..repetition.clone() })
        }
        HirKind::Capture(Capture { sub, .. }) => folded(sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(folded).collect()),
        HirKind::Alternation(forms) => Hir::alternation(forms.iter().map(folded).collect()),
    }
}

fn folded_class(class: &ClassBytes) -> Hir {
    let (upper, shift) = (b'A'..=b'Z', b'a' - b'A');
    let mut lower = Vec::new();
    for range in class.ranges() {
        let (start, end) = (range.start(), range.end());
        let mut add = |start, end| lower.extend((start <= end).then(|| ClassBytesRange::new(start, end)));
        if end < *upper.start() || start > *upper.end() {
            add(start, end);
            continue;
        }
        add(start.max(*upper.start()) + shift, end.min(*upper.end()) + shift);
        if start < *upper.start() {
            add(start, upper.start() - 1);
        }
        if end > *upper.end() {
            add(upper.end() + 1, end);
        }
    }
    Hir::class(Class::Bytes(ClassBytes::new(lower)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::hir::parse;

    fn of(pattern: &str) -> Option<(Vec<Vec<String>>, Window)> {
        let text = |word: &Vec<u8>| String::from_utf8(word.clone()).unwrap();
        let (branches, window) = branches(&parse(pattern).unwrap())?;
        Some((branches.iter().map(|branch| branch.anchors.iter().map(text).collect()).collect(), window))
    }

    fn one(pattern: &str, words: &[&str], before: Reach, after: Reach) {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(of(pattern), Some((vec![words], Window { before, after })), "{pattern}");
    }

    #[test]
    fn the_words_are_found_wherever_they_stand_in_a_pattern() {
        one(r"\b(gh[ps]_[0-9a-z]{4})\b", &["ghp_", "ghs_"], Reach::Bytes(0), Reach::Bytes(8));
        let (before, after) = (Reach::Bytes(50), Reach::Bytes(66));
        one(r"(?i)[\w.-]{0,50}?(?:Acme|tool)[^a]{1,3}([a-z]{9})", &["acme", "tool"], before, after);
        one(r"[a-z]+\.corp\.example/.*", &[".corp.exampl"], Reach::Line, Reach::Line);
        one(r"(?s)BEGIN KEY.{9,}?END KEY", &["begin key"], Reach::Bytes(0), Reach::Text);
    }

    #[test]
    fn forms_have_words_of_their_own_and_one_without_any_has_none() {
        let forms = of(r"(?:[0-9]{3}-abcd|wxyz[0-9])").unwrap();
        assert_eq!(forms.0.len(), 2);
        assert_eq!(of(r"[0-9a-f]{32}"), None);
        assert_eq!(of(r"abcd|[0-9a-f]{32}"), None);
    }
}
