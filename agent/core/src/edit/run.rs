//! Edits of one file in a row: the file is taken apart once for all of them.

use super::{
    apply::Misfits,
    lines::MARK,
    mismatch::Mismatch,
    net::State,
    patched::patch,
    replaced::{Piece, replace},
    step::{Action, Hunk, Step},
    text::{Text, names_mark},
};
use crate::host::Content;

/// How an edit takes a file apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Apart {
    /// Not at all, or in a way of its own.
    Alone,
    Lines,
    Bytes,
}

fn apart(step: &Step) -> Apart {
    // Whether the byte order mark is a part of the first line is up to the hunks.
    let marked = |hunk: &Hunk| names_mark(hunk) || hunk.body.iter().any(|line| line.text.starts_with(MARK));
    match &step.action {
        Action::Patch { hunks, target: None, mode: None } if !hunks.iter().any(marked) => Apart::Lines,
        Action::Replace { .. } => Apart::Bytes,
        _ => Apart::Alone,
    }
}

/// How many of the first edits change the contents of one file in the same way.
pub(super) fn length(steps: &[Step]) -> usize {
    match steps.first().map(|first| (first, apart(first))) {
        None => 0,
        Some((_, Apart::Alone)) => 1,
        Some((first, way)) => {
            let alike =
                |step: &&Step| step.path == first.path && step.order == first.order && apart(step) == way;
            steps.iter().take_while(alike).count()
        }
    }
}

/// Makes edits that change the contents of one file in the same way.
pub(super) fn perform(run: &[Step], state: &mut State, misfits: &mut Misfits) {
    let Some(first) = run.first() else { return };
    let Some(held) = state.get(&first.path) else {
        return run.iter().for_each(|step| misfits.note(Err(Mismatch::missing(&step.path, &step.at))));
    };
    let mode = held.mode;
    let bytes = match apart(first) {
        Apart::Bytes => replaced(run, held.bytes.clone(), misfits),
        _ => patched(run, &held.bytes, misfits),
    };
    state.put(&first.path, None, Content { bytes, mode });
}

fn patched(run: &[Step], bytes: &[u8], misfits: &mut Misfits) -> Vec<u8> {
    let mut text = Text::new(bytes, run.iter().flat_map(hunks), misfits.hints());
    for step in run {
        misfits.note(patch(&step.path, &mut text, hunks(step)));
        text.hints = misfits.hints();
    }
    text.into_bytes()
}

fn hunks(step: &Step) -> &[Hunk] {
    match &step.action {
        Action::Patch { hunks, .. } => hunks,
        _ => &[],
    }
}

fn replaced(run: &[Step], mut bytes: Vec<u8>, misfits: &mut Misfits) -> Vec<u8> {
    for step in run {
        if let Action::Replace { old, new, count } = &step.action {
            let piece = Piece { old, new, count: *count };
            misfits.note(replace(&step.path, &step.at, &mut bytes, &piece, misfits.hints()));
        }
    }
    bytes
}
