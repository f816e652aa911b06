//! What in a file comes close to lines that are not in it.

use super::lines::Line;

const TOLD_MAX: usize = 3;
const CANDIDATES_MAX: usize = 64;
const TEXT_BYTES_MAX: usize = 160;
/// Letters of a line that are looked at: what a line is like shows early.
const LOOK_BYTES_MAX: usize = 400;
/// Below this likeness a line is another line.
const LIKENESS_MIN: usize = 500;

/// The places that come closest, as `line 12: text`: of each the first line that is
/// not as wanted.
pub(super) fn places(wanted: &[&str], lines: &[Line]) -> Vec<String> {
    let Some((offset, key)) = wanted.iter().enumerate().max_by_key(|(_, line)| line.trim().len()) else {
        return Vec::new();
    };
    let mut found = alike(key.trim().as_bytes(), lines);
    // Only a place where more lines agree is closer than one where the key line does.
    found.sort_by_key(|(likeness, index)| {
        (std::cmp::Reverse(agreeing(wanted, lines, *index, offset)), std::cmp::Reverse(*likeness), *index)
    });
    found.truncate(TOLD_MAX);
    found.sort_by_key(|(_, index)| *index);
    found.iter().map(|(_, index)| tell(lines, differing(wanted, lines, *index, offset))).collect()
}

/// The lines that are most like one, with their likeness.
fn alike(key: &[u8], lines: &[Line]) -> Vec<(usize, usize)> {
    let wanted = Pairs::of(key);
    let scored =
        lines.iter().enumerate().map(|(index, line)| (wanted.likeness(line.text.trim_ascii()), index));
    let mut found: Vec<_> = scored.filter(|(likeness, _)| *likeness >= LIKENESS_MIN).collect();
    found.sort_by_key(|(likeness, index)| (std::cmp::Reverse(*likeness), *index));
    found.truncate(CANDIDATES_MAX);
    found
}

/// The wanted lines beside those of the file, when the key line lies on `index`.
fn beside<'a>(
    wanted: &'a [&'a str],
    lines: &'a [Line<'a>],
    index: usize,
    offset: usize,
) -> impl Iterator<Item = (usize, bool)> {
    let start = index.saturating_sub(offset);
    let skipped = offset.saturating_sub(index);
    let agrees = |(wanted, line): (&&str, &Line)| line.text.trim_ascii() == wanted.trim().as_bytes();
    wanted
        .iter()
        .skip(skipped)
        .zip(&lines[start..])
        .map(agrees)
        .enumerate()
        .map(move |(at, agrees)| (start + at, agrees))
}

fn agreeing(wanted: &[&str], lines: &[Line], index: usize, offset: usize) -> usize {
    beside(wanted, lines, index, offset).filter(|(_, agrees)| *agrees).count()
}

fn differing(wanted: &[&str], lines: &[Line], index: usize, offset: usize) -> usize {
    beside(wanted, lines, index, offset).find(|(_, agrees)| !agrees).map_or(index, |(at, _)| at)
}

fn tell(lines: &[Line], index: usize) -> String {
    let text = lines[index].text;
    let text = String::from_utf8_lossy(&text[..text.len().min(TEXT_BYTES_MAX)]);
    format!("line {}: {text}", index + 1)
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
