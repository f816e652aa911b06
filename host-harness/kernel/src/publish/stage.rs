//! The staging folder beside the files: filled first, then swapped in file by file.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    rc::Rc,
};

use agent_contract::{RepoPath, operation::FileMode};
use cap_std::fs::{Dir, OpenOptions};

use super::{Journal, Step};
use crate::{KernelError, workspace::Base};

/// Folders that are held open at the same time.
const PARENTS_MAX: usize = 256;

pub(super) struct Stage<'a> {
    base: &'a Base,
    folder: String,
    dir: Dir,
    ready: Vec<Ready>,
    /// How many of them are swapped in, from the first on.
    swapped: usize,
    /// Folders that were made for new files, the outermost first.
    made: Vec<RepoPath>,
    parents: BTreeMap<RepoPath, Rc<Dir>>,
}

/// A step with everything at hand, so that nothing but renames is left to do.
struct Ready {
    step: Step,
    /// Its name in the staging folder.
    name: String,
    /// Its folder; opened at the last moment where too many are open already.
    parent: Option<Rc<Dir>>,
    target: String,
}

impl<'a> Stage<'a> {
    pub fn create(base: &'a Base, journal: &Journal) -> Result<Self, KernelError> {
        let folder = format!(".code-assist-{}", journal.run_id);
        let fail = || KernelError::io("create", base.root().join(&folder).display().to_string());
        // What an earlier attempt left behind is of no use: content comes from the payloads.
        let _ = base.dir().remove_dir_all(&folder);
        base.dir().create_dir(&folder).map_err(fail())?;
        let dir = base.dir().open_dir(&folder).map_err(fail())?;
        Ok(Self {
            base,
            folder,
            dir,
            ready: Vec::new(),
            swapped: 0,
            made: Vec::new(),
            parents: BTreeMap::new(),
        })
    }

    /// Makes everything ready for a step: the content, the folder that it goes to.
    pub fn prepare(&mut self, step: &Step, payloads: &Path) -> Result<(), KernelError> {
        let prepared = self.fill(step, payloads).and_then(|()| self.parent(step));
        let parent = prepared.map_err(KernelError::io("stage", &step.path))?;
        let target = step.path.components().next_back().unwrap_or_default().to_owned();
        self.ready.push(Ready { step: step.clone(), name: name_of(step), parent, target });
        Ok(())
    }

    fn fill(&self, step: &Step, payloads: &Path) -> io::Result<()> {
        let Some(after) = &step.after else { return Ok(()) };
        let bytes = std::fs::read(payloads.join(&after.sha256))?;
        if policy::blob::sha256(&bytes) != after.sha256 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the content is not what was recorded"));
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let mut file = self.dir.open_with(name_of(step), &options)?;
        io::Write::write_all(&mut file, &bytes)?;
        self.set_mode(&file, step, after.mode)?;
        file.sync_all()
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

    /// The folder of a step's file; made where a new file needs it.
    fn parent(&mut self, step: &Step) -> io::Result<Option<Rc<Dir>>> {
        let Some(parent) = step.path.parent() else { return Ok(None) };
        if let Some(open) = self.parents.get(&parent) {
            return Ok(Some(open.clone()));
        }
        let above = std::iter::successors(Some(parent.clone()), RepoPath::parent);
        let missing: Vec<_> = above.take_while(|folder| !self.base.dir().exists(folder.as_str())).collect();
        for folder in missing.into_iter().rev().filter(|_| step.before.is_none()) {
            self.base.dir().create_dir(folder.as_str())?;
            self.made.push(folder);
        }
        let open = Rc::new(self.base.dir().open_dir(parent.as_str())?);
        if self.parents.len() >= PARENTS_MAX {
            return Ok(None);
        }
        self.parents.insert(parent, open.clone());
        Ok(Some(open))
    }

    /// Swaps everything in, one rename a file, and only then compares what came out with
    /// what had to be there: a change that was made at the last moment is put back, not
    /// overwritten.
    pub fn swap(&mut self) -> Result<(), KernelError> {
        for ready in &self.ready {
            match ready.swap(&self.dir, self.base.dir()) {
                Ok(()) => self.swapped += 1,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(ready.step.moved()),
                Err(error) => return Err(KernelError::io("place", &ready.step.path)(error)),
            }
        }
        match self.ready.iter().find(|ready| !ready.came_out(&self.dir)) {
            None => Ok(()),
            Some(ready) => Err(ready.step.moved()),
        }
    }

    /// Takes every swap back, the last one first. What can't be taken back is kept.
    pub fn undo(self, error: KernelError) -> KernelError {
        let swapped = self.ready[..self.swapped].iter().rev();
        let kept: Vec<_> = swapped.filter(|ready| ready.undo(&self.dir, self.base.dir()).is_err()).collect();
        if let Some(ready) = kept.first() {
            let (path, folder) = (&ready.step.path, &self.folder);
            let message = format!(
                "{}; `{path}` can't be put back and is kept in `{folder}/{}`",
                error.message, ready.name
            );
            return KernelError::new(error.code, message);
        }
        let _ = self.base.dir().remove_dir_all(&self.folder);
        for folder in self.made.iter().rev() {
            let _ = self.base.dir().remove_dir(folder.as_str());
        }
        error
    }

    /// Clears up: the staging folder, and folders that the change left empty.
    pub fn finish(self) {
        let _ = self.base.dir().remove_dir_all(&self.folder);
        for ready in self.ready.iter().filter(|ready| ready.step.after.is_none()) {
            let mut folder = ready.step.path.parent();
            while let Some(empty) =
                folder.filter(|folder| self.base.dir().remove_dir(folder.as_str()).is_ok())
            {
                folder = empty.parent();
            }
        }
    }
}

impl Ready {
    fn swap(&self, stage: &Dir, root: &Dir) -> io::Result<()> {
        let parent = self.parent(root)?;
        match (&self.step.before, &self.step.after) {
            (None, Some(_)) => rename_new(stage, &self.name, &parent, &self.target),
            (Some(_), Some(_)) => exchange(stage, &self.name, &parent, &self.target),
            (Some(_), None) => rename_new(&parent, &self.target, stage, &self.name),
            (None, None) => Ok(()),
        }
    }

    fn undo(&self, stage: &Dir, root: &Dir) -> io::Result<()> {
        let parent = self.parent(root)?;
        match (&self.step.before, &self.step.after) {
            (None, Some(_)) => rename_new(&parent, &self.target, stage, &self.name),
            (Some(_), Some(_)) => exchange(stage, &self.name, &parent, &self.target),
            (Some(_), None) => rename_new(stage, &self.name, &parent, &self.target),
            (None, None) => Ok(()),
        }
    }

    fn parent(&self, root: &Dir) -> io::Result<Rc<Dir>> {
        match (&self.parent, self.step.path.parent()) {
            (Some(open), _) => Ok(open.clone()),
            (None, Some(folder)) => root.open_dir(folder.as_str()).map(Rc::new),
            (None, None) => root.try_clone().map(Rc::new),
        }
    }

    /// Whether what was swapped out is what had to be there.
    fn came_out(&self, stage: &Dir) -> bool {
        let Some(before) = &self.step.before else { return true };
        stage.read(&self.name).is_ok_and(|bytes| policy::blob::sha256(&bytes) == before.sha256)
    }
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
