//! `*** Begin Patch` ... `*** End Patch`.

use super::{
    fault::{ProposalFault, path},
    step::{Action, BodyLine, Ends, Hunk, LastEnd, Onto, Place, Step, Target, Way},
    unified::stated_place,
};

const BEGIN: &str = "*** Begin Patch";
const END: &str = "*** End Patch";
const ADD: &str = "*** Add File:";
const DELETE: &str = "*** Delete File:";
const UPDATE: &str = "*** Update File:";
const MOVE: &str = "*** Move to:";
const END_OF_FILE: &str = "*** End of File";

/// Whether an envelope begins here.
pub(super) fn is_begin(line: &str) -> bool {
    line.trim() == BEGIN
}

/// The lines between the marks, with their numbers.
struct Reader<'a> {
    lines: &'a [(usize, &'a str)],
    at: usize,
    ends: Ends,
}

/// Reads the envelope.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, ProposalFault> {
    let lines: Vec<_> =
        text.split_terminator('\n').enumerate().map(|(index, line)| (index + 1, line)).collect();
    let (ends, lines) = inside(&lines)?;
    let mut reader = Reader { lines, at: 0, ends };
    let mut steps = Vec::new();
    while let Some((number, line)) = reader.next() {
        steps.extend(reader.step(number, line.trim())?);
    }
    Ok(steps)
}

type Numbered<'a> = (usize, &'a str);

/// What stands between the marks, and what carriage returns in it say; a fence or a
/// shell's quotes around them are passed over.
fn inside<'a>(lines: &'a [Numbered<'a>]) -> Result<(Ends, &'a [Numbered<'a>]), ProposalFault> {
    let begin = lines.iter().position(|(_, line)| is_begin(line));
    let begin = begin.ok_or_else(|| ProposalFault::malformed(1, format!("`{BEGIN}` is missing")))?;
    let end = lines.iter().rposition(|(_, line)| line.trim() == END).filter(|end| *end > begin);
    let end = end.ok_or_else(|| {
        ProposalFault::malformed(lines.len(), format!("`{END}` is missing; the proposal seems cut off"))
    })?;
    if let Some((number, _)) = lines[end + 1..].iter().find(|(_, line)| !is_wrapping(line)) {
        return Err(ProposalFault::malformed(*number, format!("text after `{END}`")));
    }
    let ends = if lines[begin].1.ends_with('\r') { Ends::Nothing } else { Ends::IfAny };
    Ok((ends, &lines[begin + 1..end]))
}

/// The end of a fence, or of a shell's here document.
fn is_wrapping(line: &str) -> bool {
    let line = line.trim();
    let fence = line.starts_with("```") || line.starts_with("~~~");
    fence || line.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<Numbered<'a>> {
        self.lines.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Numbered<'a>> {
        let line = self.peek();
        self.at += 1;
        line
    }

    fn step(&mut self, line: usize, header: &str) -> Result<Option<Step>, ProposalFault> {
        if let Some(name) = header.strip_prefix(ADD) {
            self.add(line, name.trim()).map(Some)
        } else if let Some(name) = header.strip_prefix(DELETE) {
            let action = Action::Delete { hunks: Vec::new() };
            Ok(Some(Step::in_turn(path(name.trim(), line)?, Place::Line(line), action)))
        } else if let Some(name) = header.strip_prefix(UPDATE) {
            self.update(line, name.trim()).map(Some)
        } else if header.is_empty() {
            Ok(None)
        } else {
            let message =
                format!("`{header}` is no header; one of `{ADD}`, `{DELETE}` or `{UPDATE}` belongs here");
            Err(ProposalFault::malformed(line, message))
        }
    }

    fn add(&mut self, line: usize, name: &str) -> Result<Step, ProposalFault> {
        let mut bytes = Vec::new();
        while let Some(text) = self.peek().and_then(|(_, line)| line.strip_prefix('+')) {
            let text =
                if self.ends == Ends::Nothing { text.strip_suffix('\r').unwrap_or(text) } else { text };
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(b'\n');
            self.at += 1;
        }
        let action = Action::Write { bytes, mode: None, onto: Onto::Anything };
        Ok(Step::in_turn(path(name, line)?, Place::Line(line), action))
    }

    fn update(&mut self, line: usize, name: &str) -> Result<Step, ProposalFault> {
        let target = self.target()?;
        let mut hunks = Vec::new();
        self.pass_blank();
        while self.peek().is_some_and(|(_, text)| !is_header(text)) {
            hunks.extend(self.hunk(hunks.len() + 1)?);
            self.pass_blank();
        }
        if hunks.is_empty() && target.is_none() {
            let message = format!("the update of `{name}` changes nothing; give it a hunk");
            return Err(ProposalFault::malformed(line, message));
        }
        let action = Action::Patch { hunks, target, mode: None };
        Ok(Step::in_turn(path(name, line)?, Place::Line(line), action))
    }

    /// Blank lines above a hunk, a header or the end belong to no hunk.
    fn pass_blank(&mut self) {
        let rest = &self.lines[self.at.min(self.lines.len())..];
        let blank = rest.iter().take_while(|(_, text)| text.trim().is_empty()).count();
        if rest.get(blank).is_none_or(|(_, text)| is_header(text) || text.starts_with("@@")) {
            self.at += blank;
        }
    }

    fn target(&mut self) -> Result<Option<Target>, ProposalFault> {
        let Some((number, text)) = self.peek() else { return Ok(None) };
        let Some(name) = text.trim().strip_prefix(MOVE) else { return Ok(None) };
        self.at += 1;
        Ok(Some(Target { path: path(name.trim(), number)?, way: Way::Move, onto: Onto::Anything }))
    }

    fn hunk(&mut self, number: usize) -> Result<Option<Hunk>, ProposalFault> {
        let Some((line, _)) = self.peek() else { return Ok(None) };
        let mut hunk = Hunk {
            line,
            number,
            anchors: Vec::new(),
            stated: None,
            at_end: false,
            body: Vec::new(),
            missing: 0,
            ends: self.ends,
            last: LastEnd::Given,
        };
        self.anchors(&mut hunk)?;
        self.lines(&mut hunk);
        match hunk.body.is_empty() {
            true => self.blank_or_fault(line),
            false => Ok(Some(hunk)),
        }
    }

    fn lines(&mut self, hunk: &mut Hunk) {
        let mut empty = 0;
        while let Some((text, body)) = self.peek().and_then(|(_, text)| Some((text, BodyLine::parse(text)?)))
        {
            empty = if text.trim_end_matches('\r').is_empty() { empty + 1 } else { 0 };
            hunk.body.push(body);
            self.at += 1;
        }
        match self.peek() {
            Some((_, text)) if text.trim() == END_OF_FILE => {
                hunk.at_end = true;
                self.at += 1;
            }
            // An empty line above the next header is there for the eye; a space is a line.
            next if next.is_none_or(|(_, text)| is_header(text)) => {
                let written = hunk.body.len() - empty;
                hunk.body.truncate(written.max(1));
            }
            _ => {}
        }
    }

    /// `@@` alone, `@@ a line of the file`, or numbers as a diff has them.
    fn anchors(&mut self, hunk: &mut Hunk) -> Result<(), ProposalFault> {
        let mut any = hunk.number == 1;
        while let Some((_, text)) = self.peek() {
            let Some(anchor) = text.trim_end().strip_prefix("@@") else { break };
            any = true;
            self.at += 1;
            if let Some(place) = stated_place(text.trim_end()) {
                hunk.stated = Some(place);
                continue;
            }
            let anchor = anchor.trim_end_matches("@@").strip_prefix(' ').unwrap_or(anchor).trim_end();
            hunk.anchors.extend((!anchor.is_empty()).then(|| anchor.to_owned()));
        }
        match self.peek() {
            Some((number, text)) if !any && BodyLine::parse(text).is_some() && !text.trim().is_empty() => {
                Err(ProposalFault::malformed(number, "a hunk starts with `@@`"))
            }
            _ => Ok(()),
        }
    }

    fn blank_or_fault(&mut self, line: usize) -> Result<Option<Hunk>, ProposalFault> {
        match self.peek() {
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
