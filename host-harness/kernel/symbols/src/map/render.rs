//! The map as text, in no more room than there is.

use std::collections::{BTreeMap, BTreeSet};

use super::{FileTags, Map, choose::Scored, folders};
use crate::text::plain;

/// Definitions that may not fit, one after the other, before no further one is tried.
const MISSES_MAX: usize = 50;

/// The part of the room that is kept for the files without definitions shown, if they need it.
const REST_PART: usize = 4;

/// Puts together definitions by file, then all other files.
pub(super) fn map(
    files: &[&FileTags],
    scored: &[Scored<'_>],
    named: &BTreeSet<&str>,
    bytes_max: usize,
) -> Map {
    let rest: usize = files.iter().map(|file| file.path.len() + 1).sum();
    let chosen = chosen(files, scored, bytes_max - rest.min(bytes_max / REST_PART));
    let mut text = String::new();
    let mut definitions = 0;
    for (file, lines) in in_order(&chosen) {
        text += &head(files[file]);
        definitions += lines.len();
        lines.iter().for_each(|scored| text += &entry(scored));
    }
    let shown: BTreeSet<usize> = chosen.iter().map(|scored| scored.file).collect();
    let others = files.iter().enumerate().filter(|(number, _)| !shown.contains(number));
    let others: Vec<&str> = others.map(|(_, file)| file.path.as_str()).collect();
    text += &folders::listing(&others, named, bytes_max - text.len());
    Map { text, definitions, left_out: scored.len() - definitions }
}

fn head(file: &FileTags) -> String {
    format!("{}\n", plain(&file.path))
}

fn entry(scored: &Scored<'_>) -> String {
    format!(" {} {}\n", scored.line, scored.signature)
}

/// The first definitions that fit, with the paths of their files.
fn chosen<'a, 'b>(files: &[&FileTags], scored: &'a [Scored<'b>], bytes_max: usize) -> Vec<&'a Scored<'b>> {
    let (mut chosen, mut begun) = (Vec::new(), BTreeSet::new());
    let (mut bytes, mut misses) = (0, 0);
    for one in scored {
        let path = if begun.contains(&one.file) { 0 } else { head(files[one.file]).len() };
        let more = path + entry(one).len();
        if bytes + more <= bytes_max {
            bytes += more;
            misses = 0;
            begun.insert(one.file);
            chosen.push(one);
        } else if misses == MISSES_MAX {
            break;
        } else {
            misses += 1;
        }
    }
    chosen
}

/// Files by their best definition, and the definitions of each by line.
fn in_order<'a, 'b>(chosen: &[&'a Scored<'b>]) -> Vec<(usize, Vec<&'a Scored<'b>>)> {
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let mut ordered: Vec<(usize, Vec<_>)> = Vec::new();
    for scored in chosen {
        let place = *places.entry(scored.file).or_insert_with(|| {
            ordered.push((scored.file, Vec::new()));
            ordered.len() - 1
        });
        ordered[place].1.push(*scored);
    }
    ordered.iter_mut().for_each(|(_, lines)| lines.sort_by_key(|scored| scored.line));
    ordered
}
