use std::collections::BTreeMap;

use agent_contract::{RepoPath, operation::FileMode};

use super::{
    EditSet, binary,
    lines::{self, CRLF, LF, Line},
    locate::locate,
    mismatch::Mismatch,
    nearest,
    net::State,
    step::{Action, Hunk, Onto, Sign, Step},
};
use crate::host::{Change, Content};

/// Works an edit set out on the files that it is about; `None` is a file that does not
/// exist. Every change, or the first mismatch with how many more there are.
pub fn apply(set: &EditSet, files: &BTreeMap<RepoPath, Option<Content>>) -> Result<Vec<Change>, Mismatch> {
    let mut state = State::new(files);
    let mut mismatches = Vec::new();
    for step in &set.steps {
        mismatches.extend(perform(step, &mut state).err());
    }
    let mut mismatches = mismatches.into_iter();
    match (mismatches.next(), mismatches.len()) {
        (None, _) => Ok(state.changes()),
        (Some(first), 0) => Err(first),
        (Some(first), more) => {
            Err(Mismatch { message: format!("{}; and {more} more do not fit", first.message), ..first })
        }
    }
}

fn perform(step: &Step, state: &mut State) -> Result<(), Mismatch> {
    let Step { path, line, action } = step;
    match action {
        Action::Write { bytes, mode, onto } => write(step, bytes, *mode, *onto, state),
        Action::Delete { hunks } => {
            let content = state.get(path).ok_or_else(|| Mismatch::missing(path, *line))?;
            if !hunks.is_empty() && !patched(path, &content.bytes, hunks)?.is_empty() {
                return Err(Mismatch::other_content(
                    path,
                    *line,
                    "the file to delete holds more than the proposal says",
                ));
            }
            state.remove(path);
            Ok(())
        }
        Action::Patch { hunks, to, keep, mode } => {
            let content = state.get(path).ok_or_else(|| Mismatch::missing(path, *line))?;
            let bytes = patched(path, &content.bytes, hunks)?;
            let content = Content { bytes, mode: mode.unwrap_or(content.mode) };
            state.put(path, to.as_ref(), *keep, content);
            Ok(())
        }
        Action::Replace { old, new, all } => {
            let content = state.get(path).ok_or_else(|| Mismatch::missing(path, *line))?;
            let bytes = replaced(step, &content.bytes, old, new, *all)?;
            state.put(path, None, false, Content { bytes, mode: content.mode });
            Ok(())
        }
        Action::Binary { content: given, to, mode } => {
            let held = state.get(path);
            let before = held.as_ref().map_or(&[][..], |content| &content.bytes);
            let bytes =
                binary::apply(given, before).map_err(|what| Mismatch::other_content(path, *line, what))?;
            let mode = mode.or(held.as_ref().map(|content| content.mode)).unwrap_or(FileMode::Plain);
            state.put(path, to.as_ref(), false, Content { bytes, mode });
            Ok(())
        }
    }
}

fn write(
    step: &Step,
    bytes: &[u8],
    mode: Option<FileMode>,
    onto: Onto,
    state: &mut State,
) -> Result<(), Mismatch> {
    let held = state.get(&step.path);
    let free = match (onto, &held) {
        (Onto::Anything, _) | (_, None) => true,
        (Onto::Nothing, Some(content)) => content.bytes == bytes,
        (Onto::Empty, Some(content)) => content.bytes.is_empty(),
    };
    if !free {
        return Err(Mismatch::exists(&step.path, step.line));
    }
    let mode = mode.or(held.map(|content| content.mode)).unwrap_or(FileMode::Plain);
    state.put(&step.path, None, false, Content { bytes: bytes.to_vec(), mode });
    Ok(())
}

/// A file with its hunks applied, each below the one before.
fn patched(path: &RepoPath, bytes: &[u8], hunks: &[Hunk]) -> Result<Vec<u8>, Mismatch> {
    let (mark, lines) = lines::split(bytes);
    let mut output = Output { bytes: mark.to_vec(), end: lines::dominant_end(&lines), pending: false };
    let mut at = 0;
    for hunk in hunks {
        let place = locate(hunk, &lines, at, path)?;
        lines[at..place].iter().for_each(|line| output.keep(line));
        at = place + output.hunk(hunk, &lines[place..]);
    }
    lines[at..].iter().for_each(|line| output.keep(line));
    Ok(output.bytes)
}

/// The lines of the new file.
struct Output {
    bytes: Vec<u8>,
    /// The line end that added lines get.
    end: &'static [u8],
    /// Whether the last line has no end yet, and gets one if another follows.
    pending: bool,
}

impl Output {
    fn line(&mut self, text: &[u8], end: &[u8]) {
        if self.pending {
            self.bytes.extend_from_slice(self.end);
        }
        self.bytes.extend_from_slice(text);
        self.bytes.extend_from_slice(end);
        self.pending = end.is_empty();
    }

    fn keep(&mut self, line: &Line) {
        self.line(line.text, line.end);
    }

    /// Writes a hunk over the lines at its place; says how many of them it covers.
    fn hunk(&mut self, hunk: &Hunk, lines: &[Line]) -> usize {
        let mut at = 0;
        for line in &hunk.body {
            match line.sign {
                Sign::Add => {
                    let unended =
                        line.unended || (!hunk.ends_last_line && self.takes_last_end(hunk, lines, at));
                    let end = self.end_of(hunk, line.carriage, unended);
                    self.line(line.text.as_bytes(), end);
                }
                Sign::Keep if at < lines.len() => {
                    self.keep(&lines[at]);
                    at += 1;
                }
                Sign::Remove if at < lines.len() => at += 1,
                Sign::Keep | Sign::Remove => {}
            }
        }
        at
    }

    /// Whether an added line takes the place of a last line that has no end.
    fn takes_last_end(&self, hunk: &Hunk, lines: &[Line], at: usize) -> bool {
        let removed = hunk.body.iter().any(|line| line.sign == Sign::Remove);
        removed && at == lines.len() && lines.last().is_some_and(|line| line.end.is_empty())
    }

    fn end_of(&self, hunk: &Hunk, carriage: bool, unended: bool) -> &'static [u8] {
        match (unended, hunk.literal_ends) {
            (true, _) => b"",
            (false, true) => {
                if carriage {
                    CRLF
                } else {
                    LF
                }
            }
            (false, false) => self.end,
        }
    }
}

/// A file with a piece of it replaced: the one piece there is, or all.
fn replaced(step: &Step, bytes: &[u8], old: &[u8], new: &[u8], all: bool) -> Result<Vec<u8>, Mismatch> {
    let carriage = with_carriage(old);
    let exact = find_all(bytes, old);
    let (places, old, new) = match exact.is_empty() && carriage != old {
        true => (find_all(bytes, &carriage), carriage, with_carriage(new)),
        false => (exact, old.to_vec(), new.to_vec()),
    };
    let line_of = |place: &usize| bytes[..*place].iter().filter(|byte| **byte == b'\n').count() + 1;
    match (places.len(), all) {
        (0, _) => {
            let text = String::from_utf8_lossy(&old).into_owned();
            let hints = nearest::places(&text.lines().collect::<Vec<_>>(), &lines::split(bytes).1);
            Err(Mismatch::not_found(&step.path, step.line, "the text to replace is not in the file", hints))
        }
        (1, _) | (_, true) => Ok(splice(bytes, &places, old.len(), &new)),
        (count, false) => {
            let hints =
                places.iter().take(5).map(|place| format!("it matches at line {}", line_of(place))).collect();
            let what =
                format!("the text to replace is there {count} times; give more of it, or `\"all\": true`");
            Err(Mismatch::ambiguous(&step.path, step.line, &what, hints))
        }
    }
}

fn with_carriage(text: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    for (index, byte) in text.iter().enumerate() {
        if *byte == b'\n' && (index == 0 || text[index - 1] != b'\r') {
            result.push(b'\r');
        }
        result.push(*byte);
    }
    result
}

/// Every place of a piece, none overlapping the one before.
fn find_all(bytes: &[u8], piece: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(place) = bytes.get(at..).and_then(|rest| find(rest, piece)) {
        places.push(at + place);
        at += place + piece.len();
    }
    places
}

fn find(bytes: &[u8], piece: &[u8]) -> Option<usize> {
    let first = *piece.first()?;
    let mut at = 0;
    while let Some(place) = bytes[at..].iter().position(|byte| *byte == first) {
        if bytes[at + place..].starts_with(piece) {
            return Some(at + place);
        }
        at += place + 1;
    }
    None
}

fn splice(bytes: &[u8], places: &[usize], length: usize, new: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for place in places {
        result.extend_from_slice(&bytes[at..*place]);
        result.extend_from_slice(new);
        at = place + length;
    }
    result.extend_from_slice(&bytes[at..]);
    result
}
