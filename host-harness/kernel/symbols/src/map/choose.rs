//! Which definitions are shown first.

use super::{
    FileTags,
    graph::{Flow, Graph},
    interest::Interest,
    shown,
};
use crate::{Definition, Kind};

/// A definition that may be shown.
pub(super) struct Scored<'a> {
    pub file: usize,
    pub line: u32,
    pub signature: &'a str,
}

/// What a definition has of its file's own share, without anybody using it.
const OF_FILE: f64 = 0.2;
/// What all definitions of a file that the task names have together.
const OF_NAMED_FILE: f64 = 0.5;

/// All definitions that may be shown, the most telling first.
pub(super) fn scored<'a>(
    files: &[&'a FileTags],
    graph: &Graph<'_>,
    interest: &Interest,
    flow: &Flow,
) -> Vec<Scored<'a>> {
    let mut all = Vec::new();
    for (file, tags) in files.iter().enumerate().filter_map(|(at, file)| Some((at, file.tags.as_deref()?))) {
        let names = graph.shown(file);
        let named = if interest.named[file] { OF_NAMED_FILE } else { 0.0 };
        let each = (OF_FILE * flow.files[file] + named) / names.len() as f64;
        let begun = all.len();
        for (definition, name) in shown(tags).zip(names.iter().map(|name| *name as usize)) {
            let used = flow.names.get(name).copied().unwrap_or(0.0) / graph.defining(name).len() as f64;
            let score = (used + each) * worth(definition.kind) + interest.mentioned[name];
            all.push((score, scored_as(file, definition)));
        }
        one_a_line(&mut all, begun);
    }
    all.sort_unstable_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| order(a).cmp(&order(b))));
    all.into_iter().map(|(_, scored)| scored).collect()
}

/// Of the definitions of one line the best stands for all.
fn one_a_line(all: &mut Vec<(f64, Scored<'_>)>, begun: usize) {
    let mut end = begun;
    for next in begun..all.len() {
        if end > begun && all[end - 1].1.line == all[next].1.line {
            if all[next].0 > all[end - 1].0 {
                all.swap(end - 1, next);
            }
        } else {
            all.swap(end, next);
            end += 1;
        }
    }
    all.truncate(end);
}

fn scored_as(file: usize, definition: Definition<'_>) -> Scored<'_> {
    Scored { file, line: definition.first_line, signature: definition.signature }
}

/// Each place is there once.
fn order(scored: &Scored<'_>) -> (usize, u32) {
    (scored.file, scored.line)
}

/// What a reader has of a definition of this kind, beside others.
fn worth(kind: Kind) -> f64 {
    match kind {
        Kind::Constant | Kind::Property => 0.4,
        Kind::Module => 0.3,
        Kind::Method | Kind::Macro => 0.8,
        _ => 1.0,
    }
}
