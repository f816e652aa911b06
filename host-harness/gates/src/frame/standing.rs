//! What is new, and what was there before the change: told by fingerprint.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::{
    RepoPath,
    gate::{Finding, Standing},
};
use finding::{FileScanner, Found, Look, Survey, findings};

use super::{OURS, Subject};

/// Marks what the same files held before. Only files with findings are looked at again.
pub(super) fn of_files(
    subject: &Subject,
    touched: &BTreeMap<RepoPath, Option<RepoPath>>,
    scanner: &dyn FileScanner,
    now: &mut [Finding],
) {
    let Some(tree) = subject.before else { return };
    let paths: BTreeSet<_> =
        now.iter().filter_map(|finding| finding.location.as_ref()).map(|at| at.path.clone()).collect();
    let mut found = Vec::new();
    for path in paths {
        let Some(from) = touched.get(&path).and_then(Option::as_ref) else { continue };
        // What was there and can't be read excuses nothing.
        let Ok(Some(bytes)) = tree.read(from) else { continue };
        if let Look::Scanned(before) = scanner.look(&path, &bytes) {
            found.extend(before.into_iter().map(|found| Found { path: Some(path.clone()), ..found }));
        }
    }
    mark(now, found);
}

/// Marks what the survey of the tree before had found, too.
pub(super) fn of_survey(before: Survey, moved: &BTreeMap<RepoPath, RepoPath>, now: &mut [Finding]) {
    let renamed = |found: Found| {
        let path = found.path.map(|path| moved.get(&path).cloned().unwrap_or(path));
        Found { path, ..found }
    };
    mark(now, before.found.into_iter().map(renamed).collect());
}

fn mark(now: &mut [Finding], before: Vec<Found>) {
    let known: BTreeSet<_> = findings(before, OURS).into_iter().map(|finding| finding.fingerprint).collect();
    for finding in now.iter_mut().filter(|finding| known.contains(&finding.fingerprint)) {
        finding.standing = Standing::Old;
    }
}
