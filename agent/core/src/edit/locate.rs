//! Where a hunk belongs: in one place, or nowhere.

use agent_contract::RepoPath;

use super::{lines::Line, mismatch::Mismatch, nearest, step::Hunk};

/// How exactly lines must agree. Tried in this order, each on its own.
const LAYERS: [fn(&[u8], &str) -> bool; 3] = [exact, ends_ignored, look_alike];
const PLACES_TOLD_MAX: usize = 5;

fn exact(line: &[u8], wanted: &str) -> bool {
    line == wanted.as_bytes()
}

fn ends_ignored(line: &[u8], wanted: &str) -> bool {
    line.trim_ascii_end() == wanted.as_bytes().trim_ascii_end()
}

fn look_alike(line: &[u8], wanted: &str) -> bool {
    match line.is_ascii() && wanted.is_ascii() {
        true => ends_ignored(line, wanted),
        false => folded(&String::from_utf8_lossy(line)) == folded(wanted),
    }
}

/// Dashes, quotes and spaces that people can't tell apart become one.
fn folded(text: &str) -> String {
    let plain = text.trim_end().chars().map(|c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}'..='\u{201b}' => '\'',
        '\u{201c}'..='\u{201f}' => '"',
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    });
    plain.collect()
}

/// The line at which the hunk belongs, not before `from`.
pub(super) fn locate(hunk: &Hunk, lines: &[Line], from: usize, path: &RepoPath) -> Result<usize, Mismatch> {
    let old = hunk.old();
    if old.is_empty() {
        return insertion(hunk, lines, from, path);
    }
    let found = find(hunk, &old, lines, from, path)?;
    match (found, old.split_last()) {
        (Some(place), _) => Ok(place),
        // Some writers end a hunk with an empty line that the file does not have.
        (None, Some((&"", rest))) if !rest.is_empty() => {
            find(hunk, rest, lines, from, path)?.ok_or_else(|| not_found(hunk, &old, lines, from, path))
        }
        (None, _) => Err(not_found(hunk, &old, lines, from, path)),
    }
}

/// Where lines go that replace none: after the anchor, at the stated line, at the end.
fn insertion(hunk: &Hunk, lines: &[Line], from: usize, path: &RepoPath) -> Result<usize, Mismatch> {
    match (hunk.anchors.is_empty(), hunk.stated) {
        (false, _) => match anchors(hunk, lines, from, path)?.as_slice() {
            [place] => Ok(*place),
            places => Err(ambiguous(hunk, places.iter().map(|place| place - 1), path)),
        },
        (true, Some(line)) if line <= lines.len() && line >= from => Ok(line),
        (true, Some(line)) => {
            let what = format!("lines are to be added after line {line}, and the file has {}", lines.len());
            Err(Mismatch::not_found(path, hunk.line, &what, Vec::new()))
        }
        (true, None) => Ok(lines.len()),
    }
}

/// The places right after each way to find the anchors, one after the other.
fn anchors(hunk: &Hunk, lines: &[Line], from: usize, path: &RepoPath) -> Result<Vec<usize>, Mismatch> {
    let Some((last, before)) = hunk.anchors.split_last() else { return Ok(vec![from]) };
    let mut start = from;
    for anchor in before {
        let found = matches(&[anchor], lines, start).first().copied();
        start = found.ok_or_else(|| no_anchor(hunk, anchor, lines, start, path))? + 1;
    }
    let places: Vec<_> = matches(&[last], lines, start).into_iter().map(|place| place + 1).collect();
    match places.is_empty() {
        true => Err(no_anchor(hunk, last, lines, start, path)),
        false => Ok(places),
    }
}

/// Every place at which the first layer that finds any finds the lines.
fn matches(wanted: &[&str], lines: &[Line], from: usize) -> Vec<usize> {
    let fits = |place: usize, agrees: fn(&[u8], &str) -> bool| {
        wanted.iter().zip(&lines[place..]).all(|(wanted, line)| agrees(line.text, wanted))
    };
    let last = lines.len().checked_sub(wanted.len());
    let places = || last.map(|last| from..=last).into_iter().flatten();
    LAYERS
        .iter()
        .map(|layer| places().filter(|place| fits(*place, *layer)).collect::<Vec<_>>())
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn find(
    hunk: &Hunk,
    wanted: &[&str],
    lines: &[Line],
    from: usize,
    path: &RepoPath,
) -> Result<Option<usize>, Mismatch> {
    let anchors = anchors(hunk, lines, from, path)?;
    let start = anchors.first().copied().unwrap_or(from);
    let places = matches(wanted, lines, start);
    let stated = hunk.stated.map(|line| line.saturating_sub(1)).filter(|place| places.contains(place));
    let at_end = hunk
        .at_end
        .then(|| lines.len() - wanted.len().min(lines.len()))
        .filter(|place| places.contains(place));
    if let Some(place) = stated.or(at_end) {
        return Ok(Some(place));
    }
    if hunk.anchors.is_empty() {
        return unique(hunk, &places, path);
    }
    // An anchor says in which part of the file; the first match after it is meant.
    let mut after: Vec<_> =
        anchors.iter().filter_map(|anchor| places.iter().copied().find(|place| place >= anchor)).collect();
    after.dedup();
    unique(hunk, &after, path)
}

fn unique(hunk: &Hunk, places: &[usize], path: &RepoPath) -> Result<Option<usize>, Mismatch> {
    match places {
        [] => Ok(None),
        [place] => Ok(Some(*place)),
        _ => Err(ambiguous(hunk, places.iter().copied(), path)),
    }
}

fn ambiguous(hunk: &Hunk, places: impl ExactSizeIterator<Item = usize>, path: &RepoPath) -> Mismatch {
    let count = places.len();
    let hints = places.take(PLACES_TOLD_MAX).map(|place| format!("it matches at line {}", place + 1));
    let what = format!("the lines to change match in {count} places; give more lines around them");
    Mismatch::ambiguous(path, hunk.line, &what, hints.collect())
}

fn not_found(hunk: &Hunk, old: &[&str], lines: &[Line], from: usize, path: &RepoPath) -> Mismatch {
    let what = if from == 0 {
        "the lines to change are not in the file"
    } else {
        "the lines to change are not in the file, below the hunk before"
    };
    Mismatch::not_found(path, hunk.line, what, nearest::places(old, lines))
}

fn no_anchor(hunk: &Hunk, anchor: &str, lines: &[Line], from: usize, path: &RepoPath) -> Mismatch {
    let what = format!("`@@ {anchor}` is not in the file below line {from}");
    Mismatch::not_found(path, hunk.line, &what, nearest::places(&[anchor], lines))
}
