use std::{
    io,
    path::{Path, PathBuf},
};

use cap_std::{ambient_authority, fs::Dir};
use policy::Code;

use super::input;
use crate::KernelError;

const POINTER_BYTES_MAX: u64 = 16 * 1024;
const ALTERNATES_BYTES_MAX: u64 = 64 * 1024;

/// A repository of the user's, whose configuration is never read.
#[derive(Debug)]
pub(super) struct Repository {
    root: PathBuf,
    /// What belongs to this working tree: `HEAD` and the index.
    own: Dir,
    /// What all its working trees share: references and objects.
    common: Dir,
    common_path: PathBuf,
}

impl Repository {
    /// Opens the repository whose working tree is `root`; `None` for a plain folder.
    pub fn open(root: &Path) -> Result<Option<Self>, KernelError> {
        let root = root.canonicalize().map_err(KernelError::io("resolve", root.display()))?;
        let faulty = |error: io::Error| unusable(&root, &format!("can't be looked at: {error}"));
        let tree = Dir::open_ambient_dir(&root, ambient_authority()).map_err(faulty)?;
        let Some(metadata) = input::look(&tree, ".git").map_err(faulty)? else { return Ok(None) };
        let opened = match (metadata.is_symlink(), metadata.is_dir(), metadata.is_file()) {
            (true, ..) => Err(unusable(&root, "is a symbolic link\nhint: put the repository itself there")),
            (_, true, _) => Self::plain(root.clone(), &tree),
            (.., true) => Self::linked(root.clone(), &tree),
            _ => Err(unusable(&root, "is neither a folder nor a file")),
        };
        opened?.vetted().map(Some)
    }

    /// The same where a commit is to be made: a plain folder won't do.
    pub fn needed(root: &Path) -> Result<Self, KernelError> {
        Self::open(root)?.ok_or_else(|| unusable(root, "is missing"))
    }

    fn plain(root: PathBuf, tree: &Dir) -> Result<Self, KernelError> {
        let open =
            || tree.open_dir(".git").map_err(|error| unusable(&root, &format!("can't be opened: {error}")));
        let (own, common) = (open()?, open()?);
        let path = root.join(".git");
        // Git would take references and objects from wherever this file points to.
        if input::look(&own, "commondir").is_ok_and(|found| found.is_none()) {
            return Ok(Self { common_path: path, root, own, common });
        }
        Err(unusable(&root, "has a `commondir`, and is not that of a linked working tree"))
    }

    /// A working tree that `git worktree add` made: a file names a folder within the
    /// repository, and that folder names the file.
    fn linked(root: PathBuf, tree: &Dir) -> Result<Self, KernelError> {
        let foreign = || {
            unusable(
                &root,
                "is a file that leads to no working tree of `git worktree`\nhint: a submodule is worked on in a clone of its own",
            )
        };
        let text = input::read_text(tree, ".git", POINTER_BYTES_MAX).ok().flatten();
        let target = text.as_ref().and_then(|text| text.strip_prefix("gitdir: ")).ok_or_else(foreign)?;
        let own_path = root.join(target).canonicalize().map_err(|_| foreign())?;
        let own = Dir::open_ambient_dir(&own_path, ambient_authority()).map_err(|_| foreign())?;
        let pointed = |name: &str| {
            let text = input::read_text(&own, name, POINTER_BYTES_MAX).ok().flatten()?;
            own_path.join(text).canonicalize().ok()
        };
        let worktrees =
            own_path.parent().filter(|above| above.file_name().is_some_and(|name| name == "worktrees"));
        let above = worktrees.and_then(Path::parent).ok_or_else(foreign)?;
        let back = pointed("gitdir").is_some_and(|path| path == root.join(".git"));
        if !back || pointed("commondir").is_none_or(|path| path != above) {
            return Err(foreign());
        }
        let common_path = above.to_owned();
        let common = Dir::open_ambient_dir(&common_path, ambient_authority()).map_err(|_| foreign())?;
        Ok(Self { root, own, common, common_path })
    }

    /// Refuses what would have to be trusted, or can't be read without the configuration.
    fn vetted(self) -> Result<Self, KernelError> {
        let looked = |dir: &Dir, path: &str| {
            input::look(dir, path)
                .map_err(|error| unusable(&self.root, &format!("can't be looked at: {error}")))
        };
        let head = looked(&self.own, "HEAD")?;
        let folders = ["objects", "objects/pack", "objects/info", "refs", "refs/heads"];
        if head.is_none()
            || looked(&self.common, "objects")?.is_none()
            || looked(&self.common, "refs")?.is_none()
        {
            return Err(unusable(&self.root, "is no repository"));
        }
        if looked(&self.common, "reftable")?.is_some() {
            return Err(unusable(
                &self.root,
                "keeps its references as a reftable\nhint: `git refs migrate --ref-format=files` changes that",
            ));
        }
        for folder in folders {
            if looked(&self.common, folder)?.is_some_and(|metadata| !metadata.is_dir()) {
                return Err(unusable(&self.root, &format!("has a `{folder}` that is no folder of its own")));
            }
        }
        self.refuse_alternates()?;
        self.refuse_odd_packs()?;
        Ok(self)
    }

    /// Objects of another repository could be anybody's, and would leave with a push.
    fn refuse_alternates(&self) -> Result<(), KernelError> {
        let found = input::read(&self.common, "objects/info/alternates", ALTERNATES_BYTES_MAX);
        match found {
            Ok(None) => Ok(()),
            Ok(Some(text)) if text.iter().all(u8::is_ascii_whitespace) => Ok(()),
            _ => Err(unusable(
                &self.root,
                "borrows objects of another repository (`objects/info/alternates`)\nhint: `git repack -a -d` followed by the removal of that file makes it whole",
            )),
        }
    }

    /// Git opens packs as they come, and would wait for ever for a pipe among them.
    fn refuse_odd_packs(&self) -> Result<(), KernelError> {
        for folder in ["objects/pack", "objects/info"] {
            let Ok(entries) = self.common.read_dir(folder) else { continue };
            let is_odd = |kind: cap_std::fs::FileType| !kind.is_file() && !kind.is_dir();
            let odd = entries.flatten().find(|entry| entry.file_type().is_ok_and(is_odd));
            if let Some(entry) = odd {
                let name = entry.file_name();
                let what = format!(
                    "has a `{folder}/{}` that is no plain file",
                    name.to_string_lossy().escape_debug()
                );
                return Err(unusable(&self.root, &what));
            }
        }
        Ok(())
    }

    /// Refuses objects that are links: they would be those of another repository, and leave
    /// with a push. Git would wait for ever for a pipe among them.
    pub fn refuse_odd_objects(&self) -> Result<(), KernelError> {
        let odd = |name: String| {
            let name = name.escape_debug();
            Err(unusable(&self.root, &format!("has an `objects/{name}` that is no plain folder or file")))
        };
        let Ok(folders) = self.common.read_dir("objects") else { return Ok(()) };
        for folder in folders.flatten() {
            let name = folder.file_name().to_string_lossy().into_owned();
            if name.len() != 2 || !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                continue;
            }
            match folder.file_type() {
                Ok(kind) if kind.is_dir() => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                _ => return odd(name),
            }
            let objects = match folder.open_dir().and_then(|folder| folder.entries()) {
                Ok(objects) => objects,
                // Git packs objects in the background, and takes their folders away.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(_) => return odd(name),
            };
            let is_odd = |kind: cap_std::fs::FileType| !kind.is_file();
            if let Some(object) = objects.flatten().find(|object| object.file_type().is_ok_and(is_odd)) {
                return odd(format!("{name}/{}", object.file_name().to_string_lossy()));
            }
        }
        Ok(())
    }

    /// The working tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What belongs to this working tree.
    pub fn own(&self) -> &Dir {
        &self.own
    }

    /// What all working trees share.
    pub fn common(&self) -> &Dir {
        &self.common
    }

    /// Where that is.
    pub fn common_path(&self) -> &Path {
        &self.common_path
    }

    /// An error about this repository.
    pub fn unusable(&self, what: &str) -> KernelError {
        unusable(&self.root, what)
    }
}

fn unusable(root: &Path, what: &str) -> KernelError {
    KernelError::new(Code::RepositoryUnusable, format!("the `.git` of `{}` {what}", root.display()))
}
