//! Scenarios of others, which are not kept here: a folder each, with `patch.txt`, `input`
//! and `expected`. `CODE_ASSIST_VECTORS` names the folder that holds `edits`.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use agent_contract::{
    RepoPath,
    operation::FileMode,
    proposal::{Proposal, ProposalFormat},
};
use agent_core::{
    edit::{self, Matching},
    host::{Change, Content},
};

type Files = BTreeMap<RepoPath, Option<Content>>;

/// There the first edits of a proposal stay when a later one fails. Ours are atomic.
const PARTIAL: &str = "015_failure_after_partial_success_leaves_changes";

#[test]
fn apply_patch_scenarios_end_as_they_should() {
    let Some(folder) = env::var_os("CODE_ASSIST_VECTORS").map(PathBuf::from) else {
        println!("skipped: CODE_ASSIST_VECTORS is not set");
        return;
    };
    let scenarios = folder.join("edits/codex-apply-patch");
    let mut count = 0;
    for scenario in fs::read_dir(&scenarios).unwrap().map(|entry| entry.unwrap().path()) {
        if scenario.join("patch.txt").is_file() {
            check(&scenario);
            count += 1;
        }
    }
    assert!(count > 0, "no scenario in `{}`", scenarios.display());
}

fn check(scenario: &Path) {
    let name = scenario.file_name().unwrap().to_string_lossy().into_owned();
    let input = read(&scenario.join("input"));
    let expected = if name == PARTIAL { input.clone() } else { read(&scenario.join("expected")) };
    let text = fs::read_to_string(scenario.join("patch.txt")).unwrap();
    assert_eq!(after(text, input), expected, "{name}");
}

/// The files after a proposal; those before where it is refused.
fn after(text: String, mut files: Files) -> Files {
    let proposal = Proposal { format: ProposalFormat::ApplyPatch, text };
    let Ok(set) = edit::parse(&proposal) else { return files };
    for change in edit::apply(&set, &files, Matching::Strict).unwrap_or_default().changes {
        perform(&mut files, change);
    }
    files.retain(|_, content| content.is_some());
    files
}

fn perform(files: &mut Files, change: Change) {
    match change {
        Change::Write { path, bytes, mode } => {
            let content = Content { bytes, mode: mode.unwrap_or(FileMode::Plain) };
            files.insert(path, Some(content));
        }
        Change::Delete { path } => drop(files.insert(path, None)),
        Change::Rename { from, to } => {
            let content = files.insert(from, None).flatten();
            files.insert(to, content);
        }
    }
}

fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    gather(folder, folder, &mut files);
    files
}

fn gather(root: &Path, folder: &Path, files: &mut Files) {
    for path in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            gather(root, &path, files);
            continue;
        }
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        let content = Content { bytes: fs::read(&path).unwrap(), mode: FileMode::Plain };
        files.insert(RepoPath::parse(&name).unwrap(), Some(content));
    }
}
