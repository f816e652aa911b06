//! Files of which nothing is shown but that they are there.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use crate::text::plain;

/// Levels of folders that are told apart at the most.
const DEPTH_MAX: usize = 6;

/// All files by path, those first that the task names; if that is too much, only those,
/// and of the others how many there are in which folder, as exactly as there is room for.
pub(super) fn listing(paths: &[&str], named: &BTreeSet<&str>, bytes_max: usize) -> String {
    let (first, others): (Vec<&str>, Vec<&str>) = paths.iter().partition(|path| named.contains(**path));
    let mut text = String::new();
    for path in first {
        push(&mut text, format!("{}\n", plain(path)), bytes_max);
    }
    let room = bytes_max - text.len();
    if others.iter().map(|path| path.len() + 1).sum::<usize>() <= room {
        let lines: String = others.iter().map(|path| format!("{}\n", plain(path))).collect();
        push(&mut text, lines, bytes_max);
        return text;
    }
    let counted = (1..=DEPTH_MAX).rev().map(|depth| counted(&others, depth));
    let fitting = counted.map(|folders| lines(&folders)).find(|lines| lines.len() <= room);
    text + &fitting.unwrap_or_else(|| largest(&others, room))
}

fn push(text: &mut String, line: String, bytes_max: usize) {
    if text.len() + line.len() <= bytes_max {
        text.push_str(&line);
    }
}

/// The files in each folder, folders below a depth counted with the one that they are in.
fn counted<'a>(paths: &[&'a str], depth: usize) -> BTreeMap<&'a str, usize> {
    let mut folders = BTreeMap::new();
    for path in paths {
        let ends = path.match_indices('/').map(|(at, _)| at + 1);
        let end = ends.take(depth).last().unwrap_or(0);
        *folders.entry(&path[..end]).or_default() += 1;
    }
    folders
}

fn lines(folders: &BTreeMap<&str, usize>) -> String {
    folders.iter().map(|(folder, count)| line(folder, *count)).collect()
}

fn line(folder: &str, count: usize) -> String {
    let folder = if folder.is_empty() { "./" } else { folder };
    let files = if count == 1 { "file" } else { "files" };
    format!("{} ({count} {files})\n", plain(folder))
}

/// The largest folders, and how many files are in none of them.
fn largest(paths: &[&str], bytes_max: usize) -> String {
    let mut folders: Vec<_> = counted(paths, 1).into_iter().collect();
    folders.sort_by_key(|(folder, count)| (Reverse(*count), *folder));
    let mut rest = paths.len();
    let mut text = String::new();
    let more = |rest: usize| format!("({rest} more files)\n");
    for (folder, count) in folders {
        let line = line(folder, count);
        if text.len() + line.len() + more(rest).len() <= bytes_max {
            text.push_str(&line);
            rest -= count;
        }
    }
    if rest > 0 {
        push(&mut text, more(rest), bytes_max);
    }
    text
}
