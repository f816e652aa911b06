//! The files that are looked through, and how each looks.

use std::time::{SystemTime, UNIX_EPOCH};

use agent_contract::RepoPath;
use cap_std::fs::Metadata;
use symbols::{Entry, cache::Stamp};

use super::Looks;
use crate::{
    KernelError, Workspace,
    workspace::{Look, Tracked},
};

/// A file that was written in this run: it looks like no file that was read before.
const FRESH: Stamp = Stamp { bytes: 0, modified_ns: i64::MAX, changed_ns: i64::MAX, inode: 0 };

/// Every file that may be shown, by path.
pub(super) fn of(
    workspace: &Workspace,
    within: Option<&RepoPath>,
    tracked: Tracked,
    looks: &Looks,
) -> Result<Vec<Entry>, KernelError> {
    let files = workspace.own_files(within, tracked)?.into_iter().filter(|(path, _)| (looks.path)(path));
    let entries = files.map(|(path, look)| {
        let stamp = match look {
            Look::Base(metadata) => stamp(&metadata),
            Look::Written(bytes) => Stamp { bytes, ..FRESH },
        };
        Entry { path: path.to_string(), stamp }
    });
    Ok(entries.collect())
}

#[cfg(unix)]
fn stamp(metadata: &Metadata) -> Stamp {
    use cap_std::fs::MetadataExt as _;
    let ns = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    Stamp {
        bytes: metadata.len(),
        modified_ns: ns(metadata.mtime(), metadata.mtime_nsec()),
        changed_ns: ns(metadata.ctime(), metadata.ctime_nsec()),
        inode: metadata.ino(),
    }
}

#[cfg(not(unix))]
fn stamp(metadata: &Metadata) -> Stamp {
    let modified_ns = metadata.modified().map_or(i64::MAX, |time| ns(time.into_std()));
    Stamp { bytes: metadata.len(), modified_ns, changed_ns: modified_ns, inode: 0 }
}

/// Nanoseconds since 1970.
pub(super) fn ns(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
