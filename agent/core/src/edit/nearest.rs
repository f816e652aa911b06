//! What in a file comes close to lines that are not in it.

use std::{cmp::Reverse, collections::BTreeMap};

use super::lines::Line;

const TOLD_MAX: usize = 3;
const CANDIDATES_MAX: usize = 64;
/// A line that is wanted more often than this tells no more of a place.
const OFFSETS_MAX: usize = 4;
const TEXT_BYTES_MAX: usize = 160;
/// Letters of a line that are looked at: what a line is like shows early.
const LOOK_BYTES_MAX: usize = 400;
/// Below this likeness a line is another line.
const LIKENESS_MIN: usize = 500;

/// The places that come closest, the best first, as `line 12: text`: of each the first
/// line that is not as wanted. Of several lines it is said how many agree, and where.
pub(super) fn places(wanted: &[&str], lines: &[Line]) -> Vec<String> {
    let Some((offset, key)) = wanted.iter().enumerate().max_by_key(|(_, line)| line.trim().len()) else {
        return Vec::new();
    };
    let view = View { wanted, lines };
    let alike = alike(key.trim().as_bytes(), lines);
    let mut found: Vec<_> =
        alike.into_iter().map(|(likeness, index)| (index + wanted.len() - offset, likeness)).collect();
    let more: Vec<_> = view.half_agreeing().filter(|at| found.iter().all(|(other, _)| at != other)).collect();
    found.extend(more.into_iter().map(|at| (at, 0)));
    // Only a place where more lines agree is closer than one where the key line does.
    found.sort_by_key(|(at, likeness)| (Reverse(view.agreeing(*at)), Reverse(*likeness), *at));
    found.truncate(TOLD_MAX);
    found.iter().filter_map(|(at, _)| view.tell(*at)).collect()
}

/// The lines that are most like one, with their likeness.
fn alike(key: &[u8], lines: &[Line]) -> Vec<(usize, usize)> {
    let wanted = Pairs::of(key);
    let scored =
        lines.iter().enumerate().map(|(index, line)| (wanted.likeness(line.text.trim_ascii()), index));
    let mut found: Vec<_> = scored.filter(|(likeness, _)| *likeness >= LIKENESS_MIN).collect();
    found.sort_by_key(|(likeness, index)| (Reverse(*likeness), *index));
    found.truncate(CANDIDATES_MAX);
    found
}

/// The wanted lines laid on those of a file. A place is told by the line below the last
/// wanted one: the first of them may lie above the file.
struct View<'a> {
    wanted: &'a [&'a str],
    lines: &'a [Line<'a>],
}

impl View<'_> {
    /// The lines of the file at a place, and whether they are as wanted.
    fn beside(&self, at: usize) -> impl Iterator<Item = (usize, bool)> {
        let (start, skipped) = (at.saturating_sub(self.wanted.len()), self.wanted.len().saturating_sub(at));
        let lines = self.lines.iter().enumerate().skip(start);
        let agrees = |line: &Line, wanted: &str| line.text.trim_ascii() == wanted.trim().as_bytes();
        self.wanted
            .iter()
            .skip(skipped)
            .zip(lines)
            .map(move |(wanted, (index, line))| (index, agrees(line, wanted)))
    }

    fn agreeing(&self, at: usize) -> usize {
        self.beside(at).filter(|(_, agrees)| *agrees).count()
    }

    /// Where all lines agree, the file ends before the wanted ones do: the first is told.
    fn tell(&self, at: usize) -> Option<String> {
        let (first, _) = self.beside(at).next()?;
        let differing = self.beside(at).find(|(_, agrees)| !agrees).map_or(first, |(index, _)| index);
        let text = self.lines[differing].text;
        let text = String::from_utf8_lossy(&text[..text.len().min(TEXT_BYTES_MAX)]);
        let told = format!("line {}: {text}", differing + 1);
        Some(match (self.wanted.len(), self.agreeing(at)) {
            (1, _) | (_, 0) => told,
            (count, agreeing) => {
                format!("{told} ({agreeing} of {count} lines agree from line {} on)", first + 1)
            }
        })
    }

    /// The places at which at least half of the wanted lines are.
    fn half_agreeing(&self) -> impl Iterator<Item = usize> {
        let mut found: Vec<_> =
            self.votes().into_iter().enumerate().filter(|(_, votes)| *votes > 0).collect();
        found.sort_by_key(|(at, votes)| (Reverse(*votes), *at));
        found.truncate(CANDIDATES_MAX);
        found.into_iter().map(|(at, _)| at).filter(|at| 2 * self.agreeing(*at) >= self.wanted.len())
    }

    /// For each place, how many lines of the file speak for it.
    fn votes(&self) -> Vec<usize> {
        let mut offsets: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        for (offset, line) in self.wanted.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            offsets.entry(line.trim().as_bytes()).or_default().push(offset);
        }
        let mut votes = vec![0; self.lines.len() + self.wanted.len()];
        for (index, line) in self.lines.iter().enumerate() {
            for offset in offsets.get(line.text.trim_ascii()).into_iter().flatten().take(OFFSETS_MAX) {
                votes[index + self.wanted.len() - offset] += 1;
            }
        }
        votes
    }
}

/// The pairs of neighbouring letters of a line, as a bit each.
struct Pairs {
    bits: Vec<u64>,
    count: usize,
}

impl Pairs {
    fn of(text: &[u8]) -> Self {
        let mut pairs = Self { bits: vec![0; 1024], count: 0 };
        for pair in windows(text) {
            pairs.bits[pair / 64] |= 1 << (pair % 64);
            pairs.count += 1;
        }
        pairs
    }

    fn holds(&self, pair: usize) -> bool {
        self.bits[pair / 64] & (1 << (pair % 64)) != 0
    }

    /// The share of pairs that two lines have in common, in thousandths.
    fn likeness(&self, text: &[u8]) -> usize {
        let length = text.len().min(LOOK_BYTES_MAX).saturating_sub(1);
        let (longer, shorter) = (length.max(self.count), length.min(self.count));
        if shorter == 0 || shorter * 3 < longer {
            return 0;
        }
        let common = windows(text).filter(|pair| self.holds(*pair)).count();
        2000 * common.min(self.count) / (self.count + length)
    }
}

fn windows(text: &[u8]) -> impl Iterator<Item = usize> {
    let looked = &text[..text.len().min(LOOK_BYTES_MAX)];
    looked.windows(2).map(|pair| usize::from(pair[0]) * 256 + usize::from(pair[1]))
}
