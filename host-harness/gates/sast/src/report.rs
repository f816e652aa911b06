//! What the rules say, in words.

use std::borrow::Cow;

use agent_contract::{RepoPath, gate::Severity};
use finding::{Found, Span};

use crate::{
    engine::{Hit, Said},
    rules::Rules,
};

/// The longest piece of code in a message.
const CODE_BYTES_MAX: usize = 80;

/// The rule for pieces that a grammar could make nothing of.
pub(crate) const SYNTAX: &str = "sast/syntax";

/// Findings of what was said of a file. None where it says what can't be.
pub(crate) fn found(rules: &Rules, path: &RepoPath, bytes: &[u8], said: &Said) -> Option<Vec<Found>> {
    let lines = Lines::of(bytes);
    let mut found = Vec::with_capacity(said.hits.len());
    for hit in &said.hits {
        found.push(of_hit(rules, path, bytes, &lines, hit)?);
    }
    found.extend(syntax(path, bytes, &lines, said)?);
    Some(found)
}

fn of_hit(rules: &Rules, path: &RepoPath, bytes: &[u8], lines: &Lines, hit: &Hit) -> Option<Found> {
    let rule = &rules.rules.get(hit.rule as usize)?.rule;
    let code = bytes.get(hit.start as usize..hit.end as usize)?;
    let names = names(&rule.message);
    let mut bounds = Vec::with_capacity(hit.bounds.len());
    for (number, start, end) in &hit.bounds {
        let text = bytes.get(*start as usize..*end as usize)?;
        bounds.push((names.get(*number as usize)?.as_str(), shown(text)));
    }
    Some(Found {
        rule: Cow::Owned(format!("sast/{}", rule.id)),
        severity: rule.severity,
        path: Some(path.clone()),
        span: Some(lines.span(hit.start as usize, hit.end as usize)),
        message: filled(&rule.message, &bounds),
        remedy: Cow::Owned(format!("{} ({})", rule.remedy, rule.reference)),
        subject: unindented(code),
    })
}

fn syntax(path: &RepoPath, bytes: &[u8], lines: &Lines, said: &Said) -> Option<Option<Found>> {
    if said.faults == 0 {
        return Some(None);
    }
    let (start, end) = (said.first_fault.0 as usize, said.first_fault.1 as usize);
    bytes.get(start..end)?;
    let places = if said.faults == 1 { "place" } else { "places" };
    Some(Some(Found {
        rule: Cow::Borrowed(SYNTAX),
        severity: Severity::Medium,
        path: Some(path.clone()),
        span: Some(lines.span(start, start)),
        message: format!(
            "`{path}` has {} {places} that its grammar can't read, the first here; parts of it may not have been \
             looked into",
            said.faults
        ),
        remedy: Cow::Borrowed("mend the syntax if it is wrong; if it is right, look through these places"),
        subject: Vec::new(),
    }))
}

/// Code without the spaces at the starts and ends of its lines: its depth may change.
fn unindented(code: &[u8]) -> Vec<u8> {
    let lines: Vec<_> = code.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
    lines.join(&b'\n')
}

/// A piece of code on one line that hides nothing.
fn shown(code: &[u8]) -> String {
    let text = String::from_utf8_lossy(code);
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.extend(word.chars().map(|c| if is_plain(c) { c } else { '\u{fffd}' }));
        if words.len() > CODE_BYTES_MAX {
            let end = (0..=CODE_BYTES_MAX).rev().find(|end| words.is_char_boundary(*end)).unwrap_or(0);
            words.truncate(end);
            words.push('…');
            break;
        }
    }
    words.replace('`', "'")
}

/// Whether a character can be seen: those that turn the line around can't.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A message with the code that its metavariables stand for, which may hold dollars itself.
fn filled(message: &str, bounds: &[(&str, String)]) -> String {
    let mut pieces = message.split('$');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_at(name_end(piece));
        match bounds.iter().find(|(bound, _)| *bound == name) {
            Some((_, code)) => text.extend([code, rest]),
            None => text.extend(["$", piece]),
        }
    }
    text
}

fn name_end(piece: &str) -> usize {
    piece.find(|c: char| !c.is_ascii_uppercase() && c != '_').unwrap_or(piece.len())
}

/// The metavariables that a message tells, each once.
pub(crate) fn names(message: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for piece in message.split('$').skip(1) {
        let name = &piece[..name_end(piece)];
        if !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Where lines start, so that many places are found at the cost of one.
struct Lines(Vec<usize>);

impl Lines {
    fn of(bytes: &[u8]) -> Self {
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        Self([0].into_iter().chain(ends).collect())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let ((line, column), (end_line, end_column)) = (self.place(start), self.place(end));
        Span { line, column, end_line, end_column }
    }

    fn place(&self, at: usize) -> (u32, u32) {
        let line = self.0.partition_point(|start| *start <= at);
        let start = self.0.get(line.saturating_sub(1)).copied().unwrap_or(0);
        (number(line), number(at - start + 1))
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
