use std::{collections::BTreeMap, io};

use agent_contract::{
    RepoPath,
    check::{FIXED_BYTES_MAX, FIXED_FILES_MAX},
    operation::FileMode,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    Note, Tree, Why, Wrote,
    look::{self, Stand, Stands},
    tree::{self, Digest},
};

/// Notes of one check, those included that stand for nothing to be handed over.
const NOTES_MAX: usize = 10_000;

/// A tree as it was before a check.
#[derive(Debug)]
pub struct Before {
    tree: Tree,
    stands: Stands,
    digests: BTreeMap<String, Option<Digest>>,
}

impl Before {
    /// Looks at a tree, or says why that can't be.
    pub(crate) fn of(tree: Tree) -> Result<Self, String> {
        let stands = look::stands(&tree)?;
        let files = stands.iter().filter(|(_, stand)| matches!(stand, Stand::File { .. }));
        let digests = files.map(|(path, _)| (path.clone(), tree::digest(&tree.dir, path))).collect();
        Ok(Self { tree, stands, digests })
    }

    /// Looks again, and notes what differs.
    pub fn wrote(&self) -> Wrote {
        let after = match look::stands(&self.tree) {
            Ok(after) => after,
            Err(why) => return Wrote::Unseen(why),
        };
        let mut notes = Notes::default();
        let noted = after.iter().try_for_each(|(path, stand)| self.note(path, stand, &after, &mut notes));
        let noted = noted.and_then(|()| self.note_vanished(&after, &mut notes));
        noted.map_or_else(Wrote::TooMuch, |()| Wrote::Noted(notes.notes))
    }

    fn note(&self, path: &str, stand: &Stand, after: &Stands, notes: &mut Notes) -> Result<(), String> {
        // A path that is none was found out by its stand.
        let parsed = RepoPath::parse(path).ok();
        let passed = |why| Note::Passed { path: path.to_owned(), why };
        let note = match (stand, parsed) {
            (Stand::File { bytes, mode }, Some(path)) => {
                return self.note_file(path, (*bytes, *mode), after, notes);
            }
            (Stand::Ignored, Some(path)) => Note::Stays { path },
            _ if self.stands.get(path) == Some(stand) => return Ok(()),
            (Stand::Gone, Some(path)) => Note::Gone { path },
            (Stand::Renewed, Some(path)) => Note::Renewed { path },
            (Stand::Link(_), _) => passed(Why::Link),
            (Stand::Special, _) => passed(Why::Special),
            (Stand::Unreadable, _) => passed(Why::Unreadable),
            (_, None) | (Stand::Name, _) => passed(Why::Name),
        };
        notes.add(note)
    }

    fn note_file(
        &self,
        path: RepoPath,
        found: (u64, FileMode),
        after: &Stands,
        notes: &mut Notes,
    ) -> Result<(), String> {
        let stays = self.is_as_before(&path, found) || self.is_as_below(&path, found);
        match (stays, is_renewed(&path, after)) {
            (true, true) => notes.add(Note::Stays { path }),
            (true, false) => Ok(()),
            (false, _) => notes.add_file(&self.tree, path, found),
        }
    }

    fn is_as_before(&self, path: &RepoPath, (bytes, mode): (u64, FileMode)) -> bool {
        self.stands.get(path.as_str()) == Some(&Stand::File { bytes, mode })
            && self.digests.get(path.as_str()) == Some(&tree::digest(&self.tree.dir, path.as_str()))
    }

    /// An overlay keeps also what was only touched.
    fn is_as_below(&self, path: &RepoPath, (bytes, mode): (u64, FileMode)) -> bool {
        let is_first = !self.stands.contains_key(path.as_str());
        let Some(lower) = self.tree.lower().filter(|_| is_first) else { return false };
        let below = lower.symlink_metadata(path.as_str());
        let is_like = below.is_ok_and(|below| {
            below.is_file() && below.len() == bytes && super::super::base::mode_of(&below) == mode
        });
        let digest = |dir| tree::digest(dir, path.as_str());
        is_like && digest(lower).is_some_and(|below| digest(&self.tree.dir) == Some(below))
    }

    /// What stood in the tree itself and does no more.
    fn note_vanished(&self, after: &Stands, notes: &mut Notes) -> Result<(), String> {
        let held =
            self.stands.iter().filter(|(_, stand)| matches!(stand, Stand::File { .. } | Stand::Link(_)));
        for (path, _) in held.filter(|(path, _)| !after.contains_key(*path) && !is_covered(path, after)) {
            let Ok(parsed) = RepoPath::parse(path) else { continue };
            match self.tree.dir.symlink_metadata(path) {
                Err(error) if is_nothing(&error) => notes.add(Note::Gone { path: parsed })?,
                Ok(metadata) if metadata.is_dir() => notes.add(Note::Gone { path: parsed })?,
                Err(_) => notes.add(Note::Passed { path: path.clone(), why: Why::Unreadable })?,
                // Git ignores it since.
                Ok(_) => {}
            }
        }
        Ok(())
    }
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The folders above a path.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.char_indices().filter(|(_, c)| *c == '/').map(|(at, _)| &path[..at])
}

fn is_renewed(path: &RepoPath, after: &Stands) -> bool {
    above(path.as_str()).any(|folder| after.get(folder) == Some(&Stand::Renewed))
}

/// Whether something that can't be handed over stands on the way.
fn is_covered(path: &str, after: &Stands) -> bool {
    let covers = |stand: &Stand| matches!(stand, Stand::Link(_) | Stand::Special | Stand::Unreadable);
    above(path).any(|folder| after.get(folder).is_some_and(covers))
}

/// The notes of one check, so many and no more.
#[derive(Default)]
struct Notes {
    notes: Vec<Note>,
    files: usize,
    bytes: u64,
}

impl Notes {
    fn add(&mut self, note: Note) -> Result<(), String> {
        if self.notes.len() >= NOTES_MAX {
            return Err(format!("more than {NOTES_MAX} places"));
        }
        self.notes.push(note);
        Ok(())
    }

    fn add_file(
        &mut self,
        tree: &Tree,
        path: RepoPath,
        (bytes, mode): (u64, FileMode),
    ) -> Result<(), String> {
        let left = FIXED_BYTES_MAX.saturating_sub(self.bytes);
        let is_too_large = || Err(format!("more than {FIXED_BYTES_MAX} bytes"));
        if bytes > left {
            return is_too_large();
        }
        if self.files >= FIXED_FILES_MAX {
            return Err(format!("more than {FIXED_FILES_MAX} files"));
        }
        let content = match tree::content(&tree.dir, path.as_str(), left) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => return is_too_large(),
            Err(_) => return self.add(Note::Passed { path: path.to_string(), why: Why::Unreadable }),
        };
        self.files += 1;
        self.bytes += content.len() as u64;
        self.add(Note::File { path, base64: BASE64_STANDARD.encode(content), mode })
    }
}
