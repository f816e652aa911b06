//! Code that looks like a pattern: `$NAME` stands for one piece of code, `$$$NAME` for any
//! number of them, and everything else for itself, however it is laid out.

mod contexts;
mod fit;
mod metavariable;
mod shape;

use tree_sitter::Parser;

use crate::{
    Skipped,
    bytes::{Packer, Unpacker},
    definitions::line,
    parse::{Parsed, Step, walk},
};
use fit::Fitting;
pub use metavariable::Metavariable;
pub(crate) use shape::Pattern;
pub use shape::Shape;

/// Matches told of one file.
const MATCHES_MAX: usize = 10_000;

/// What a metavariable stands for in one match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The metavariable's name, without `$`.
    pub name: String,
    /// The first byte in the file, from zero.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// The code between.
    pub text: String,
}

/// A piece of code that looks like the pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The line that it starts on, from one.
    pub line: u32,
    /// The first byte in the file, from zero.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// What its metavariables stand for, in the order of the pattern.
    pub captures: Vec<Capture>,
}

/// The pieces of code that look like a pattern. None lies in another: of two, the outer
/// one is told, so that all can be replaced together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matched {
    /// In the order of the file.
    pub matches: Vec<Match>,
    /// How many more there are than are told.
    pub left_out: u32,
}

/// All pieces of a source that look like a pattern.
pub(crate) fn matches(parsed: &Parsed<'_>, pattern: &Pattern) -> Result<Matched, Skipped> {
    let mut matched = Matched::default();
    let mut fitting = Fitting::new(parsed);
    let mut fault = None;
    walk(parsed, |node| match fitting.whole(pattern, node) {
        Ok(None) if fault.is_none() => Step::In,
        Ok(Some(captures)) => {
            let (start, end) = (node.start_byte() as u32, node.end_byte() as u32);
            let line = line(node.start_position().row);
            match matched.matches.len() {
                MATCHES_MAX => matched.left_out += 1,
                _ => matched.matches.push(Match { line, start, end, captures }),
            }
            Step::Over
        }
        Ok(None) => Step::Over,
        Err(slow) => {
            fault = Some(slow);
            Step::Over
        }
    })?;
    fault.map_or(Ok(matched), Err)
}

/// Reads a pattern as a tree, for whoever compares it with sources in a way of its own.
pub fn shape(language: crate::Language, text: &str) -> Result<Shape, Skipped> {
    understand(language, text).map(|pattern| pattern.0)
}

/// Reads a pattern as the language of a file.
pub(crate) fn understand(language: crate::Language, text: &str) -> Result<Pattern, Skipped> {
    shape::pattern(&mut Parser::new(), language, text)
}

impl Matched {
    pub(crate) fn pack(&self, to: &mut Packer) {
        to.small(self.left_out);
        to.count(self.matches.len());
        for one in &self.matches {
            [one.line, one.start, one.end].iter().for_each(|number| to.small(*number));
            to.count(one.captures.len());
            for capture in &one.captures {
                to.text(&capture.name);
                [capture.start, capture.end].iter().for_each(|number| to.small(*number));
            }
        }
    }

    /// Reads what was packed. The texts are taken from the source that was asked about.
    pub(crate) fn unpack(from: &mut Unpacker<'_>, bytes: &[u8]) -> Option<Self> {
        let left_out = from.small()?;
        let matches = from.list(MATCHES_MAX, |from| unpack_match(from, bytes))?;
        let apart = matches.windows(2).all(|pair| pair[0].end <= pair[1].start);
        apart.then_some(Self { matches, left_out })
    }
}

fn unpack_match(from: &mut Unpacker<'_>, bytes: &[u8]) -> Option<Match> {
    let (line, start, end) = (from.small()?, from.small()?, from.small()?);
    bytes.get(start as usize..end as usize)?;
    let captures = from.list(shape::BYTES_MAX, |from| unpack_capture(from, bytes))?;
    // One after the other, so that all texts together are no more than the source.
    let apart = captures.windows(2).all(|pair| pair[0].end <= pair[1].start);
    let within = |capture: &Capture| start <= capture.start && capture.end <= end;
    (apart && captures.iter().all(within)).then_some(Match { line, start, end, captures })
}

fn unpack_capture(from: &mut Unpacker<'_>, bytes: &[u8]) -> Option<Capture> {
    let name = from.text().filter(|name| metavariable::is_name(name))?.to_owned();
    let (start, end) = (from.small()?, from.small()?);
    let text = str::from_utf8(bytes.get(start as usize..end as usize)?).ok()?.to_owned();
    Some(Capture { name, start, end, text })
}
