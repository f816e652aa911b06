mod apply_patch;
mod json_edits;
mod layers;
mod limits;
mod properties;
mod search_replace;
mod tool;
mod unified;
mod unified_moves;
mod whole_files;

use std::collections::BTreeMap;

use super::{EditSet, Matching, apply, parse};
use crate::host::{Change, Content};
use agent_contract::{
    RepoPath,
    operation::FileMode,
    proposal::{Proposal, ProposalFormat},
};

type Files = BTreeMap<RepoPath, Option<Content>>;

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn proposal(text: &str) -> Proposal {
    Proposal { format: ProposalFormat::Auto, text: text.to_owned() }
}

fn files(pairs: &[(&str, &str)]) -> Files {
    let content = |text: &str| Some(Content { bytes: text.as_bytes().to_vec(), mode: FileMode::Plain });
    pairs.iter().map(|(name, text)| (path(name), content(text))).collect()
}

/// The files after a proposal, or the code and the hints of what was wrong with it.
fn after(text: &str, before: &[(&str, &str)]) -> Result<BTreeMap<String, String>, (String, Vec<String>)> {
    let set = parse(&proposal(text)).map_err(|fault| (fault.code().to_owned(), vec![fault.to_string()]))?;
    let mut state = files(before);
    for name in set.paths() {
        state.entry(name).or_insert(None);
    }
    let applied = apply(&set, &state, Matching::Strict);
    let applied = applied.map_err(|mismatch| (mismatch.code().to_owned(), mismatch.hints))?;
    for change in applied.changes {
        perform(&mut state, change);
    }
    let text = |content: Content| {
        let mark = if content.mode == FileMode::Executable { "+x:" } else { "" };
        format!("{mark}{}", String::from_utf8_lossy(&content.bytes))
    };
    Ok(state.into_iter().filter_map(|(name, content)| Some((name.to_string(), text(content?)))).collect())
}

fn perform(state: &mut Files, change: Change) {
    match change {
        Change::Write { path, bytes, mode } => {
            let held = state.get(&path).cloned().flatten().map(|content| content.mode);
            let mode = mode.or(held).unwrap_or(FileMode::Plain);
            state.insert(path, Some(Content { bytes, mode }));
        }
        Change::Delete { path } => drop(state.insert(path, None)),
        Change::Rename { from, to } => {
            let content = state.insert(from, None).flatten();
            state.insert(to, content);
        }
    }
}

#[track_caller]
fn gives(text: &str, before: &[(&str, &str)], expected: &[(&str, &str)]) {
    let expected: BTreeMap<_, _> =
        expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(after(text, before), Ok(expected));
}

#[track_caller]
fn refused(text: &str, before: &[(&str, &str)], code: &str) -> Vec<String> {
    let (found, hints) = after(text, before).unwrap_err();
    assert_eq!(found, code, "{hints:?}");
    hints
}

fn patch(body: &str) -> String {
    format!("*** Begin Patch\n{body}\n*** End Patch\n")
}

fn stated(format: ProposalFormat, text: &str) -> Result<EditSet, (&'static str, String)> {
    let proposal = Proposal { format, text: text.to_owned() };
    parse(&proposal).map_err(|fault| (fault.code(), fault.to_string()))
}

#[test]
fn what_is_no_proposal_says_so() {
    refused("", &[], "proposal-empty");
    refused(" \n ", &[], "proposal-empty");
    refused("please fix the bug", &[], "proposal-format-unknown");
    refused("[PATCH 1/2] fix the bug", &[], "proposal-format-unknown");
}

const DIFF: &str = "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n *** Begin Patch\n-x\n+y\n";

#[test]
fn the_first_mark_tells_the_notation() {
    use ProposalFormat::{ApplyPatch, JsonEdits, SearchReplace, UnifiedDiff, WholeFiles};
    let fenced = format!("Changes to `src/a.rs`:\n```diff\n{DIFF}```\n");
    for (text, expected) in [
        (DIFF, UnifiedDiff),
        (&fenced, UnifiedDiff),
        ("[PATCH 1/2] fix\n\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n", UnifiedDiff),
        ("```\n*** Begin Patch\n*** Delete File: a\n*** End Patch\n```\n", ApplyPatch),
        ("*** Begin Patch\n*** Add File: a\n+<<<<<<< SEARCH\n*** End Patch\n", ApplyPatch),
        ("src/a.rs\n```\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n```\n", SearchReplace),
        ("Files below.\na.rs\n```\nx\n```\n", WholeFiles),
        ("docs/a.md\n````\n# x\n\ny\n*** Begin Patch\n````\n", WholeFiles),
        ("```json\n[{\"op\":\"delete\",\"path\":\"a\"}]\n```\n", JsonEdits),
    ] {
        assert_eq!(stated(ProposalFormat::Auto, text).map(|set| set.format()), Ok(expected), "{text}");
        assert!(stated(expected, text).is_ok(), "{text}");
    }
}

#[test]
fn another_notation_than_the_stated_one_is_refused() {
    for (format, text, expected) in [
        (ProposalFormat::ApplyPatch, DIFF.replace('*', "+").as_str(), "looks like unified_diff"),
        (ProposalFormat::SearchReplace, "please fix the bug", "holds nothing of the kind"),
        (ProposalFormat::JsonEdits, "please fix the bug", "holds nothing of the kind"),
    ] {
        let (code, message) = stated(format, text).unwrap_err();
        assert_eq!(code, "proposal-malformed");
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn every_file_that_matters_is_named() {
    let text = "--- /dev/null\n+++ b/c\n@@ -0,0 +1 @@\n+x\ndiff --git a/a b/b\nrename from a\nrename to b\n";
    let set = stated(ProposalFormat::Auto, text).unwrap();
    assert_eq!(set.paths(), ["a", "b", "c"].map(path).into());
}
