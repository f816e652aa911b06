//! `diff -u`, with git's extended headers and without.

mod body;
mod extended;
mod header;
mod part;

use super::{fault::ProposalFault, names::unquoted, step::Step};

pub(super) use header::stated_place;
use part::Part;

/// Whether a part of a diff starts at a line.
pub(super) fn is_part(lines: &[&str], at: usize) -> bool {
    lines[at].starts_with("diff --git ") || is_names(lines, at)
}

/// `--- a` with `+++ b` below.
fn is_names(lines: &[&str], at: usize) -> bool {
    lines[at].starts_with("--- ") && lines.get(at + 1).is_some_and(|line| line.starts_with("+++ "))
}

/// Reads a diff. Text before, between and after its parts is passed over.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, ProposalFault> {
    let mut reader = Reader { lines: text.split_terminator('\n').collect(), at: 0, commit: 0 };
    let mut steps = Vec::new();
    while let Some(part) = reader.part()? {
        steps.push(part.into_step()?);
    }
    Ok(steps)
}

struct Reader<'a> {
    lines: Vec<&'a str>,
    at: usize,
    /// How many commits began so far: a mailbox may hold several.
    commit: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.at).copied()
    }

    /// A line of a header, its carriage return left out.
    fn header(&self) -> Option<&'a str> {
        self.peek().map(|line| line.trim_end_matches('\r'))
    }

    fn at_part(&self) -> bool {
        self.at < self.lines.len() && is_part(&self.lines, self.at)
    }

    fn at_names(&self) -> bool {
        self.at < self.lines.len() && is_names(&self.lines, self.at)
    }

    fn part(&mut self) -> Result<Option<Part>, ProposalFault> {
        while self.peek().is_some() && !self.at_part() {
            self.pass_over()?;
        }
        let Some(first) = self.header() else { return Ok(None) };
        let mut part = Part { line: self.at + 1, commit: self.commit, ..Part::default() };
        if let Some(names) = first.strip_prefix("diff --git ") {
            part.git = Some(header::both(names));
            self.at += 1;
            while self.peek().is_some() && !self.at_part() && self.extended(&mut part)? {
                self.at += 1;
            }
        }
        if self.at_names() {
            part.old = Some(self.name("--- ")?);
            part.new = Some(self.name("+++ ")?);
            self.hunks(&mut part)?;
        }
        Ok(Some(part))
    }

    fn hunks(&mut self, part: &mut Part) -> Result<(), ProposalFault> {
        while self.peek().is_some_and(|line| line.starts_with("@@")) {
            let hunk = self.hunk(part.hunks.len() + 1)?;
            part.hunks.push(hunk);
        }
        Ok(())
    }

    /// A hunk without a file's name above it belongs nowhere.
    fn pass_over(&mut self) -> Result<(), ProposalFault> {
        let line = self.header().unwrap_or_default();
        self.at += 1;
        self.commit += usize::from(header::is_mail(line));
        match line.starts_with("@@ -") {
            true => Err(ProposalFault::malformed(self.at, "a hunk without `---` and `+++` above it")),
            false => Ok(()),
        }
    }

    fn name(&mut self, mark: &str) -> Result<String, ProposalFault> {
        let line = self.header().unwrap_or_default();
        self.at += 1;
        let (text, time) = header::name_and_time(line.strip_prefix(mark).unwrap_or(line));
        if header::is_epoch(time) {
            return Ok(part::NOWHERE.to_owned());
        }
        unquoted(text).ok_or_else(|| no_name(text, self.at))
    }
}

fn no_name(text: &str, line: usize) -> ProposalFault {
    ProposalFault::malformed(line, format!("`{text}` is no name of a file"))
}
