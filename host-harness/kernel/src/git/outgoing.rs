//! What a push takes along: the commit, and all below it that the remote does not have.

use policy::Code;

use super::{
    objects::{self, Kind},
    own::OwnRepository,
};
use crate::{KernelError, secret::Leaving};

/// Objects that are read at once.
const BATCH_BYTES: u64 = 64 * 1024 * 1024;
const BATCH_OBJECTS: usize = 1024;

/// Something that would leave: an object, and where git met it.
struct Leaver {
    id: String,
    path: String,
    kind: Kind,
    bytes: u64,
}

/// Has everything looked at that the remote does not have yet, which holds `there`.
pub(super) fn check(
    own: &OwnRepository,
    commit: &str,
    there: &[String],
    leaving: &Leaving,
) -> Result<(), KernelError> {
    if objects::commit(own, commit)?.is_none() {
        let message = format!("`{}` is no commit of this repository", commit.escape_debug());
        return Err(KernelError::new(Code::ArgumentMalformed, message));
    }
    for batch in batches(leavers(own, commit, there)?) {
        let ids: Vec<_> = batch.iter().map(|leaver| leaver.id.clone()).collect();
        for (leaver, object) in batch.iter().zip(objects::read(own, &ids)?) {
            // What is not there can't leave: git will say so.
            let content = object.map(|object| object.content).unwrap_or_default();
            leaving.check(&content).map_err(|error| named(&leaver.name(commit), error))?;
        }
    }
    Ok(())
}

/// Every commit and file that git would send.
fn leavers(own: &OwnRepository, commit: &str, there: &[String]) -> Result<Vec<Leaver>, KernelError> {
    let list = own.git(&["rev-list", "--objects", "--ignore-missing", "--missing=allow-any", "--stdin"]);
    let without: String = there.iter().map(|tip| format!("^{tip}\n")).collect();
    let listed = list.run(format!("{commit}\n{without}").as_bytes())?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let lines: Vec<_> = listed.lines().map(|line| line.split_once(' ').unwrap_or((line, ""))).collect();
    let ids: Vec<_> = lines.iter().map(|(id, _)| (*id).to_owned()).collect();
    let sizes = objects::sizes(own, &ids)?;
    let leaver = |((id, path), size): (&(&str, &str), Option<(Kind, u64)>)| {
        let (kind, bytes) = size.filter(|(kind, _)| *kind != Kind::Other)?;
        Some(Leaver { id: (*id).to_owned(), path: (*path).to_owned(), kind, bytes })
    };
    Ok(lines.iter().zip(sizes).filter_map(leaver).collect())
}

/// As many at once as memory bears.
fn batches(leavers: Vec<Leaver>) -> Vec<Vec<Leaver>> {
    let mut batches: Vec<Vec<Leaver>> = Vec::new();
    let mut bytes = 0;
    for leaver in leavers {
        bytes += leaver.bytes;
        match batches.last_mut().filter(|batch| batch.len() < BATCH_OBJECTS && bytes <= BATCH_BYTES) {
            Some(batch) => batch.push(leaver),
            None => {
                bytes = leaver.bytes;
                batches.push(vec![leaver]);
            }
        }
    }
    batches
}

impl Leaver {
    fn name(&self, ours: &str) -> String {
        match self.kind {
            Kind::Commit if self.id == ours => "the commit's message".to_owned(),
            Kind::Commit => format!("commit {}, which the remote does not have yet,", self.id),
            Kind::Blob | Kind::Other => format!("`{}`", self.path.escape_debug()),
        }
    }
}

fn named(what: &str, error: KernelError) -> KernelError {
    KernelError::new(error.code, format!("{what} can't be pushed: {}", error.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_holds_no_more_than_memory_bears_and_nothing_is_left_out() {
        let leavers = |sizes: &[u64]| {
            let leaver = |bytes: &u64| Leaver {
                id: String::new(),
                path: String::new(),
                kind: Kind::Blob,
                bytes: *bytes,
            };
            batches(sizes.iter().map(leaver).collect()).iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert!(leavers(&[]).is_empty());
        assert_eq!(leavers(&[1, 2, 3]), [3]);
        assert_eq!(leavers(&[BATCH_BYTES, 1, BATCH_BYTES + 1, 1, 1]), [1, 1, 1, 2]);
        assert_eq!(leavers(&vec![0; BATCH_OBJECTS + 1]), [BATCH_OBJECTS, 1]);
    }
}
