//! Where a hunk belongs: in one place, or nowhere.

use agent_contract::RepoPath;

use super::{
    lines::Line,
    mismatch::Mismatch,
    nearest,
    sequence::{ANCHOR_LAYERS, LAYERS, places},
    step::{BodyLine, Hunk, Sign},
};

const PLACES_TOLD_MAX: usize = 5;

/// A hunk's place, and as much of its body as there is a place for.
pub(super) struct Fit<'a> {
    pub place: usize,
    pub body: &'a [BodyLine],
}

/// Looks for a hunk in a file, not before `from`.
pub(super) fn locate<'a>(
    hunk: &'a Hunk,
    lines: &[Line],
    from: usize,
    path: &RepoPath,
) -> Result<Fit<'a>, Mismatch> {
    let search = Search { hunk, lines, from, path };
    let body = hunk.body.as_slice();
    if hunk.missing > 0 {
        let wanted = [old(body), vec![""; hunk.missing]].concat();
        let place = search.find(&wanted)?.ok_or_else(|| search.cut_off())?;
        return Ok(Fit { place, body });
    }
    if old(body).is_empty() {
        return Ok(Fit { place: search.insertion()?, body });
    }
    if let Some(place) = search.find(&old(body))? {
        return Ok(Fit { place, body });
    }
    let shorter = without_blank_tail(body).unwrap_or_default();
    match old(shorter).is_empty() {
        true => Err(search.not_found()),
        false => search
            .find(&old(shorter))?
            .map(|place| Fit { place, body: shorter })
            .ok_or_else(|| search.not_found()),
    }
}

/// The lines that must be there.
fn old(body: &[BodyLine]) -> Vec<&str> {
    body.iter().filter(|line| line.sign != Sign::Add).map(|line| line.text.as_str()).collect()
}

/// Some writers end a hunk with an empty line that the file does not have.
fn without_blank_tail(body: &[BodyLine]) -> Option<&[BodyLine]> {
    let (last, rest) = body.split_last()?;
    (last.sign == Sign::Keep && last.text.is_empty()).then_some(rest)
}

struct Search<'a> {
    hunk: &'a Hunk,
    lines: &'a [Line<'a>],
    from: usize,
    path: &'a RepoPath,
}

impl Search<'_> {
    /// The one place of the wanted lines: the stated one, or the only one.
    fn find(&self, wanted: &[&str]) -> Result<Option<usize>, Mismatch> {
        let mut start = self.after_anchors()?.first().copied().unwrap_or(self.from);
        if self.hunk.at_end {
            start = start.max(self.lines.len().saturating_sub(wanted.len()));
        }
        let places = places(wanted, self.lines, start, &LAYERS);
        let stated = self.hunk.stated.map(|line| line.saturating_sub(1));
        match (stated.filter(|place| places.contains(place)), places.as_slice()) {
            (Some(place), _) | (None, &[place]) => Ok(Some(place)),
            (None, []) => Ok(None),
            (None, places) => Err(self.ambiguous(places)),
        }
    }

    /// Where lines go that replace none: after the anchor, at the stated line, at the end.
    fn insertion(&self) -> Result<usize, Mismatch> {
        let held = self.lines.len();
        match (self.hunk.anchors.is_empty(), self.hunk.stated) {
            (false, _) => match self.after_anchors()?.as_slice() {
                [place] => Ok(*place),
                places => Err(self.ambiguous(&places.iter().map(|place| place - 1).collect::<Vec<_>>())),
            },
            (true, Some(line)) if (self.from..=held).contains(&line) => Ok(line),
            (true, Some(line)) => {
                let what = format!(
                    "lines are to be added after line {line}, which is not between line {} and the last one, {held}",
                    self.from
                );
                Err(Mismatch::hunk_not_found(self.path, self.hunk, &what))
            }
            (true, None) => Ok(held),
        }
    }

    /// The places right below each line that the last anchor names.
    fn after_anchors(&self) -> Result<Vec<usize>, Mismatch> {
        let mut below = vec![self.from];
        for anchor in &self.hunk.anchors {
            let start = below.first().copied().unwrap_or(self.from);
            below = places(&[anchor], self.lines, start, &ANCHOR_LAYERS);
            if below.is_empty() {
                return Err(self.no_anchor(anchor, start));
            }
            below.iter_mut().for_each(|place| *place += 1);
        }
        Ok(below)
    }

    fn ambiguous(&self, places: &[usize]) -> Mismatch {
        let told = places.iter().take(PLACES_TOLD_MAX);
        let hints = told.map(|place| format!("it matches at line {}", place + 1)).collect();
        let what =
            format!("the lines to change match in {} places; give more lines around them", places.len());
        Mismatch::hunk_ambiguous(self.path, self.hunk, &what).hint(hints)
    }

    fn not_found(&self) -> Mismatch {
        let what = match (self.hunk.at_end, self.from) {
            (true, _) => "the lines to change are not the last ones of the file",
            (false, 0) => "the lines to change are not in the file",
            (false, _) => "the lines to change are not in the file, below the hunk before",
        };
        let hints = nearest::places(&old(&self.hunk.body), self.lines);
        Mismatch::hunk_not_found(self.path, self.hunk, what).hint(hints)
    }

    fn cut_off(&self) -> Mismatch {
        let what = format!(
            "its header says {} more lines, and no blank ones are there in the file; the proposal seems cut off",
            self.hunk.missing
        );
        Mismatch::hunk_not_found(self.path, self.hunk, &what)
    }

    fn no_anchor(&self, anchor: &str, from: usize) -> Mismatch {
        let what = match from {
            0 => format!("`@@ {anchor}` is not in the file"),
            _ => format!("`@@ {anchor}` is not in the file below line {from}"),
        };
        let hints = nearest::places(&[anchor], self.lines);
        Mismatch::hunk_not_found(self.path, self.hunk, &what).hint(hints)
    }
}
