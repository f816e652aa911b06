//! Where a hunk belongs: in one place, or nowhere.

use agent_contract::RepoPath;

use super::{
    indent::Shift,
    layer::{Layer, Matching, Spot},
    layers,
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
    pub layer: Layer,
    pub body: Vec<&'a BodyLine>,
}

impl Fit<'_> {
    /// How many lines of the file it covers.
    pub fn covered(&self) -> usize {
        self.body.iter().filter(|line| line.sign != Sign::Add).count()
    }

    pub fn spot(&self) -> Spot {
        Spot { layer: self.layer, place: self.place, lines: self.covered() }
    }

    /// How its lines are indented in the file.
    pub fn shift(&self, text: &Text) -> Option<Shift> {
        match self.layer {
            Layer::Exact | Layer::LineEnds => Some(Shift::None),
            Layer::Indentation | Layer::LookAlikes | Layer::Similar => {
                layers::shift(&old(&self.body), text, self.place)
            }
        }
    }
}

/// Looks for a hunk in a file, not before `from`.
pub(super) fn locate<'a>(
    hunk: &'a Hunk,
    text: &Text,
    from: usize,
    (path, matching): (&RepoPath, Matching),
) -> Result<Fit<'a>, Mismatch> {
    let search = Search { hunk, text, from, path, matching };
    let body: Vec<_> = hunk.body.iter().collect();
    let wanted = [old(&body), vec![""; hunk.missing]].concat();
    if wanted.is_empty() {
        return Ok(Fit { place: search.insertion()?, layer: Layer::Exact, body });
    }
    if let Some((layer, place)) = search.find(&wanted)? {
        return Ok(Fit { place, layer, body });
    }
    let shorter = without_blank_tail(&body).filter(|body| hunk.missing == 0 && !old(body).is_empty());
    if let Some(shorter) = shorter
        && let Some((layer, place)) = search.find(&old(&shorter))?
    {
        return Ok(Fit { place, layer, body: shorter });
    }
    // Last of all: other lines may be more like those than what they were meant to be.
    let similar = search.find_similar(&wanted)?;
    similar.map(|place| Fit { place, layer: Layer::Similar, body }).ok_or_else(|| search.not_found())
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
    matching: Matching,
}

impl Search<'_, '_> {
    /// From where on the wanted lines may stand.
    fn start(&self, wanted: &[&str]) -> Result<usize, Mismatch> {
        let start = self.after_anchors()?.first().copied().unwrap_or(self.from);
        Ok(match self.hunk.at_end {
            true => start.max(self.text.lines().len().saturating_sub(wanted.len())),
            false => start,
        })
    }

    /// The one place of the wanted lines: the stated one, or the only one.
    fn find(&self, wanted: &[&str]) -> Result<Option<(Layer, usize)>, Mismatch> {
        let start = self.start(wanted)?;
        let stated = self.hunk.stated.map(|line| line.saturating_sub(1)).filter(|place| *place >= start);
        // What stands there exactly can be nowhere else.
        if let Some(place) = stated.filter(|place| self.text.stand_at(*place, wanted)) {
            return Ok(Some((Layer::Exact, place)));
        }
        let (layer, places) = match self.matching {
            Matching::Strict => (Layer::Exact, self.text.places(wanted, start, Sought::Lines)),
            Matching::Layered => layers::places(wanted, self.text, start),
        };
        match (stated.filter(|place| places.contains(place)), places.as_slice()) {
            (Some(place), _) | (None, &[place]) => Ok(Some((layer, place))),
            (None, []) => Ok(None),
            (None, places) => Err(self.ambiguous(places)),
        }
    }

    /// The one place that is similar to the wanted lines. A number does not tell which one
    /// is meant where several are.
    fn find_similar(&self, wanted: &[&str]) -> Result<Option<usize>, Mismatch> {
        let places = match self.matching {
            Matching::Strict => Vec::new(),
            Matching::Layered => layers::similar(wanted, self.text, self.start(wanted)?),
        };
        match places.as_slice() {
            [] => Ok(None),
            &[place] => Ok(Some(place)),
            places => Err(self.too_similar(places.len())),
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
        Mismatch::hunk_ambiguous(self.path, self.hunk, &what).hint(hints).sought(self.sought())
    }

    /// What differs is what the edit has to name: the places alone would not tell it.
    fn too_similar(&self, count: usize) -> Mismatch {
        let what = format!(
            "the lines to change are not in the file, and {count} places come close; give the lines as they stand there"
        );
        let hints = self.nearest(&self.sought().collect::<Vec<_>>());
        Mismatch::hunk_ambiguous(self.path, self.hunk, &what).hint(hints).sought(self.sought())
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
        let wanted: Vec<_> = self.sought().collect();
        let hints = self.nearest(&wanted);
        Mismatch::hunk_not_found(self.path, self.hunk, what).hint(hints).sought(self.sought())
    }

    fn sought(&self) -> impl Iterator<Item = &str> {
        self.hunk.body.iter().filter(|line| line.sign != Sign::Add).map(|line| line.text.as_str())
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
