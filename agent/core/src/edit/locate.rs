//! Where a hunk belongs: in one place, or nowhere.

use agent_contract::RepoPath;

use super::{
    mismatch::Mismatch,
    nearest,
    sequence::Sought,
    step::{BodyLine, Hunk, Sign},
    text::{Hints, Text},
};

const PLACES_TOLD_MAX: usize = 5;

/// A hunk's place, and as much of its body as there is a place for.
pub(super) struct Fit<'a> {
    pub place: usize,
    pub body: Vec<&'a BodyLine>,
}

/// Looks for a hunk in a file, not before `from`.
pub(super) fn locate<'a>(
    hunk: &'a Hunk,
    text: &Text,
    from: usize,
    path: &RepoPath,
) -> Result<Fit<'a>, Mismatch> {
    let search = Search { hunk, text, from, path };
    let body: Vec<_> = hunk.body.iter().collect();
    let wanted = [old(&body), vec![""; hunk.missing]].concat();
    if wanted.is_empty() {
        return Ok(Fit { place: search.insertion()?, body });
    }
    if let Some(place) = search.find(&wanted)? {
        return Ok(Fit { place, body });
    }
    let shorter = without_blank_tail(&body).filter(|body| hunk.missing == 0 && !old(body).is_empty());
    let fit = match shorter {
        Some(body) => search.find(&old(&body))?.map(|place| Fit { place, body }),
        None => None,
    };
    fit.ok_or_else(|| search.not_found())
}

/// The lines that must be there.
fn old<'a>(body: &[&'a BodyLine]) -> Vec<&'a str> {
    body.iter().filter(|line| line.sign != Sign::Add).map(|line| line.text.as_str()).collect()
}

/// Some writers end a hunk with an empty line that the file does not have, or take one
/// away and add it again.
fn without_blank_tail<'a>(body: &[&'a BodyLine]) -> Option<Vec<&'a BodyLine>> {
    let last = |other: Sign| body.iter().rposition(|line| line.sign != other && line.text.is_empty());
    let ends = |other: Sign| body.iter().rposition(|line| line.sign != other);
    let (old, new) = (last(Sign::Add)?, last(Sign::Remove)?);
    let both = ends(Sign::Add) == Some(old) && ends(Sign::Remove) == Some(new);
    let rest = body.iter().enumerate().filter(|(at, _)| *at != old && *at != new);
    (both && (old != new || old + 1 == body.len())).then(|| rest.map(|(_, line)| *line).collect())
}

struct Search<'a, 't> {
    hunk: &'a Hunk,
    text: &'a Text<'t>,
    from: usize,
    path: &'a RepoPath,
}

impl Search<'_, '_> {
    /// The one place of the wanted lines: the stated one, or the only one.
    fn find(&self, wanted: &[&str]) -> Result<Option<usize>, Mismatch> {
        let mut start = self.after_anchors()?.first().copied().unwrap_or(self.from);
        if self.hunk.at_end {
            start = start.max(self.text.lines().len().saturating_sub(wanted.len()));
        }
        let stated = self.hunk.stated.map(|line| line.saturating_sub(1)).filter(|place| *place >= start);
        // What stands there exactly can be nowhere else.
        if let Some(place) = stated.filter(|place| self.text.stand_at(*place, wanted)) {
            return Ok(Some(place));
        }
        let places = self.text.places(wanted, start, Sought::Lines);
        match (stated.filter(|place| places.contains(place)), places.as_slice()) {
            (Some(place), _) | (None, &[place]) => Ok(Some(place)),
            (None, []) => Ok(None),
            (None, places) => Err(self.ambiguous(places)),
        }
    }

    /// Where lines go that replace none: after the anchor, at the stated line, at the end.
    fn insertion(&self) -> Result<usize, Mismatch> {
        let held = self.text.lines().len();
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
            below = self.text.places(&[anchor], start, Sought::Anchor);
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
        let what = match (self.hunk.at_end, self.hunk.missing, self.from) {
            (true, _, _) => "the lines to change are not the last ones of the file",
            (false, 1.., _) => {
                "the lines to change, with as many blank ones below as its header says, are not in the file; the proposal seems cut off"
            }
            (false, 0, 0) => "the lines to change are not in the file",
            (false, 0, _) => "the lines to change are not in the file, below the hunk before",
        };
        let body: Vec<_> = self.hunk.body.iter().collect();
        Mismatch::hunk_not_found(self.path, self.hunk, what).hint(self.nearest(&old(&body)))
    }

    fn no_anchor(&self, anchor: &str, from: usize) -> Mismatch {
        let what = match from {
            0 => format!("`@@ {anchor}` is not in the file"),
            _ => format!("`@@ {anchor}` is not in the file below line {from}"),
        };
        Mismatch::hunk_not_found(self.path, self.hunk, &what).hint(self.nearest(&[anchor]))
    }

    fn nearest(&self, wanted: &[&str]) -> Vec<String> {
        match self.text.hints {
            Hints::Told => nearest::places(wanted, self.text.lines()),
            Hints::Untold => Vec::new(),
        }
    }
}
