//! The staging folder beside the files: filled first, then swapped in file by file.

use std::{
    io,
    path::{Path, PathBuf},
};

use agent_contract::{RepoPath, operation::FileMode};
use cap_std::fs::{Dir, OpenOptions};

use super::{Journal, Step};
use crate::{KernelError, workspace::Base};

pub(super) struct Stage<'a> {
    base: &'a Base,
    folder: String,
    dir: Dir,
    swapped: Vec<Swap>,
}

/// A file that was swapped in, and how to take that back.
struct Swap {
    step: Step,
    name: String,
}

impl<'a> Stage<'a> {
    pub fn create(base: &'a Base, journal: &Journal) -> Result<Self, KernelError> {
        let folder = format!(".code-assist-{}", journal.run_id);
        let fail = || KernelError::io("create", base.root().join(&folder).display().to_string());
        // What an earlier attempt left behind is of no use: content comes from the payloads.
        let _ = base.dir().remove_dir_all(&folder);
        base.dir().create_dir(&folder).map_err(fail())?;
        let dir = base.dir().open_dir(&folder).map_err(fail())?;
        Ok(Self { base, folder, dir, swapped: Vec::new() })
    }

    /// Lays a file's content ready.
    pub fn fill(&mut self, step: &Step, payloads: &Path) -> Result<(), KernelError> {
        let Some(after) = &step.after else { return Ok(()) };
        let fill = || {
            let bytes = std::fs::read(payloads.join(&after.sha256))?;
            if policy::blob::sha256(&bytes) != after.sha256 {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the content is not what was recorded",
                ));
            }
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            let mut file = self.dir.open_with(name_of(step), &options)?;
            io::Write::write_all(&mut file, &bytes)?;
            self.set_mode(&file, step, after.mode)?;
            file.sync_all()
        };
        fill().map_err(|error| {
            let _ = self.base.dir().remove_dir_all(&self.folder);
            KernelError::io("stage", &step.path)(error)
        })
    }

    /// Keeps what the file at the path had, but for what git knows of it.
    #[cfg(unix)]
    fn set_mode(&self, file: &cap_std::fs::File, step: &Step, mode: FileMode) -> io::Result<()> {
        use cap_std::fs::{Permissions, PermissionsExt as _};
        let fresh = file.metadata()?.permissions().mode();
        let held =
            self.base.dir().symlink_metadata(step.path.as_str()).map(|found| found.permissions().mode());
        let bits = held.unwrap_or(fresh) & 0o777;
        let bits = match mode {
            FileMode::Plain => bits & !0o111,
            FileMode::Executable => bits | ((bits & 0o444) >> 2),
        };
        file.set_permissions(Permissions::from_mode(bits))
    }

    #[cfg(not(unix))]
    fn set_mode(&self, _: &cap_std::fs::File, _: &Step, _: FileMode) -> io::Result<()> {
        Ok(())
    }

    /// Swaps a file in. What comes out is compared with what had to be there: a change
    /// that was made at the last moment is put back, not overwritten.
    pub fn swap(&mut self, step: &Step) -> Result<(), KernelError> {
        let done = match (&step.before, &step.after) {
            (None, Some(_)) => self.appear(step),
            (Some(_), Some(_)) => self.exchange(step),
            (Some(_), None) => self.vanish(step),
            (None, None) => Ok(()),
        };
        match done {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(step.moved()),
            Err(error) => return Err(KernelError::io("place", &step.path)(error)),
        }
        self.swapped.push(Swap { step: step.clone(), name: name_of(step) });
        match self.came_out(step) {
            true => Ok(()),
            false => Err(step.moved()),
        }
    }

    fn appear(&self, step: &Step) -> io::Result<()> {
        let (parent, name) = self.parent(step, Missing::Create)?;
        rename_new(&self.dir, &name_of(step), &parent, &name)
    }

    fn exchange(&self, step: &Step) -> io::Result<()> {
        let (parent, name) = self.parent(step, Missing::Fail)?;
        exchange(&self.dir, &name_of(step), &parent, &name)
    }

    fn vanish(&self, step: &Step) -> io::Result<()> {
        let (parent, name) = self.parent(step, Missing::Fail)?;
        rename_new(&parent, &name, &self.dir, &name_of(step))
    }

    /// Whether what was swapped out is what had to be there.
    fn came_out(&self, step: &Step) -> bool {
        let Some(before) = &step.before else { return true };
        self.dir.read(name_of(step)).is_ok_and(|bytes| policy::blob::sha256(&bytes) == before.sha256)
    }

    fn parent(&self, step: &Step, missing: Missing) -> io::Result<(Dir, String)> {
        let name = step.path.components().next_back().unwrap_or_default().to_owned();
        let parent = step.path.parent();
        let place = parent.as_ref().map_or(".", RepoPath::as_str);
        if missing == Missing::Create {
            self.base.dir().create_dir_all(place)?;
        }
        Ok((self.base.dir().open_dir(place)?, name))
    }

    /// Takes every swap back, the last one first.
    pub fn undo(mut self) {
        while let Some(Swap { step, name }) = self.swapped.pop() {
            let Ok((parent, target)) = self.parent(&step, Missing::Create) else { continue };
            let _ = match (&step.before, &step.after) {
                (None, _) => parent.remove_file(&target),
                (Some(_), Some(_)) => exchange(&self.dir, &name, &parent, &target),
                (Some(_), None) => rename_new(&self.dir, &name, &parent, &target),
            };
        }
        let _ = self.base.dir().remove_dir_all(&self.folder);
    }

    /// Clears up: the staging folder, and folders that the change left empty.
    pub fn finish(self, steps: &[&Step]) {
        let _ = self.base.dir().remove_dir_all(&self.folder);
        for step in steps.iter().filter(|step| step.after.is_none()) {
            let mut folder = step.path.parent();
            while let Some(empty) =
                folder.filter(|folder| self.base.dir().remove_dir(folder.as_str()).is_ok())
            {
                folder = empty.parent();
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Create,
    Fail,
}

/// A name in the staging folder that no other step has.
fn name_of(step: &Step) -> String {
    policy::blob::sha256(step.path.as_str().as_bytes())
}

/// Renames onto a name that must be free.
#[cfg(target_os = "linux")]
fn rename_new(from_dir: &Dir, from: &str, to_dir: &Dir, to: &str) -> io::Result<()> {
    use rustix::fs::{RenameFlags, renameat_with};
    match renameat_with(from_dir, from, to_dir, to, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            rename_checked(from_dir, from, to_dir, to)
        }
        done => Ok(done?),
    }
}

#[cfg(not(target_os = "linux"))]
fn rename_new(from_dir: &Dir, from: &str, to_dir: &Dir, to: &str) -> io::Result<()> {
    rename_checked(from_dir, from, to_dir, to)
}

/// As above where the file system has no such rename.
fn rename_checked(from_dir: &Dir, from: &str, to_dir: &Dir, to: &str) -> io::Result<()> {
    match to_dir.symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => from_dir.rename(from, to_dir, to),
    }
}

/// Exchanges two files in one step.
#[cfg(target_os = "linux")]
fn exchange(one_dir: &Dir, one: &str, other_dir: &Dir, other: &str) -> io::Result<()> {
    use rustix::fs::{RenameFlags, renameat_with};
    match renameat_with(one_dir, one, other_dir, other, RenameFlags::EXCHANGE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            exchange_in_turn(one_dir, one, other_dir, other)
        }
        done => Ok(done?),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(one_dir: &Dir, one: &str, other_dir: &Dir, other: &str) -> io::Result<()> {
    exchange_in_turn(one_dir, one, other_dir, other)
}

/// As above where the file system can't: the other file keeps its name until the
/// moment at which it is replaced.
fn exchange_in_turn(one_dir: &Dir, one: &str, other_dir: &Dir, other: &str) -> io::Result<()> {
    let aside = PathBuf::from(format!("{one}.aside"));
    other_dir.hard_link(other, one_dir, &aside)?;
    one_dir.rename(one, other_dir, other)?;
    one_dir.rename(&aside, one_dir, one)
}
