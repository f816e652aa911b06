//! References, read and made without git: its own reading of them would need the
//! repository's configuration.

use std::{io, io::Write as _};

use agent_contract::branch::BranchName;
use cap_std::fs::OpenOptions;
use policy::Code;

use super::{input, repository::Repository};
use crate::KernelError;

const LOOSE_BYTES_MAX: u64 = 4096;
const PACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// References that lead to each other, at the most.
const STEPS_MAX: usize = 5;

/// What a reference holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    /// An object.
    Id(String),
    /// Another reference.
    Reference(String),
}

/// Whether a text is the id of an object, in full.
pub(super) fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64)
        && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

impl Repository {
    /// What `HEAD` holds.
    pub fn head_held(&self) -> Result<Held, KernelError> {
        let text = input::read_text(self.own(), "HEAD", LOOSE_BYTES_MAX);
        let text =
            text.map_err(|error| self.unusable(&format!("has a `HEAD` that can't be read: {error}")))?;
        parse(&text.unwrap_or_default()).ok_or_else(|| self.unusable("has a `HEAD` that holds no reference"))
    }

    /// The object that a reference leads to in the end; `None` where there is none.
    pub fn resolve(&self, held: Held) -> Result<Option<String>, KernelError> {
        let mut held = held;
        for _ in 0..STEPS_MAX {
            let name = match held {
                Held::Id(id) => return Ok(Some(id)),
                Held::Reference(name) => name,
            };
            match self.reference(&name)? {
                Some(found) => held = found,
                None => return Ok(None),
            }
        }
        Err(self.unusable("has references that go round in circles"))
    }

    /// What a reference holds; `None` where there is none.
    pub fn reference(&self, name: &str) -> Result<Option<Held>, KernelError> {
        let odd = |error: &str| {
            self.unusable(&format!("has a `{}` that can't be read: {error}", name.escape_debug()))
        };
        let loose = match input::look(self.common(), name) {
            // A folder of references whose names begin with this one.
            Ok(Some(metadata)) if metadata.is_dir() => None,
            Ok(Some(_)) => input::read_text(self.common(), name, LOOSE_BYTES_MAX)
                .map_err(|error| odd(&error.to_string()))?,
            Ok(None) => None,
            Err(error) => return Err(odd(&error.to_string())),
        };
        match loose {
            Some(text) => parse(&text).map(Some).ok_or_else(|| odd("it holds no reference")),
            None => Ok(self.packed(|known| known == name)?.map(|(id, _)| Held::Id(id))),
        }
    }

    /// The first packed reference of that kind, and its name.
    fn packed(&self, wanted: impl Fn(&str) -> bool) -> Result<Option<(String, String)>, KernelError> {
        let bytes = input::read(self.common(), "packed-refs", PACKED_BYTES_MAX);
        let bytes =
            bytes.map_err(|error| self.unusable(&format!("has references that can't be read: {error}")))?;
        let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        let found = lines.filter(|(id, _)| is_id(id)).find(|(_, name)| wanted(name));
        Ok(found.map(|(id, name)| (id.to_owned(), name.to_owned())))
    }

    /// The objects that all references hold, and `HEAD`.
    pub fn ids(&self) -> Result<Vec<String>, KernelError> {
        let mut ids: std::collections::BTreeSet<_> = self.resolve(self.head_held()?)?.into_iter().collect();
        let packed = input::read_text(self.common(), "packed-refs", PACKED_BYTES_MAX);
        let odd = |error: io::Error| self.unusable(&format!("has references that can't be read: {error}"));
        let packed = packed.map_err(odd)?.unwrap_or_default();
        ids.extend(packed.lines().filter_map(|line| line.split_once(' ')).map(|(id, _)| id.to_owned()));
        let mut folders = vec!["refs".to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in self.common().read_dir(&folder).map_err(odd)? {
                let entry = entry.map_err(odd)?;
                let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
                if entry.file_type().map_err(odd)?.is_dir() {
                    folders.push(name);
                } else if let Some(held) = self.reference(&name)? {
                    ids.extend(self.resolve(held)?);
                }
            }
        }
        Ok(ids.into_iter().filter(|id| is_id(id)).collect())
    }

    /// Makes a reference that is not there yet, all at once; says whether it did. A
    /// process that dies meanwhile leaves at most a lock, and the reference unmade.
    pub fn create_reference(&self, name: &str, id: &str) -> Result<bool, KernelError> {
        self.refuse_neighbours(name)?;
        let lock = format!("{name}.lock");
        let failed =
            |error: io::Error| self.unusable(&format!("can't take `{}`: {error}", name.escape_debug()));
        self.make_folders(name).map_err(failed)?;
        let mut file = match self.common().open_with(&lock, OpenOptions::new().write(true).create_new(true)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(self.locked(&lock)),
            opened => opened.map_err(failed)?,
        };
        let taken = (|| {
            if self.reference(name)?.is_some() {
                return Ok(false);
            }
            file.write_all(format!("{id}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
            self.common().rename(&lock, self.common(), name).map_err(failed)?;
            Ok(true)
        })();
        if !matches!(taken, Ok(true)) {
            let _ = self.common().remove_file(&lock);
        }
        taken
    }

    /// A branch without a commit can be checked out already, and would come to be under it.
    pub fn refuse_checked_out(&self, branch: &BranchName) -> Result<(), KernelError> {
        let head = format!("ref: refs/heads/{branch}");
        let holds = |path: &str| {
            input::read_text(self.common(), path, LOOSE_BYTES_MAX)
                .is_ok_and(|text| text.as_ref() == Some(&head))
        };
        let others = self.common().read_dir("worktrees").into_iter().flatten().flatten();
        let others = others.map(|entry| format!("worktrees/{}/HEAD", entry.file_name().to_string_lossy()));
        let reference = format!("refs/heads/{branch}");
        let is_unborn = self.reference(&reference)?.is_none();
        match is_unborn && std::iter::once("HEAD".to_owned()).chain(others).any(|path| holds(&path)) {
            false => Ok(()),
            true => Err(KernelError::new(
                Code::BranchExists,
                format!(
                    "branch `{branch}` is checked out, without a commit yet\nhint: name another work branch"
                ),
            )),
        }
    }

    fn locked(&self, lock: &str) -> KernelError {
        let what = format!(
            "holds `{lock}`: another git is at work, or one was killed\nhint: wait; remove the file if no git runs"
        );
        self.unusable(&what)
    }

    /// `a` and `a/b` can't both be references.
    fn refuse_neighbours(&self, name: &str) -> Result<(), KernelError> {
        let above: Vec<_> = name.match_indices('/').skip(2).map(|(at, _)| &name[..at]).collect();
        for reference in &above {
            if self.reference(reference)?.is_some() {
                return Err(clash(name, reference));
            }
        }
        let below = format!("{name}/");
        if let Some((_, found)) = self.packed(|known| known.starts_with(&below))? {
            return Err(clash(name, &found));
        }
        match self.common().read_dir(name).map(|mut entries| entries.next().is_some()) {
            Ok(true) => Err(clash(name, &below)),
            // What is left of branches that are gone.
            Ok(false) => self.common().remove_dir(name).map_err(KernelError::io("remove", name)),
            Err(_) => Ok(()),
        }
    }

    /// Makes the folders of a reference, none of which may be a link.
    fn make_folders(&self, name: &str) -> io::Result<()> {
        let folders: Vec<_> = name.match_indices('/').map(|(at, _)| &name[..at]).collect();
        for folder in folders {
            input::make_folder(self.common(), folder)?;
        }
        Ok(())
    }
}

fn clash(name: &str, other: &str) -> KernelError {
    let short = |name: &str| name.strip_prefix("refs/heads/").unwrap_or(name).escape_debug().to_string();
    let message = format!(
        "branch `{}` can't be beside `{}`\nhint: name another work branch",
        short(name),
        short(other)
    );
    KernelError::new(Code::BranchExists, message)
}

fn parse(text: &str) -> Option<Held> {
    match text.strip_prefix("ref:").map(str::trim) {
        Some(name) => is_reference(name).then(|| Held::Reference(name.to_owned())),
        None => is_id(text).then(|| Held::Id(text.to_owned())),
    }
}

/// A name beneath `refs` that leads nowhere else.
fn is_reference(name: &str) -> bool {
    let odd = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    name.starts_with("refs/")
        && !name.split('/').any(odd)
        && !name.contains(|c: char| c.is_control() || " ~^:?*[\\".contains(c))
        && !name.contains("..")
}
