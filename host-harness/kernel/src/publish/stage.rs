//! The staging folder: filled first, then swapped in file by file. It lies in the folder
//! of the run where that is on the same file system, and else beside the files.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    rc::Rc,
};

use agent_contract::{RepoPath, operation::FileMode};
use cap_std::{
    ambient_authority,
    fs::{Dir, OpenOptions},
};
use policy::Code;

use super::{Journal, Step};
use crate::{KernelError, workspace::Base};

/// The staging folder in the folder of a run.
const APART: &str = "stage";
/// Folders that are held open at the same time.
const PARENTS_MAX: usize = 256;

pub(super) struct Stage<'a> {
    base: &'a Base,
    folder: PathBuf,
    dir: Dir,
    ready: Vec<Ready>,
    /// Whether not even the first could be renamed from here.
    pub crosses: bool,
    /// How many of them are swapped in, from the first on.
    swapped: usize,
    parents: BTreeMap<RepoPath, Rc<Dir>>,
    /// Files that a step takes away.
    to_go: BTreeSet<RepoPath>,
}

/// A step with everything at hand, so that nothing but renames is left to do.
struct Ready {
    step: Step,
    /// Its name in the staging folder.
    name: String,
    parent: Parent,
    target: String,
}

/// The folder of a step's file.
enum Parent {
    Open(Rc<Dir>),
    /// It is there, and opened at the last moment: too many are open already, or it is the root.
    Known,
    /// It is made at the last moment, with these above it, the innermost first: a file may
    /// have to be gone before, and a kill leaves no empty folders.
    Unmade(Vec<RepoPath>),
}

impl<'a> Stage<'a> {
    /// A staging folder in the folder of the run; `None` where no file can be renamed
    /// from there into the working tree.
    pub fn apart(base: &'a Base, run_folder: &Path) -> Option<Self> {
        if !same_file_system(base.root(), run_folder) {
            return None;
        }
        Self::create(base, run_folder.join(APART)).ok()
    }

    /// A staging folder beside the files.
    pub fn beside(base: &'a Base, journal: &Journal) -> Result<Self, KernelError> {
        let folder = folder_beside(base, journal);
        let fail = KernelError::io("create", folder.display().to_string());
        Self::create(base, folder).map_err(fail)
    }

    fn create(base: &'a Base, folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir(&folder)?;
        let dir = Dir::open_ambient_dir(&folder, ambient_authority())?;
        Ok(Self {
            base,
            folder,
            dir,
            ready: Vec::new(),
            crosses: false,
            swapped: 0,
            parents: BTreeMap::new(),
            to_go: BTreeSet::new(),
        })
    }

    /// Clears away what an attempt that was killed left: content comes from the payloads.
    /// What came out for a step that is done, and is not what it was before, is somebody's.
    pub fn clear(
        base: &Base,
        journal: &Journal,
        run_folder: &Path,
        done: &[&Step],
    ) -> Result<(), KernelError> {
        for folder in [run_folder.join(APART), folder_beside(base, journal)] {
            let came_out = |step: &Step| std::fs::read(folder.join(name_of(step))).ok();
            let is_kept = |step: &Step, bytes: &[u8]| {
                step.before.as_ref().is_some_and(|before| before.sha256 == policy::blob::sha256(bytes))
            };
            let odd = done.iter().find(|step| came_out(step).is_some_and(|bytes| !is_kept(step, &bytes)));
            if let Some(step) = odd {
                let message = format!(
                    "`{}` was changed while the change was placed, and is kept in `{}`\nhint: put it where it belongs, remove that file, and recover again",
                    step.path,
                    folder.join(name_of(step)).display()
                );
                return Err(KernelError::new(Code::BaseMoved, message));
            }
            let _ = std::fs::remove_dir_all(&folder);
        }
        Ok(())
    }

    /// Makes everything ready for a step: the content, the folder that it goes to.
    pub fn prepare(&mut self, step: &Step, payloads: &Path) -> Result<(), KernelError> {
        let prepared = self.fill(step, payloads).and_then(|()| self.parent(step));
        let parent = prepared.map_err(KernelError::io("stage", &step.path))?;
        let target = step.path.components().next_back().unwrap_or_default().to_owned();
        if step.after.is_none() {
            self.to_go.insert(step.path.clone());
        }
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
        use cap_std::fs::{MetadataExt as _, Permissions, PermissionsExt as _};
        let root = self.base.dir();
        let at = |path: &RepoPath| root.symlink_metadata(path.as_str()).ok();
        let held = at(&step.path).or_else(|| step.from.as_ref().and_then(at));
        if let Some(like) = held.clone().or_else(|| nearest(root, &step.path)) {
            // Root keeps the owner; who may not give files away keeps their own.
            let _ = std::os::unix::fs::fchown(file, Some(like.uid()), Some(like.gid()));
        }
        let fresh = file.metadata()?.permissions().mode();
        let bits = held.map_or(fresh, |held| held.permissions().mode()) & 0o777;
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
    fn parent(&mut self, step: &Step) -> io::Result<Parent> {
        let Some(parent) = step.path.parent() else { return Ok(Parent::Known) };
        if let Some(open) = self.parents.get(&parent) {
            return Ok(Parent::Open(open.clone()));
        }
        let above: Vec<_> = std::iter::successors(Some(parent.clone()), RepoPath::parent).collect();
        let is_folder =
            |folder: &RepoPath| self.base.dir().metadata(folder.as_str()).is_ok_and(|found| found.is_dir());
        let goes =
            |folder: &RepoPath| self.to_go.contains(folder) || !self.base.dir().exists(folder.as_str());
        let missing: Vec<_> = above.into_iter().take_while(|folder| !is_folder(folder)).collect();
        if step.before.is_none() && !missing.is_empty() && missing.iter().all(goes) {
            return Ok(Parent::Unmade(missing));
        }
        let open = Rc::new(self.base.dir().open_dir(parent.as_str())?);
        if self.parents.len() >= PARENTS_MAX {
            return Ok(Parent::Known);
        }
        self.parents.insert(parent, open.clone());
        Ok(Parent::Open(open))
    }

    /// Swaps everything in, one rename a file, and only then compares what came out with
    /// what had to be there: a change that was made at the last moment is put back, not
    /// overwritten.
    pub fn swap(&mut self) -> Result<(), KernelError> {
        for ready in &self.ready {
            match ready.swap(&self.dir, self.base.dir()) {
                Ok(()) => self.swapped += 1,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(ready.step.moved()),
                Err(error) => {
                    self.crosses = self.swapped == 0 && error.kind() == io::ErrorKind::CrossesDevices;
                    return Err(KernelError::io("place", &ready.step.path)(error));
                }
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
                "{}; `{path}` can't be put back and is kept in `{}`",
                error.message,
                folder.join(&ready.name).display()
            );
            return KernelError::new(error.code, message);
        }
        let _ = std::fs::remove_dir_all(&self.folder);
        error
    }

    /// Clears up: the staging folder, and folders that the change left empty.
    pub fn finish(self, journal: &Journal) {
        let _ = std::fs::remove_dir_all(&self.folder);
        for step in journal.steps.iter().filter(|step| step.after.is_none()) {
            let mut folder = step.path.parent();
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
            (None, Some(_)) => {
                rename_new(&parent, &self.target, stage, &self.name)?;
                self.unmake_parent(root);
                Ok(())
            }
            (Some(_), Some(_)) => exchange(stage, &self.name, &parent, &self.target),
            (Some(_), None) => rename_new(stage, &self.name, &parent, &self.target),
            (None, None) => Ok(()),
        }
    }

    fn parent(&self, root: &Dir) -> io::Result<Rc<Dir>> {
        let folder = self.step.path.parent();
        match &self.parent {
            Parent::Open(open) => return Ok(open.clone()),
            Parent::Known => {}
            Parent::Unmade(missing) => missing.iter().rev().try_for_each(|folder| make(root, folder))?,
        }
        root.open_dir(folder.as_ref().map_or(".", RepoPath::as_str)).map(Rc::new)
    }

    /// Removes the folders that were made at the last moment.
    fn unmake_parent(&self, root: &Dir) {
        if let Parent::Unmade(missing) = &self.parent {
            // One that holds another file goes with that.
            missing.iter().all(|folder| root.remove_dir(folder.as_str()).is_ok());
        }
    }

    /// Whether what was swapped out is what had to be there.
    fn came_out(&self, stage: &Dir) -> bool {
        let Some(before) = &self.step.before else { return true };
        stage.read(&self.name).is_ok_and(|bytes| policy::blob::sha256(&bytes) == before.sha256)
    }
}

/// The folder that is there, next above a path.
#[cfg(unix)]
fn nearest(root: &Dir, path: &RepoPath) -> Option<cap_std::fs::Metadata> {
    let above = std::iter::successors(path.parent(), RepoPath::parent);
    let found = above.into_iter().find_map(|folder| root.metadata(folder.as_str()).ok());
    found.or_else(|| root.dir_metadata().ok())
}

/// Makes a folder that belongs to whom the one above it belongs to.
#[cfg(unix)]
fn make(root: &Dir, folder: &RepoPath) -> io::Result<()> {
    use cap_std::fs::MetadataExt as _;
    let like = nearest(root, folder);
    match root.create_dir(folder.as_str()) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    if let (Some(like), Ok(made)) = (like, root.open_dir(folder.as_str())) {
        let _ = std::os::unix::fs::fchown(&made, Some(like.uid()), Some(like.gid()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn make(root: &Dir, folder: &RepoPath) -> io::Result<()> {
    match root.create_dir(folder.as_str()) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

fn folder_beside(base: &Base, journal: &Journal) -> PathBuf {
    base.root().join(format!(".code-assist-{}", journal.run_id))
}

#[cfg(unix)]
fn same_file_system(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &Path| path.metadata().map(|found| found.dev()).ok();
    device(one).is_some() && device(one) == device(other)
}

#[cfg(not(unix))]
fn same_file_system(_: &Path, _: &Path) -> bool {
    false
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
