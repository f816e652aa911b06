//! What in a file comes close to lines that are not in it.

use std::collections::BTreeSet;

use super::lines::Line;

const TOLD_MAX: usize = 3;
const LINES_MAX: usize = 50_000;
const TEXT_BYTES_MAX: usize = 160;
/// Below this likeness a line is another line.
const LIKENESS_MIN: u32 = 500;

/// The places that come closest, as `line 12: text`.
pub(super) fn places(wanted: &[&str], lines: &[Line]) -> Vec<String> {
    let Some(key) = wanted.iter().max_by_key(|line| line.trim().len()) else { return Vec::new() };
    let pairs = pairs(key.trim().as_bytes());
    let mut scored: Vec<(u32, usize)> = lines
        .iter()
        .take(LINES_MAX)
        .enumerate()
        .map(|(index, line)| (likeness(&pairs, line.text.trim_ascii()), index))
        .filter(|(score, _)| *score >= LIKENESS_MIN)
        .collect();
    scored.sort_by_key(|(score, index)| (std::cmp::Reverse(*score), *index));
    scored.truncate(TOLD_MAX);
    scored.into_iter().map(|(_, index)| tell(index, lines[index].text)).collect()
}

fn tell(index: usize, text: &[u8]) -> String {
    let text = String::from_utf8_lossy(&text[..text.len().min(TEXT_BYTES_MAX)]).into_owned();
    format!("line {}: {text}", index + 1)
}

fn pairs(text: &[u8]) -> BTreeSet<[u8; 2]> {
    text[..text.len().min(1000)].windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

/// The share of pairs of letters that two lines have in common, in thousandths.
fn likeness(wanted: &BTreeSet<[u8; 2]>, text: &[u8]) -> u32 {
    let (longer, shorter) = (text.len().max(wanted.len()), text.len().min(wanted.len()));
    if shorter * 4 < longer {
        return 0;
    }
    let other = pairs(text);
    let common = wanted.intersection(&other).count();
    let all = wanted.len() + other.len();
    let share = (2000 * common).checked_div(all).unwrap_or(0);
    u32::try_from(share).unwrap_or(0)
}
