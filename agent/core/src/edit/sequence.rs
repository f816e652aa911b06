//! Where a sequence of lines stands in a file.

use std::borrow::Cow;

use super::lines::Line;

/// What of a line is compared.
pub(super) type Layer = fn(&[u8]) -> Cow<'_, [u8]>;

/// How exactly lines must agree. Tried in this order, each on its own.
pub(super) const LAYERS: [Layer; 3] = [exact, ends_ignored, look_alike];
/// An anchor names a line and takes no place itself: its indentation says nothing.
pub(super) const ANCHOR_LAYERS: [Layer; 4] = [exact, ends_ignored, look_alike, indentation_ignored];

fn exact(line: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(line)
}

fn ends_ignored(line: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(line.trim_ascii_end())
}

/// Bytes that are no text look like nothing else.
fn look_alike(line: &[u8]) -> Cow<'_, [u8]> {
    match (line.is_ascii(), std::str::from_utf8(line)) {
        (false, Ok(text)) => Cow::Owned(folded(text).into_bytes()),
        _ => ends_ignored(line),
    }
}

fn indentation_ignored(line: &[u8]) -> Cow<'_, [u8]> {
    match look_alike(line) {
        Cow::Borrowed(line) => Cow::Borrowed(line.trim_ascii_start()),
        Cow::Owned(line) => Cow::Owned(line.trim_ascii_start().to_vec()),
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

/// Every place from `from` on at which the first layer that finds any finds the lines.
pub(super) fn places(wanted: &[&str], lines: &[Line], from: usize, layers: &[Layer]) -> Vec<usize> {
    let found = layers.iter().map(|layer| search(wanted, lines, from, *layer));
    found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

/// Knuth, Morris and Pratt's search: every line is looked at once, however often the
/// wanted ones repeat.
fn search(wanted: &[&str], lines: &[Line], from: usize, layer: Layer) -> Vec<usize> {
    let wanted: Vec<_> = wanted.iter().map(|line| layer(line.as_bytes())).collect();
    let borders = borders(&wanted);
    let mut found = Vec::new();
    let mut agreed = 0;
    for (index, line) in lines.iter().enumerate().skip(from) {
        let line = layer(line.text);
        while agreed > 0 && wanted.get(agreed) != Some(&line) {
            agreed = borders[agreed - 1];
        }
        agreed += usize::from(wanted.get(agreed) == Some(&line));
        if agreed == wanted.len() && agreed > 0 {
            found.push(index + 1 - agreed);
        }
    }
    found
}

/// For every start of the wanted lines, how much of its own start it ends with.
fn borders(wanted: &[Cow<'_, [u8]>]) -> Vec<usize> {
    let mut borders = vec![0; wanted.len()];
    let mut agreed = 0;
    for index in 1..wanted.len() {
        while agreed > 0 && wanted[agreed] != wanted[index] {
            agreed = borders[agreed - 1];
        }
        agreed += usize::from(wanted[agreed] == wanted[index]);
        borders[index] = agreed;
    }
    borders
}
