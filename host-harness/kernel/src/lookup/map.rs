//! The map of a workspace.

use std::{fs, io, path::Path, time::SystemTime};

use agent_contract::{
    RepoPath,
    lookup::{RepositoryMap, SizedFile},
};
use policy::{Permit, call::MapCall};
use symbols::{Mapped, cache::Cache, map::MapQuery, mapped};

use super::{Looks, Lookup, files};
use crate::{KernelError, Workspace, input, workspace::Tracked};

const CACHE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Up to so many files each is named with its size.
const WHOLE_FILES_MAX: usize = 16;

impl Lookup {
    /// A map of what is in the workspace now.
    pub fn map(
        &self,
        permit: Permit<MapCall>,
        workspace: &Workspace,
        looks: &Looks,
    ) -> Result<RepositoryMap, KernelError> {
        let query = permit.into_call().query;
        let mut cache =
            input::read(&self.cache, CACHE_BYTES_MAX).map(|bytes| Cache::load(&bytes)).unwrap_or_default();
        cache.begin(files::ns(SystemTime::now()));
        let entries = files::of(workspace, None, Tracked::Passed, looks)?;
        let whole = sizes(&entries);
        let query = MapQuery {
            words: query.words,
            files: query.files.iter().map(ToString::to_string).collect(),
            tokens_max: usize::try_from(query.tokens_max).unwrap_or(usize::MAX),
        };
        let read = |path: &str| read(workspace, path, looks);
        let Mapped { map, counts } = mapped(entries, read, &mut self.reader(), &mut cache, &query);
        if counts.parsed > 0 || counts.read > 0 {
            // What can't be kept is read again the next time.
            let _ = save(&self.cache, &cache.save());
        }
        let skipped = counts.skipped.iter().map(|(why, count)| (why.to_string(), *count as u64));
        Ok(RepositoryMap {
            text: map.text,
            files: counts.files as u64,
            read: counts.parsed as u64,
            skipped: skipped.collect(),
            whole,
        })
    }
}

fn sizes(entries: &[symbols::Entry]) -> Vec<SizedFile> {
    if entries.len() > WHOLE_FILES_MAX {
        return Vec::new();
    }
    let sized = |entry: &symbols::Entry| {
        Some(SizedFile { path: RepoPath::parse(&entry.path).ok()?, bytes: entry.stamp.bytes })
    };
    entries.iter().filter_map(sized).collect()
}

/// A file of the workspace as it is now, if it may be looked into.
pub(super) fn read(workspace: &Workspace, path: &str, looks: &Looks) -> io::Result<Vec<u8>> {
    let gone = || io::Error::from(io::ErrorKind::NotFound);
    let path = RepoPath::parse(path).map_err(io::Error::other)?;
    let file = workspace.glance(&path).map_err(|error| io::Error::other(error.message))?.ok_or_else(gone)?;
    match (looks.content)(file.blob.bytes()) {
        true => Ok(file.blob.bytes().to_vec()),
        false => Err(io::Error::from(io::ErrorKind::PermissionDenied)),
    }
}

/// Another run may keep its own at the same time: the last one wins, and each is whole.
fn save(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let part = path.with_extension(format!("{}.part", std::process::id()));
    fs::write(&part, bytes)?;
    fs::rename(&part, path)
}
