//! The one place of a file that is by far the most similar to lines that are not in it.

use std::borrow::Cow;

use super::{
    fold,
    likeness::{Pattern, thousandths},
    lines::Line,
};

/// How much of the wanted lines must be in a place, in thousandths.
pub(super) const LIKENESS_MIN: usize = 900;
/// How much less every other place must have.
pub(super) const MARGIN: usize = 50;
/// How much of each line must be the same.
pub(super) const LINE_MIN: usize = 800;
/// How much of the first and the last must be: they say where the place begins and ends.
pub(super) const EDGE_MIN: usize = 900;
/// Fewer lines, or letters, could be from anywhere.
pub(super) const LINES_MIN: usize = 3;
pub(super) const LETTERS_MIN: usize = 40;
/// More of them would take too long to prepare.
const LINES_MAX: usize = 2_000;
const LETTERS_MAX: usize = 64 * 1024;
/// Words of bits that are compared before a file is taken to be too large for this.
const COST_MAX: usize = 50_000_000;

/// The places from `from` on that are similar enough and not told apart: none, one, or
/// several, of which none may be taken.
pub(super) fn places(wanted: &[&str], lines: &[Line], from: usize) -> Vec<usize> {
    let texts: Vec<_> = wanted.iter().map(|line| fold::bare(line.as_bytes())).collect();
    let letters: usize = texts.iter().map(|text| text.len()).sum();
    let filled = texts.iter().filter(|text| !text.is_empty()).count();
    let some = filled >= LINES_MIN && letters >= LETTERS_MIN;
    if !some || texts.len() > LINES_MAX || letters > LETTERS_MAX {
        return Vec::new();
    }
    let held: Vec<_> = lines.iter().skip(from).map(|line| fold::bare(line.text)).collect();
    let block = Block { patterns: texts.iter().map(|text| Pattern::of(text)).collect(), letters };
    let Some(scores) = block.scores(&held) else { return Vec::new() };
    let Some((best, place)) =
        scores.iter().copied().max_by_key(|(score, place)| (*score, usize::MAX - place))
    else {
        return Vec::new();
    };
    if best < LIKENESS_MIN || !block.is_alike(&held[place..]) {
        return Vec::new();
    }
    let near = scores.into_iter().filter(|(score, _)| score + MARGIN > best);
    near.map(|(_, place)| from + place).collect()
}

/// The wanted lines.
struct Block<'a> {
    patterns: Vec<Pattern<'a>>,
    letters: usize,
}

impl Block<'_> {
    /// How similar each place is that could matter, with the place; `None` where finding
    /// out would take too long.
    fn scores(&self, held: &[Cow<[u8]>]) -> Option<Vec<(usize, usize)>> {
        let mut scores = Vec::new();
        let mut cost = 0;
        for (place, lines) in held.windows(self.patterns.len()).enumerate() {
            let score = self.score(lines, &mut cost);
            if cost > COST_MAX {
                return None;
            }
            scores.extend(score.map(|score| (score, place)));
        }
        Some(scores)
    }

    /// How similar a place is; `None` as soon as it can't be the best or next to it.
    fn score(&self, lines: &[Cow<[u8]>], cost: &mut usize) -> Option<usize> {
        let both = self.letters + lines.iter().map(|line| line.len()).sum::<usize>();
        let pairs = || self.patterns.iter().zip(lines);
        let mut at_most: usize = pairs().map(|(pattern, line)| pattern.len().min(line.len())).sum();
        *cost += lines.len();
        for (pattern, line) in pairs() {
            if thousandths(at_most, both, 0) + MARGIN < LIKENESS_MIN {
                return None;
            }
            *cost += pattern.cost(line);
            at_most -= pattern.len().min(line.len()) - pattern.common(line);
        }
        Some(thousandths(at_most, both, 0))
    }

    /// Whether no line of the place is another one.
    fn is_alike(&self, lines: &[Cow<[u8]>]) -> bool {
        let filled = |pattern: &Pattern| pattern.len() > 0;
        let edges = [self.patterns.iter().position(filled), self.patterns.iter().rposition(filled)];
        self.patterns.iter().zip(lines).enumerate().all(|(at, (pattern, line))| {
            let least = if edges.contains(&Some(at)) { EDGE_MIN } else { LINE_MIN };
            let likeness = thousandths(pattern.common(line), pattern.len(), line.len());
            likeness >= least && digits(pattern.text()).eq(digits(line))
        })
    }
}

/// Lines that differ by a number are not the same line: `case 1:` is not `case 2:`.
fn digits(line: &[u8]) -> impl Iterator<Item = u8> {
    line.iter().copied().filter(u8::is_ascii_digit)
}
