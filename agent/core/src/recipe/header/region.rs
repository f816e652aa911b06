//! The comments that a file begins with, line by line.

use super::style::Style;

const LINES_MAX: usize = 200;

/// A line of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Commented<'a> {
    /// Where the line begins.
    pub start: usize,
    /// Where its words begin.
    pub from: usize,
    /// Its words, without comment signs.
    pub said: &'a str,
}

/// How a line that is no code begins.
enum Opening {
    Line,
    Block { sign: &'static str, close: &'static str },
}

/// The comments from `start` to the first line of code, blank lines included.
pub(super) fn region(text: &str, start: usize, style: Style) -> Vec<Commented<'_>> {
    let (mut lines, mut at, mut open) = (Vec::new(), start, None);
    for line in text[start..].split_inclusive('\n').take(LINES_MAX) {
        let bare = line.trim();
        open = match (open, opening(bare, style)) {
            (Some(close), _) => Some(close).filter(|close| !bare.contains(close)),
            (None, Some(Opening::Block { sign, close })) => {
                Some(close).filter(|close| !bare[sign.len()..].contains(close))
            }
            (None, Some(Opening::Line)) => None,
            (None, None) if bare.is_empty() => None,
            (None, None) => break,
        };
        lines.push(commented(line, at, style));
        at += line.len();
    }
    lines
}

/// What begins and ends a comment over several lines, in some language. A text that
/// stands alone on top of a Python file counts as one.
const BLOCKS: &[(&str, &str)] = &[
    ("/*", "*/"),
    ("<!--", "-->"),
    ("{-", "-}"),
    ("--[[", "]]"),
    ("#[[", "]]"),
    ("<#", "#>"),
    ("#=", "=#"),
    ("#|", "|#"),
    ("=begin", "=end"),
    ("=pod", "=cut"),
    ("\"\"\"", "\"\"\""),
    ("'''", "'''"),
];

/// How a line begins that is a comment in some language, or that may stand above a notice.
/// `#` is `#include` too.
const PASSED: &[&str] = &[
    "//",
    "#",
    "--",
    ";",
    "%",
    "*",
    "package ",
    "namespace ",
    "module ",
    "declare(",
    "\"use strict\"",
    "'use strict'",
];

/// The lines on top that a notice may stand in, as they are. More than a header of ours
/// would be looked for in: a notice is not to be missed for the way it is written.
pub(super) fn spoken(text: &str) -> Vec<&str> {
    let (mut lines, mut open) = (Vec::new(), None);
    for line in text.lines().take(LINES_MAX) {
        let bare = line.trim();
        let begun = BLOCKS.iter().find(|(sign, _)| bare.starts_with(sign));
        open = match (open, begun) {
            (Some(close), _) => Some(close).filter(|close| !bare.contains(close)),
            (None, Some((sign, close))) => Some(*close).filter(|close| !bare[sign.len()..].contains(close)),
            (None, None) if bare.is_empty() || PASSED.iter().any(|sign| bare.starts_with(sign)) => None,
            (None, None) => break,
        };
        lines.push(line);
    }
    lines
}

fn opening(line: &str, style: Style) -> Option<Opening> {
    match style {
        Style::Lines(sign) if line.starts_with(sign) => Some(Opening::Line),
        Style::Lines("//") if line.starts_with("/*") => Some(Opening::Block { sign: "/*", close: "*/" }),
        Style::Lines(_) => None,
        Style::Block { open, close, .. } => {
            line.starts_with(open).then_some(Opening::Block { sign: open, close: close.trim_start() })
        }
    }
}

fn commented<'a>(line: &'a str, start: usize, style: Style) -> Commented<'a> {
    let signs: &[char] = match style {
        Style::Lines("//") | Style::Block { open: "/*", .. } => &['/', '*', '!'],
        Style::Block { .. } => &['<', '!', '-'],
        Style::Lines("#") => &['#'],
        Style::Lines("%") => &['%'],
        Style::Lines("--") => &['-'],
        Style::Lines(_) => &[';'],
    };
    let said = line.trim_start().trim_start_matches(signs).trim_start();
    let from = line.len() - said.len();
    let said = ["*/", "-->"].into_iter().fold(said.trim_end(), |said, close| said.trim_end_matches(close));
    Commented { start, from: start + from, said: said.trim_end() }
}
