//! Whether records of operations account for a change, whoever wrote them.

use std::collections::BTreeMap;

use agent_contract::{
    RepoPath,
    operation::{FileState, Operation, OperationKind},
};

/// A changed file, its state in the base and its state now.
pub type Changed = (RepoPath, Option<FileState>, Option<FileState>);

/// Where the workspace is not what the records make of the base.
pub fn differences(operations: &[Operation], changed: &[Changed]) -> Vec<String> {
    let recorded = replay(operations);
    let mut faults = Vec::new();
    for (path, _, after) in changed {
        match recorded.get(path) {
            None => faults.push(format!("`{path}` changed without a record")),
            Some(recorded) if *recorded != after.as_ref() => {
                faults.push(format!("`{path}` is not what its records say"));
            }
            Some(_) => {}
        }
    }
    faults.extend(unmade(operations, changed, &recorded));
    faults
}

/// What the records make of each file that they speak of.
fn replay(operations: &[Operation]) -> BTreeMap<&RepoPath, Option<&FileState>> {
    let mut files = BTreeMap::new();
    for operation in operations {
        if let (OperationKind::Rename, Some(from)) = (operation.kind, &operation.from) {
            files.insert(from, None);
        }
        files.insert(&operation.path, operation.after.as_ref());
    }
    files
}

/// Files that the records say were changed, and that the workspace does not hold so.
fn unmade(
    operations: &[Operation],
    changed: &[Changed],
    recorded: &BTreeMap<&RepoPath, Option<&FileState>>,
) -> Vec<String> {
    let mut first: BTreeMap<&RepoPath, Option<&FileState>> = BTreeMap::new();
    for operation in operations {
        let touched = operation.from.as_ref().unwrap_or(&operation.path);
        first.entry(touched).or_insert(operation.before.as_ref());
    }
    let changed = |path: &RepoPath| changed.iter().any(|(other, ..)| other == path);
    let differs = |(path, before): &(&&RepoPath, &Option<&FileState>)| {
        recorded.get(**path).is_some_and(|after| after != *before)
    };
    let lost = first.iter().filter(differs).filter(|(path, _)| !changed(path));
    lost.map(|(path, _)| format!("`{path}` has a record and no change")).collect()
}

#[cfg(test)]
mod tests {
    use agent_contract::operation::FileMode;

    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::parse(text).unwrap()
    }

    fn state(hash: &str) -> Option<FileState> {
        Some(FileState { sha256: hash.to_owned(), bytes: 1, mode: FileMode::Plain })
    }

    fn operation(
        kind: OperationKind,
        at: &str,
        from: Option<&str>,
        before: Option<FileState>,
        after: Option<FileState>,
    ) -> Operation {
        Operation { id: "op-1".to_owned(), kind, path: path(at), from: from.map(path), before, after }
    }

    fn faults(recorded: &[Operation], changed: &[Changed]) -> usize {
        differences(recorded, changed).len()
    }

    #[test]
    fn records_and_workspace_must_agree_both_ways() {
        let modified = [operation(OperationKind::Modify, "a", None, state("1"), state("2"))];
        let renamed = [operation(OperationKind::Rename, "b", Some("a"), state("1"), state("1"))];
        let deleted = [operation(OperationKind::Delete, "a", None, state("1"), None)];
        assert_eq!(faults(&modified, &[(path("a"), state("1"), state("2"))]), 0);
        assert_eq!(faults(&renamed, &[(path("a"), state("1"), None), (path("b"), None, state("1"))]), 0);
        assert_eq!(faults(&deleted, &[(path("a"), state("1"), None)]), 0);

        assert_eq!(faults(&[], &[(path("a"), state("1"), state("2"))]), 1);
        assert_eq!(faults(&modified, &[(path("a"), state("1"), state("3"))]), 1);
        assert_eq!(faults(&modified, &[]), 1);
        assert_eq!(faults(&deleted, &[]), 1);
        assert_eq!(faults(&renamed, &[(path("b"), None, state("1"))]), 1);
    }
}
