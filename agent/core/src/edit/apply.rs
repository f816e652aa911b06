use std::collections::BTreeMap;

use agent_contract::{RepoPath, operation::FileMode};

use super::{
    EditSet, binary,
    layer::{Applied, Matched, Matching},
    layered,
    lines::split_mark,
    mismatch::Mismatch,
    net::State,
    patched::patched,
    replaced::Piece,
    run,
    step::{Action, Hunk, Onto, Step},
    text::Hints,
};
use crate::host::Content;

/// Works an edit set out on the files that it is about; a file that is `None`, or not
/// there at all, does not exist. Every change, in an order in which a host can make
/// them, or the first mismatch with how many more there are.
pub fn apply(
    set: &EditSet,
    files: &BTreeMap<RepoPath, Option<Content>>,
    matching: Matching,
) -> Result<Applied, Mismatch> {
    let mut state = State::new(files);
    let mut misfits = Misfits::default();
    let mut matched = Vec::new();
    let mut rest = set.steps.as_slice();
    while let [step, ..] = rest {
        state.start(step, rest);
        let alone = Turn { step, matching, number: set.steps.len() - rest.len() + 1 };
        let length = match alone.is_in_a_row() {
            true => run::length(rest),
            false => 1,
        };
        let (run, others) = rest.split_at(length);
        match alone.is_in_a_row() {
            true => run::perform(run, &mut state, &mut misfits),
            false => misfits.note(perform(&alone, &mut state, &mut matched)),
        }
        rest = others;
    }
    match misfits.first {
        Some(first) => Err(first.and_more(misfits.more)),
        None => Ok(Applied { changes: state.changes(), matched }),
    }
}

/// A step whose turn it is.
struct Turn<'a> {
    step: &'a Step,
    matching: Matching,
    /// Which one it is, from one.
    number: usize,
}

impl Turn<'_> {
    /// Whether it is made together with those like it that follow.
    fn is_in_a_row(&self) -> bool {
        let content = matches!(
            self.step.action,
            Action::Patch { target: None, mode: None, .. } | Action::Replace { .. }
        );
        content && self.matching == Matching::Strict
    }
}

/// What does not fit: the first, and how many there are after it.
#[derive(Default)]
pub(super) struct Misfits {
    first: Option<Mismatch>,
    more: usize,
}

impl Misfits {
    pub fn note(&mut self, result: Result<(), Mismatch>) {
        match (result, &self.first) {
            (Ok(()), _) => {}
            (Err(mismatch), None) => self.first = Some(mismatch),
            (Err(_), Some(_)) => self.more += 1,
        }
    }

    /// Only the first is shown with what came close.
    pub fn hints(&self) -> Hints {
        if self.first.is_none() { Hints::Told } else { Hints::Untold }
    }
}

fn perform(turn: &Turn, state: &mut State, matched: &mut Vec<Matched>) -> Result<(), Mismatch> {
    let step = turn.step;
    let mut found = |(bytes, spots): layered::Outcome| {
        matched.extend(spots.into_iter().map(|spot| spot.of(&step.path, turn.number)));
        bytes
    };
    match &step.action {
        Action::Write { bytes, mode, onto } => write(step, bytes, *mode, *onto, state),
        Action::Delete { hunks } => delete(step, hunks, state),
        Action::Replace { old, new, count } => change(step, state, None, |held| {
            let piece = Piece { old, new, count: *count };
            layered::replaced(&step.path, &step.at, &held.bytes, &piece).map(&mut found)
        }),
        Action::Patch { hunks, mode, .. } => change(step, state, *mode, |held| match turn.matching {
            Matching::Strict => patched(&step.path, &held.bytes, hunks),
            Matching::Layered => layered::patched(&step.path, &step.at, &held.bytes, hunks).map(&mut found),
        }),
        Action::Binary { change: given, mode, .. } => change(step, state, *mode, |held| {
            binary::apply(given, &held.bytes).map_err(|what| Mismatch::not_found(&step.path, &step.at, what))
        }),
    }
}

/// Changes a file that is there; it may end up somewhere else.
fn change(
    step: &Step,
    state: &mut State,
    mode: Option<FileMode>,
    make: impl FnOnce(&Content) -> Result<Vec<u8>, Mismatch>,
) -> Result<(), Mismatch> {
    let held = state.source(step).ok_or_else(|| Mismatch::missing(&step.path, &step.at))?;
    let content = Content { bytes: make(held)?, mode: mode.unwrap_or(held.mode) };
    if let Some(target) = step.target()
        && !state.is_free(&target.path, &content.bytes, target.onto)
    {
        return Err(Mismatch::exists(&target.path, &step.at));
    }
    state.put(&step.path, step.target(), content);
    Ok(())
}

fn delete(step: &Step, hunks: &[Hunk], state: &mut State) -> Result<(), Mismatch> {
    let held = state.get(&step.path).ok_or_else(|| Mismatch::missing(&step.path, &step.at))?;
    if !hunks.is_empty() {
        let left = patched(&step.path, &held.bytes, hunks)?;
        if !split_mark(&left).1.is_empty() {
            let what = "the file to delete holds more than the proposal says";
            return Err(Mismatch::not_found(&step.path, &step.at, what));
        }
    }
    state.remove(&step.path);
    Ok(())
}

fn write(
    step: &Step,
    bytes: &[u8],
    mode: Option<FileMode>,
    onto: Onto,
    state: &mut State,
) -> Result<(), Mismatch> {
    if !state.is_free(&step.path, bytes, onto) {
        return Err(Mismatch::exists(&step.path, &step.at));
    }
    let held = state.get(&step.path).map(|content| content.mode);
    let mode = mode.or(held).unwrap_or(FileMode::Plain);
    state.put(&step.path, None, Content { bytes: bytes.to_vec(), mode });
    Ok(())
}
