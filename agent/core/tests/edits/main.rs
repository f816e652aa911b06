//! A model's edits, generated: `EDIT_CASES` of them, the same ones every time. No byte
//! outside the lines that an edit names changes, and what could be meant twice is refused.

mod generate;
mod judge;

use std::{collections::BTreeMap, env};

use agent_contract::{
    RepoPath,
    operation::FileMode,
    proposal::{Proposal, ProposalFormat},
};
use agent_core::{
    edit::{self, Applied, EditSet, Layer, Matching, Mismatch, ToolEdit},
    host::{Change, Content},
};
use generate::{Case, Notation};

const CASES: usize = 10_000;

fn path() -> RepoPath {
    RepoPath::parse("f").unwrap()
}

#[test]
fn no_byte_outside_the_named_lines_changes_and_nothing_ambiguous_is_taken() {
    let cases = env::var("EDIT_CASES").map_or(CASES, |text| text.parse().unwrap());
    let mut seen = Seen::default();
    for number in 0..cases {
        let case = Case::generate(number as u64);
        if let Some(result) = worked_out(&case) {
            seen.note(&result);
            judge::judge(&case, &result)
                .unwrap_or_else(|fault| panic!("case {number}: {fault}\n{}", told(&case, &result)));
        }
    }
    println!("{cases} cases: {seen:?}");
    seen.assert_everything_happened(cases);
}

#[test]
fn an_edit_beside_one_that_fails_is_not_made() {
    let bad = ToolEdit::Delete { path: RepoPath::parse("nowhere").unwrap() };
    for number in 0..1_000 {
        let case = Case::generate(number);
        let good = ToolEdit::Replace { path: path(), old: case.old_text(), new: case.new_text() };
        for edits in [[good.clone(), bad.clone()], [bad.clone(), good]] {
            let applied = EditSet::from_tool(&edits).map(|set| apply(&set, &case));
            assert!(applied.is_err() || applied.is_ok_and(|applied| applied.is_err()), "case {number}");
        }
    }
}

/// A case and what became of it, as people read it.
fn told(case: &Case, result: &Result<Applied, Mismatch>) -> String {
    let file = String::from_utf8_lossy(&case.file);
    let result = match result {
        Ok(applied) => {
            applied.changes.iter().map(bytes).chain(applied.matched.iter().map(ToString::to_string)).collect()
        }
        Err(mismatch) => mismatch.told(),
    };
    let Case { notation, slip, region, .. } = case;
    format!(
        "{notation:?} {slip:?} {region:?}\n{file:?}\n{:?}\n{:?}\n{result}",
        case.old_text(),
        case.new_text()
    )
}

fn bytes(change: &Change) -> String {
    match change {
        Change::Write { bytes, .. } => format!("{:?}\n", String::from_utf8_lossy(bytes)),
        Change::Delete { .. } | Change::Rename { .. } => format!("{change:?}\n"),
    }
}

/// What the engine makes of a case; nothing where it is no edit at all.
fn worked_out(case: &Case) -> Option<Result<Applied, Mismatch>> {
    let set = match case.notation {
        // Without an old text a file is made.
        Notation::Tool if case.old_text().is_empty() => return None,
        Notation::Tool => {
            let edit = ToolEdit::Replace { path: path(), old: case.old_text(), new: case.new_text() };
            EditSet::from_tool(&[edit]).ok()?
        }
        Notation::Blocks if case.olds.iter().all(|line| line.trim().is_empty()) => return None,
        Notation::Blocks | Notation::Envelope => {
            edit::parse(&Proposal { format: ProposalFormat::Auto, text: case.proposal() }).ok()?
        }
    };
    Some(apply(&set, case))
}

fn apply(set: &EditSet, case: &Case) -> Result<Applied, Mismatch> {
    let content = Content { bytes: case.file.clone(), mode: FileMode::Plain };
    edit::apply(set, &BTreeMap::from([(path(), Some(content))]), Matching::Layered)
}

/// How often what happened: a generator that never comes to a layer shows nothing of it.
#[derive(Debug, Default)]
struct Seen {
    layers: BTreeMap<&'static str, usize>,
    codes: BTreeMap<&'static str, usize>,
}

impl Seen {
    fn note(&mut self, result: &Result<Applied, Mismatch>) {
        match result {
            Ok(applied) => applied.matched.iter().for_each(|matched| {
                *self.layers.entry(matched.layer.name()).or_default() += 1;
            }),
            Err(mismatch) => *self.codes.entry(mismatch.code()).or_default() += 1,
        }
    }

    fn assert_everything_happened(&self, cases: usize) {
        let enough = |count: Option<&usize>| count.is_some_and(|count| *count > cases / 200);
        for layer in Layer::ALL {
            assert!(enough(self.layers.get(layer.name())), "{}: {self:?}", layer.name());
        }
        for code in ["edit-ambiguous", "edit-not-found"] {
            assert!(enough(self.codes.get(code)), "{code}: {self:?}");
        }
    }
}
