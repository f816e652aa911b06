//! Whether a commit is the change that was asked for: git is asked what it changes, and
//! the answer is what the record gets.

use std::collections::BTreeMap;

use agent_contract::{
    RepoPath,
    operation::{FileMode, FileState},
};
use policy::{Code, blob::sha256};
use serde::Serialize;

use super::{objects, own::OwnRepository};
use crate::KernelError;

/// What a commit does to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// The file.
    pub path: RepoPath,
    /// As it was in the parent; `None` where it was not.
    pub before: Option<FileVersion>,
    /// As it is in the commit; `None` where it is not.
    pub after: Option<FileVersion>,
}

/// A file in a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileVersion {
    /// The id that git gives to its content.
    pub id: String,
    /// Its state.
    pub state: FileState,
}

/// A file as a commit is to have it.
#[derive(Debug)]
pub(super) struct Wanted {
    pub path: RepoPath,
    pub after: Option<FileVersion>,
}

/// One line of `git diff-tree --raw`.
struct Line<'a> {
    path: &'a str,
    old: (&'a str, &'a str),
    new: (&'a str, &'a str),
}

/// What the commit changes, if that is what was wanted and nothing else.
pub(super) fn changes(
    own: &OwnRepository,
    parent: &str,
    id: &str,
    wanted: Vec<Wanted>,
) -> Result<Vec<FileChange>, KernelError> {
    let diff = own.git(&[
        "diff-tree",
        "-r",
        "-z",
        "--raw",
        "--no-renames",
        "--no-abbrev",
        "--no-ext-diff",
        "--no-textconv",
    ]);
    let output = diff.arguments(&[parent, id]).run(&[])?;
    let text = String::from_utf8_lossy(&output).into_owned();
    let lines = lines(&text).ok_or_else(|| unfaithful("git tells it in a way that can't be read"))?;
    let mut wanted: BTreeMap<_, _> =
        wanted.into_iter().map(|wanted| (wanted.path.as_str().to_owned(), wanted)).collect();
    let changed = lines.into_iter().map(|line| {
        let wanted = wanted
            .remove(line.path)
            .ok_or_else(|| unfaithful(&format!("it changes `{}` too", line.path.escape_debug())))?;
        confirm(&line, &wanted).map(|()| (line, wanted))
    });
    let changed: Vec<(Line, Wanted)> = changed.collect::<Result<_, KernelError>>()?;
    confirm_unchanged(own, id, wanted.into_values().collect())?;
    with_before(own, changed)
}

fn lines(text: &str) -> Option<Vec<Line<'_>>> {
    let mut fields = text.split_terminator('\0');
    let mut lines = Vec::new();
    while let Some(head) = fields.next() {
        let mut words = head.strip_prefix(':')?.split(' ');
        let (old_mode, new_mode) = (words.next()?, words.next()?);
        let (old_id, new_id) = (words.next()?, words.next()?);
        lines.push(Line { path: fields.next()?, old: (old_mode, old_id), new: (new_mode, new_id) });
    }
    Some(lines)
}

fn confirm(line: &Line, wanted: &Wanted) -> Result<(), KernelError> {
    let right = match &wanted.after {
        None => line.new.0 == "000000",
        Some(version) => line.new == (version.state.mode.as_str(), version.id.as_str()),
    };
    match right {
        true => Ok(()),
        false => Err(unfaithful(&format!("`{}` is not in it as it was asked for", line.path.escape_debug()))),
    }
}

/// What the commit does not change must have been as it is wanted before.
fn confirm_unchanged(own: &OwnRepository, id: &str, wanted: Vec<Wanted>) -> Result<(), KernelError> {
    let names: Vec<_> = wanted.iter().map(|wanted| format!("{id}:{}", wanted.path)).collect();
    let found = objects::read(own, &names)?;
    for (wanted, found) in wanted.iter().zip(found) {
        if found.map(|object| object.id) != wanted.after.as_ref().map(|version| version.id.clone()) {
            return Err(unfaithful(&format!("`{}` is not in it as it was asked for", wanted.path)));
        }
    }
    Ok(())
}

fn with_before(own: &OwnRepository, changed: Vec<(Line, Wanted)>) -> Result<Vec<FileChange>, KernelError> {
    let there = |line: &Line| line.old.0 != "000000";
    let ids: Vec<_> =
        changed.iter().filter(|(line, _)| there(line)).map(|(line, _)| line.old.1.to_owned()).collect();
    let mut objects = objects::read(own, &ids)?.into_iter();
    let change = |(line, wanted): (Line, Wanted)| {
        let before = match there(&line) {
            true => Some(version(&line, objects.next().flatten())?),
            false => None,
        };
        Ok(FileChange { path: wanted.path, before, after: wanted.after })
    };
    changed.into_iter().map(change).collect()
}

fn version(line: &Line, object: Option<objects::Object>) -> Result<FileVersion, KernelError> {
    let mode = FileMode::ALL.iter().find(|mode| mode.as_str() == line.old.0);
    let path = line.path.escape_debug();
    let mode =
        mode.ok_or_else(|| unfaithful(&format!("`{path}` was a link or another repository before")))?;
    let object = object.ok_or_else(|| {
        let message = format!("what `{path}` was before is not in the repository\nhint: a partial clone lacks it; `git fetch --refetch` brings it");
        KernelError::new(Code::RepositoryUnusable, message)
    })?;
    let state =
        FileState { sha256: sha256(&object.content), bytes: object.content.len() as u64, mode: *mode };
    Ok(FileVersion { id: object.id, state })
}

fn unfaithful(what: &str) -> KernelError {
    KernelError::new(
        Code::CommitUnfaithful,
        format!("the commit is not the change that was asked for: {what}"),
    )
}
