//! The lines of a hunk.

use super::{Reader, header, is_part};
use crate::edit::{
    fault::ProposalFault,
    step::{BodyLine, Ends, Hunk, LastEnd, Sign},
};

/// How many blank lines at the end of a diff an editor may have taken away: there are no
/// more around a change.
const BLANK_MAX: usize = 3;

/// Lines of a hunk, and how many lines of the diff they are.
type Body = (Vec<BodyLine>, usize);

impl Reader<'_> {
    pub(super) fn hunk(&mut self, number: usize) -> Result<Hunk, ProposalFault> {
        let line = self.at + 1;
        let raw = self.peek().unwrap_or_default();
        let ranges = header::ranges(raw.trim_end_matches('\r'), line)?;
        self.at += 1;
        let ends = if raw.ends_with('\r') { Ends::Nothing } else { Ends::Always };
        let rest = &self.lines[self.at..];
        let counts = ranges.as_ref().map(|ranges| ranges.counts);
        let counted = counts.and_then(|counts| counted(rest, counts));
        let (mut body, length) = counted.unwrap_or_else(|| uncounted(rest));
        self.at += length;
        let stated = ranges.map(|ranges| ranges.place);
        if body.is_empty() {
            return Err(ProposalFault::malformed(line, "a hunk without lines"));
        }
        if ends == Ends::Always {
            body.iter_mut().filter(|line| line.unended).for_each(BodyLine::keep_carriage);
        }
        let missing = match (counts, is_over(&self.lines[self.at..])) {
            (Some(counts), true) => missing(&body, counts).ok_or_else(|| cut_off(line))?,
            _ => 0,
        };
        if stated.is_none() && body.iter().all(|line| line.sign == Sign::Add) {
            return Err(ProposalFault::malformed(
                line,
                "a hunk that only adds lines needs the numbers of lines",
            ));
        }
        Ok(Hunk {
            line,
            number,
            anchors: Vec::new(),
            stated,
            at_end: false,
            body,
            missing,
            ends,
            last: LastEnd::Marked,
        })
    }
}

/// As many lines as the header says, if that comes out even.
fn counted(lines: &[&str], (mut old, mut new): (usize, usize)) -> Option<Body> {
    let (mut body, mut at) = (Vec::new(), 0);
    while old > 0 || new > 0 || is_note(lines, at) {
        let text = lines.get(at).filter(|_| !is_surely_part(lines, at))?;
        at += 1;
        if text.starts_with('\\') {
            unend(&mut body);
            continue;
        }
        let line = BodyLine::parse(text)?;
        old = old.checked_sub(usize::from(line.sign != Sign::Add))?;
        new = new.checked_sub(usize::from(line.sign != Sign::Remove))?;
        body.push(line);
    }
    let goes_on = lines.get(at).is_some_and(|line| line.starts_with([' ', '+', '-']));
    (!goes_on || is_boundary(lines, at)).then_some((body, at))
}

/// As many lines as look like those of a hunk: counts are often wrong where a person
/// or a model wrote them.
fn uncounted(lines: &[&str]) -> Body {
    let (mut body, mut at) = (Vec::new(), 0);
    // Up to here every empty line is one of the file.
    let mut filled = 0;
    while at < lines.len() && !is_boundary(lines, at) {
        let blank = lines[at].trim_end().is_empty() && !lines[at].starts_with(' ');
        if blank && at >= filled {
            filled = goes_on(lines, at).unwrap_or(filled);
        }
        match (lines[at].starts_with('\\'), BodyLine::parse(lines[at])) {
            (true, _) => unend(&mut body),
            (false, Some(line)) if !blank || at < filled => body.push(line),
            (false, _) => break,
        }
        at += 1;
    }
    (body, at)
}

/// Whether nothing more of a diff follows.
fn is_over(lines: &[&str]) -> bool {
    lines.iter().all(|line| line.trim().is_empty())
}

/// How many lines the last hunk of a diff lacks at its end, if those can be blank ones
/// that an editor took away: a hunk that lacks other ones would be applied in part.
fn missing(body: &[BodyLine], (old, new): (usize, usize)) -> Option<usize> {
    let count = |other: Sign| body.iter().filter(|line| line.sign != other).count();
    let changes = body.iter().any(|line| line.sign != Sign::Keep);
    match (old.saturating_sub(count(Sign::Add)), new.saturating_sub(count(Sign::Remove))) {
        (0, 0) => Some(0),
        (old, new) => (old == new && old <= BLANK_MAX && changes).then_some(old),
    }
}

fn cut_off(line: usize) -> ProposalFault {
    let what = "the last hunk has fewer lines than its header says; the proposal seems cut off";
    ProposalFault::malformed(line, what)
}

/// `\ No newline at end of file`, in whatever language.
fn is_note(lines: &[&str], at: usize) -> bool {
    lines.get(at).is_some_and(|line| line.starts_with('\\'))
}

fn unend(body: &mut [BodyLine]) {
    body.last_mut().into_iter().for_each(|line| line.unended = true);
}

/// The next part of the diff, or the signature of a mail. A line that is taken away and
/// starts with `-- ` looks like the former: only a hunk below tells.
fn is_boundary(lines: &[&str], at: usize) -> bool {
    let hunk_below = lines.get(at + 2).is_none_or(|line| line.starts_with("@@"));
    matches!(lines[at].trim_end(), "--" | "---") || (is_part(lines, at) && hunk_below)
}

/// A name twice, with git's prefixes, above a hunk: no counts make that the lines of a file.
fn is_surely_part(lines: &[&str], at: usize) -> bool {
    let name = |at: usize, mark: &str| lines.get(at).and_then(|line| line.trim_end().strip_prefix(mark));
    let names = name(at, "--- a/").zip(name(at + 1, "+++ b/"));
    let hunk_below = lines.get(at + 2).is_some_and(|line| line.starts_with("@@ -"));
    names.is_some_and(|(old, new)| old == new) && hunk_below
}

/// The other line of the hunk that follows empty ones, if they are lines of the file.
fn goes_on(lines: &[&str], at: usize) -> Option<usize> {
    let next = (at..lines.len()).find(|at| !lines[*at].trim_end().is_empty())?;
    (lines[next].starts_with([' ', '+', '-', '\\']) && !is_boundary(lines, next)).then_some(next)
}
