//! Every file of a repository, private or for everybody. Links are not followed.

use std::{
    collections::VecDeque,
    io,
    time::{Duration, Instant},
};

use agent_contract::fault::shown;
use cap_std::fs::{Dir, DirEntry, FileType};
use policy::Code;

use super::{
    names::{Kind, is_filled, is_named},
    rules::{EXCLUDE, Rules},
};
use crate::KernelError;

/// What is found on the way.
pub(super) enum Found {
    /// A folder whose time tells when something came or went.
    Folder(String),
    /// A private file.
    Private(String, Kind),
    /// A file for everybody.
    Public(String),
}

/// Goes through a repository, folders near its top first.
pub(super) struct Walk<'a> {
    dir: &'a Dir,
    folders: VecDeque<Folder>,
    found: VecDeque<Found>,
    entries: usize,
    ignored: usize,
    end: Instant,
}

struct Folder {
    path: String,
    rules: Rules,
    /// How deep it lies in a folder that is ignored as a whole.
    ignored: Option<usize>,
}

const ENTRIES_MAX: usize = 2_000_000;
const TIME_MAX: Duration = Duration::from_secs(20);
/// A folder that is ignored as a whole is looked into this deep.
const IGNORED_DEPTH_MAX: usize = 4;
/// And through so many entries of all such folders.
const IGNORED_MAX: usize = 20_000;
/// And through so many of each: what people keep there is little.
const IGNORED_ENTRIES_MAX: usize = 500;

impl<'a> Walk<'a> {
    pub(super) fn new(dir: &'a Dir) -> Self {
        let top = Folder { path: String::new(), rules: Rules::top(dir), ignored: None };
        Self { folders: VecDeque::from([top]), ..Self::nowhere(dir) }
    }

    /// Goes through what is ignored alone: these files, and these folders with `/` at
    /// their ends.
    pub(super) fn of_ignored(dir: &'a Dir, paths: impl Iterator<Item = String>) -> Self {
        let mut walk = Self::nowhere(dir);
        for path in paths.take(IGNORED_MAX) {
            match path.strip_suffix('/') {
                Some("" | ".") => {}
                Some(folder) if is_filled(name_of(folder)) => {}
                Some(folder) => {
                    walk.folders.push_back(Folder {
                        path: folder.to_owned(),
                        rules: Rules::default(),
                        ignored: Some(0),
                    });
                }
                None if dir.symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) => {
                    let kind = if is_named(name_of(&path)) { Kind::Named } else { Kind::Ignored };
                    walk.found.push_back(Found::Private(path, kind));
                }
                None => {}
            }
        }
        walk
    }

    fn nowhere(dir: &'a Dir) -> Self {
        let (folders, found) = (VecDeque::new(), VecDeque::new());
        Self { dir, folders, found, entries: 0, ignored: 0, end: Instant::now() + TIME_MAX }
    }

    fn enter(&mut self, folder: Folder) -> Result<(), KernelError> {
        let place = if folder.path.is_empty() { "." } else { &folder.path };
        if folder.path.is_empty() {
            let kind = self.dir.symlink_metadata(EXCLUDE).map(|metadata| metadata.file_type());
            kind.map_or(Ok(()), |kind| refuse_odd(EXCLUDE, kind))?;
        }
        let entries = match self.dir.read_dir(place) {
            Err(error) if is_gone(&error) => return Ok(()),
            entries => entries.map_err(|error| unchecked(place, &error.to_string()))?,
        };
        self.found.push_back(Found::Folder(place.to_owned()));
        for (count, entry) in entries.enumerate() {
            let entry = entry.map_err(|error| unchecked(place, &error.to_string()))?;
            self.entries += 1;
            if self.entries > ENTRIES_MAX || Instant::now() > self.end {
                return Err(unchecked(place, "the repository is too large to be looked through"));
            }
            if folder.ignored.is_some() {
                self.ignored += 1;
                if count >= IGNORED_ENTRIES_MAX || self.ignored >= IGNORED_MAX {
                    break;
                }
            }
            self.take(&folder, &entry)?;
        }
        Ok(())
    }

    fn take(&mut self, folder: &Folder, entry: &DirEntry) -> Result<(), KernelError> {
        // No text that leaves can name what has no name in UTF-8, and nobody keeps secrets so.
        let Ok(name) = entry.file_name().into_string() else { return Ok(()) };
        let path = if folder.path.is_empty() { name.clone() } else { format!("{}/{name}", folder.path) };
        let kind = entry.file_type().map_err(|error| unchecked(&path, &error.to_string()))?;
        if name == ".git" || kind.is_symlink() {
            return Ok(());
        }
        if name == ".gitignore" {
            refuse_odd(&path, kind)?;
        }
        let ignored = folder.ignored.is_some() || folder.rules.ignore(&path, kind.is_dir());
        if kind.is_dir() {
            self.take_folder(folder, path, &name, ignored);
        } else if kind.is_file() {
            self.found.push_back(match (is_named(&name), ignored) {
                (true, _) => Found::Private(path, Kind::Named),
                (_, true) => Found::Private(path, Kind::Ignored),
                _ => Found::Public(path),
            });
        }
        Ok(())
    }

    fn take_folder(&mut self, folder: &Folder, path: String, name: &str, ignored: bool) {
        let depth = folder.ignored.map_or(0, |depth| depth + 1);
        if ignored && (is_filled(name) || depth > IGNORED_DEPTH_MAX) {
            return;
        }
        let rules = if ignored { Rules::default() } else { folder.rules.within(self.dir, &path) };
        self.folders.push_back(Folder { path, rules, ignored: ignored.then_some(depth) });
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Found, KernelError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.found.is_empty() {
            let folder = self.folders.pop_front()?;
            if let Err(error) = self.enter(folder) {
                return Some(Err(error));
            }
        }
        self.found.pop_front().map(Ok)
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whoever reads rules from a pipe waits for ever, and what they say is anybody's guess.
fn refuse_odd(path: &str, kind: FileType) -> Result<(), KernelError> {
    match kind.is_file() || kind.is_dir() || kind.is_symlink() {
        true => Ok(()),
        false => Err(unchecked(path, "it is no plain file")),
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unchecked(place: &str, why: &str) -> KernelError {
    let message = format!("can't look for what the repository keeps to itself in `{}`: {why}", shown(place));
    KernelError::new(Code::LeavingUnchecked, message)
}
