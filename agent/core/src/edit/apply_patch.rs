//! `*** Begin Patch` ... `*** End Patch`.

use super::{
    fault::{ProposalFault, path},
    step::{Action, BodyLine, Hunk, Onto, Sign, Step},
};

const ADD: &str = "*** Add File:";
const DELETE: &str = "*** Delete File:";
const UPDATE: &str = "*** Update File:";
const MOVE: &str = "*** Move to:";
const END_OF_FILE: &str = "*** End of File";

/// The lines between the marks, with their numbers.
struct Reader<'a> {
    lines: Vec<(usize, &'a str)>,
    at: usize,
}

/// Reads the envelope.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, ProposalFault> {
    let mut reader = Reader { lines: inside(text)?, at: 0 };
    let mut steps = Vec::new();
    while let Some((number, line)) = reader.next() {
        let header = line.trim();
        let step = if let Some(name) = header.strip_prefix(ADD) {
            reader.add(number, name)?
        } else if let Some(name) = header.strip_prefix(DELETE) {
            Step {
                path: path(name.trim(), number)?,
                line: number,
                action: Action::Delete { hunks: Vec::new() },
            }
        } else if let Some(name) = header.strip_prefix(UPDATE) {
            reader.update(number, name)?
        } else if header.is_empty() {
            continue;
        } else {
            let message =
                format!("`{header}` is no header; one of `{ADD}`, `{DELETE}` or `{UPDATE}` belongs here");
            return Err(ProposalFault::malformed(number, message));
        };
        steps.push(step);
    }
    Ok(steps)
}

/// What stands between the marks; a fence or a shell's quotes around them are passed over.
fn inside(text: &str) -> Result<Vec<(usize, &str)>, ProposalFault> {
    let lines: Vec<_> = text.lines().enumerate().map(|(index, line)| (index + 1, line)).collect();
    let mark = |mark: &str| lines.iter().position(|(_, line)| line.trim() == mark);
    let begin =
        mark("*** Begin Patch").ok_or_else(|| ProposalFault::malformed(1, "`*** Begin Patch` is missing"))?;
    let ends: Vec<_> = lines
        .iter()
        .enumerate()
        .filter(|(_, (_, line))| line.trim() == "*** End Patch")
        .map(|(at, _)| at)
        .collect();
    let end = ends.last().copied().filter(|end| *end > begin);
    let end = end.ok_or_else(|| {
        ProposalFault::malformed(lines.len(), "`*** End Patch` is missing; the proposal seems cut off")
    })?;
    if let Some((number, _)) = lines[end + 1..].iter().find(|(_, line)| !is_wrapping(line)) {
        return Err(ProposalFault::malformed(*number, "text after `*** End Patch`"));
    }
    Ok(lines[begin + 1..end].to_vec())
}

fn is_wrapping(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || line.starts_with("```")
        || line.starts_with("~~~")
        || line.chars().all(|c| c.is_ascii_uppercase())
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<(usize, &'a str)> {
        self.lines.get(self.at).copied()
    }

    fn next(&mut self) -> Option<(usize, &'a str)> {
        let line = self.peek();
        self.at += 1;
        line
    }

    fn add(&mut self, line: usize, name: &str) -> Result<Step, ProposalFault> {
        let mut bytes = Vec::new();
        while let Some(text) = self.peek().and_then(|(_, line)| line.strip_prefix('+')) {
            bytes.extend_from_slice(text.strip_suffix('\r').unwrap_or(text).as_bytes());
            bytes.push(b'\n');
            self.at += 1;
        }
        let action = Action::Write { bytes, mode: None, onto: Onto::Anything };
        Ok(Step { path: path(name.trim(), line)?, line, action })
    }

    fn update(&mut self, line: usize, name: &str) -> Result<Step, ProposalFault> {
        let to = self.peek().and_then(|(number, text)| Some((number, text.trim().strip_prefix(MOVE)?)));
        let to = to.map(|(number, name)| path(name.trim(), number)).transpose()?;
        self.at += usize::from(to.is_some());
        let mut hunks = Vec::new();
        while self.peek().is_some_and(|(_, text)| !is_header(text)) {
            hunks.extend(self.hunk(hunks.is_empty())?);
        }
        if hunks.is_empty() && to.is_none() {
            return Err(ProposalFault::malformed(
                line,
                format!("the update of `{}` changes nothing; give it a hunk", name.trim()),
            ));
        }
        Ok(Step {
            path: path(name.trim(), line)?,
            line,
            action: Action::Patch { hunks, to, keep: false, mode: None },
        })
    }

    fn hunk(&mut self, first: bool) -> Result<Option<Hunk>, ProposalFault> {
        let Some((line, _)) = self.peek() else { return Ok(None) };
        let mut hunk = Hunk { line, ends_last_line: true, ..Hunk::default() };
        self.anchors(&mut hunk, first)?;
        while let Some((_, text)) = self.peek() {
            let Some(body) = body(text) else { break };
            hunk.body.push(body);
            self.at += 1;
        }
        if self.peek().is_some_and(|(_, text)| text.trim() == END_OF_FILE) {
            hunk.at_end = true;
            self.at += 1;
        }
        if hunk.body.is_empty() {
            return self.blank_or_fault(line);
        }
        trim_tail(&mut hunk, self.peek());
        hunk.settle_ends();
        Ok(Some(hunk))
    }

    fn anchors(&mut self, hunk: &mut Hunk, first: bool) -> Result<(), ProposalFault> {
        let mut any = first;
        while let Some((_, text)) = self.peek() {
            let Some(anchor) = text.trim_end().strip_prefix("@@") else { break };
            any = true;
            let anchor = anchor.trim_end_matches("@@").strip_prefix(' ').unwrap_or(anchor).trim_end();
            hunk.anchors.extend((!anchor.is_empty()).then(|| anchor.to_owned()));
            self.at += 1;
        }
        match self.peek() {
            Some((number, text)) if !any && body(text).is_some() && !text.is_empty() => {
                Err(ProposalFault::malformed(number, "a hunk starts with `@@`"))
            }
            _ => Ok(()),
        }
    }

    fn blank_or_fault(&mut self, line: usize) -> Result<Option<Hunk>, ProposalFault> {
        match self.peek() {
            Some((_, text)) if text.trim().is_empty() => {
                self.at += 1;
                Ok(None)
            }
            Some((number, text)) if !is_header(text) => Err(ProposalFault::malformed(
                number,
                format!("`{}` is no line of a hunk; lines start with a space, `+` or `-`", text.trim()),
            )),
            _ => Err(ProposalFault::malformed(line, "a hunk without lines")),
        }
    }
}

fn is_header(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("*** ") && text != END_OF_FILE
}

fn body(text: &str) -> Option<BodyLine> {
    if text.is_empty() {
        return Some(BodyLine::new(Sign::Keep, ""));
    }
    let sign = match text.as_bytes()[0] {
        b' ' => Sign::Keep,
        b'+' => Sign::Add,
        b'-' => Sign::Remove,
        _ => return None,
    };
    Some(BodyLine::new(sign, &text[1..]))
}

/// An empty line between a hunk and the header that follows is there for the eye.
fn trim_tail(hunk: &mut Hunk, next: Option<(usize, &str)>) {
    let spaced = next.is_none_or(|(_, text)| is_header(text));
    let blank = |line: &BodyLine| line.sign == Sign::Keep && line.text.is_empty();
    while spaced && hunk.body.len() > 1 && hunk.body.last().is_some_and(blank) {
        hunk.body.pop();
    }
}
