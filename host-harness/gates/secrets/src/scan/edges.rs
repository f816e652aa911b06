//! Places where a word begins although a letter stands right before it: behind an escape such
//! as `\n`, a colour code, a name that ends in `_`, a flag such as `-p`.
//!
//! To `\b`, the `n` of an escape is a letter like any other. A form that looks back is tried
//! there once more, as if the text began at that place.

use std::ops::Range;

use regex_automata::{Anchored, Input, hybrid::dfa::Cache, meta::Regex};

use super::{Hit, Overflow, Scan};
use crate::{
    decode::Decoded,
    pattern::{Pattern, Reach, Window},
    worker::Worker,
};

/// How far before an anchor an edge is looked for.
const BACK_BYTES_MAX: usize = 256;
/// The longest colour code and escape before it.
const COLOUR_BYTES_MAX: usize = 32;
/// The longest escape, `\U0000000a`.
const ESCAPE_BYTES_MAX: usize = 10;
/// How much is tried behind an edge, where the form itself has no bounds.
const AFTER_BYTES_MAX: usize = 4096;

/// Whether a word begins at a place, by what stands before it.
pub(super) fn is_edge(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(COLOUR_BYTES_MAX)..at];
    match before.last() {
        Some(b'_') => true,
        Some(last) if is_word(*last) => is_flag(before) || ends_in_escape(before) || ends_in_colour(before),
        _ => false,
    }
}

/// Whether a letter stands right before a place; most words stand free.
pub(super) fn follows_word(text: &[u8], at: usize) -> bool {
    at > 0 && is_word(text[at - 1])
}

/// An anchor that is itself an edge, and from which the form goes on. Apart from the loop that
/// finds anchors, which has to stay small.
#[cold]
pub(super) fn at_anchor(
    pattern: &Pattern,
    branch: usize,
    text: &[u8],
    at: usize,
    cache: &mut Option<Cache>,
) -> Option<usize> {
    (is_edge(text, at) && pattern.goes_on(branch, &text[at..], 0, cache)).then_some(at)
}

/// The last edge before an anchor that a match around it may begin at.
#[cold]
pub(super) fn last_before(text: &[u8], at: usize, before: Reach) -> Option<usize> {
    let Reach::Bytes(reach @ 1..=BACK_BYTES_MAX) = before else { return None };
    (at.saturating_sub(reach)..at).rev().find(|place| is_edge(text, *place))
}

impl Scan<'_> {
    /// Finds what begins at the edges of a rule.
    pub(super) fn at_edges(
        &mut self,
        worker: &Worker,
        text: &[u8],
        decoded: Option<&Decoded>,
        edges: &[Hit],
    ) -> Result<(), Overflow> {
        let Some(first) = edges.first() else { return Ok(()) };
        let number = usize::from(first.rule);
        if self.is_shut(worker, number) || !self.applies(number) {
            return Ok(());
        }
        let Some(pattern) = &self.rules.all[number].pattern else { return Ok(()) };
        let regex = pattern.full().ok_or_else(|| self.uncompiled(number))?;
        let mut from = 0;
        for edge in edges.iter().map(|edge| edge.at as usize) {
            if edge < from {
                continue;
            }
            if let Some(found) = begun_at(regex, text, edge, pattern.window) {
                from = found.end;
                self.judge(number, text, decoded, found)?;
            }
        }
        Ok(())
    }
}

fn begun_at(regex: &Regex, text: &[u8], edge: usize, window: Window) -> Option<Range<usize>> {
    let reach = match window.after {
        Reach::Bytes(bytes) => bytes + BACK_BYTES_MAX,
        Reach::Line | Reach::Text => AFTER_BYTES_MAX,
    };
    let rest = &text[edge..];
    let input = Input::new(rest).span(0..reach.min(rest.len())).anchored(Anchored::Yes);
    regex.find(input).map(|found| edge + found.start()..edge + found.end())
}

/// ` -p`, with its value right behind it.
fn is_flag(before: &[u8]) -> bool {
    let is_free = |byte: Option<&u8>| byte.is_none_or(|byte| !is_word(*byte) && *byte != b'-');
    matches!(before, [rest @ .., b'-', flag] if flag.is_ascii_alphabetic() && is_free(rest.last()))
}

/// `\n`, `\x0a`, `\u000a`, `\012` and their like, and `%0A`.
fn ends_in_escape(before: &[u8]) -> bool {
    let near = &before[before.len().saturating_sub(ESCAPE_BYTES_MAX)..];
    if !near.iter().any(|byte| matches!(byte, b'\\' | b'%')) {
        return false;
    }
    let hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    let ends = |sign: &[u8], digits: usize| {
        let start = before.len().checked_sub(digits).filter(|start| hex(&before[*start..]));
        start.is_some_and(|start| before[..start].ends_with(sign))
    };
    matches!(before, [.., b'\\', b'a' | b'b' | b'e' | b'f' | b'n' | b'r' | b't' | b'v' | b'0'])
        || ends(b"\\x", 2)
        || ends(b"\\u", 4)
        || ends(b"\\U", 8)
        || ends(b"\\", 3)
        || ends(b"%", 2)
}

/// `[31m` with what it is begun by; a log may have lost the escape.
fn ends_in_colour(before: &[u8]) -> bool {
    let Some(inside) = before.strip_suffix(b"m") else { return false };
    let digits = inside.iter().rev().take_while(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')).count();
    let (before, _) = inside.split_at(inside.len() - digits);
    match before {
        [.., 0x1b, b'['] => true,
        [rest @ .., b'['] => digits > 0 || ends_in_escape(rest),
        _ => false,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_begins_behind_an_escape_a_colour_a_name_and_a_flag() {
        for before in [
            "a\\n",
            "\\\\n",
            "\\t",
            "\\r",
            "\\x0a",
            "\\u000A",
            "\\u001b[31m",
            "\\x1b[1;31m",
            "\\033[0m",
            "\\e[m",
            "\u{1b}[31m",
            "\u{1b}[m",
            "log [31m",
            "TOKEN_",
            "mysql -p",
            "-p",
            "'-p",
            "x%0A",
            "\\012",
        ] {
            assert!(is_edge(before.as_bytes(), before.len()), "{before}");
        }
        for before in ["", " ", "a", "main", "a-b", "--p", "itemm", "[am", "n", "\\q", "%zz", "0a"] {
            assert!(!is_edge(before.as_bytes(), before.len()), "{before}");
        }
    }
}
