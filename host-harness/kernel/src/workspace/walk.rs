//! The files of a workspace that are its own: what git ignores and does not track, and what
//! lies in another repository, is not.

use std::{collections::BTreeMap, sync::OnceLock};

use agent_contract::RepoPath;
use cap_std::fs::Metadata;
use policy::Code;

use super::Workspace;
use crate::{KernelError, git, secret::ignored::rules::Rules};

/// How a file looks.
#[derive(Debug)]
pub(crate) enum Look {
    /// As the base has it.
    Base(Metadata),
    /// It was written in this run, with this many bytes.
    Written(u64),
}

/// What is done about files that git tracks though its rules ignore them: to know them, it
/// has to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tracked {
    /// They are found.
    Asked,
    /// They are passed over.
    Passed,
}

/// Those files, once they had to be known.
pub(super) type Known = OnceLock<Vec<RepoPath>>;

type Files = BTreeMap<RepoPath, Look>;

/// A folder that is still to be looked into, with the rules that hold in it.
struct Folder {
    path: String,
    rules: Rules,
}

impl Workspace {
    /// The files in a folder, or the one file that `within` names, by path.
    pub(crate) fn own_files(
        &self,
        within: Option<&RepoPath>,
        tracked: Tracked,
    ) -> Result<Files, KernelError> {
        let within = within.map(|within| self.base.resolve(within)).transpose()?;
        let (mut found, passed) = self.base_files(within.as_ref());
        if passed && tracked == Tracked::Asked {
            self.add_tracked(within.as_ref(), &mut found);
        }
        for (path, bytes) in self.written() {
            let is_within = within.as_ref().is_none_or(|within| path.is_within(within));
            match bytes {
                Some(bytes) if is_within => drop(found.insert(path.clone(), Look::Written(bytes))),
                _ => drop(found.remove(path)),
            }
        }
        match within {
            Some(within) if found.is_empty() && !self.is_there(&within) => Err(KernelError::new(
                Code::FileKind,
                format!("`{within}` is neither a folder nor a file here"),
            )),
            _ => Ok(found),
        }
    }

    fn is_there(&self, path: &RepoPath) -> bool {
        self.base.metadata(path).is_ok_and(|found| found.is_some())
    }

    fn add_tracked(&self, within: Option<&RepoPath>, found: &mut Files) {
        let known = self.tracked.get_or_init(|| {
            let told = git::tracked_though_ignored(self.base.root()).ok().flatten().unwrap_or_default();
            told.iter().filter_map(|path| RepoPath::parse(path).ok()).collect()
        });
        for path in known.iter().filter(|path| within.is_none_or(|within| path.is_within(within))) {
            let metadata = self.base.dir.symlink_metadata(path.as_str()).ok().filter(Metadata::is_file);
            found.extend(metadata.map(|metadata| (path.clone(), Look::Base(metadata))));
        }
    }

    /// The files, and whether anything was passed over.
    fn base_files(&self, within: Option<&RepoPath>) -> (Files, bool) {
        let (mut found, mut passed) = (Files::new(), false);
        let top = Folder { path: String::new(), rules: Rules::top(&self.base.dir) };
        let mut pending: Vec<_> = match within {
            None => vec![top],
            Some(within) => self.led_to(within, top, &mut found).into_iter().collect(),
        };
        passed |= pending.is_empty() && found.is_empty();
        while let Some(folder) = pending.pop() {
            passed |= self.look_into(&folder, &mut found, &mut pending);
        }
        (found, passed)
    }

    /// The folder that a path names, unless a folder on the way is not ours; a file is found
    /// at once.
    fn led_to(&self, within: &RepoPath, top: Folder, found: &mut Files) -> Option<Folder> {
        let mut folder = top;
        for name in within.components() {
            let path = joined(&folder.path, name);
            let metadata = self.base.dir.symlink_metadata(&path).ok()?;
            if folder.rules.ignore(&path, metadata.is_dir()) {
                return None;
            }
            if !metadata.is_dir() {
                let is_it = metadata.is_file() && path == within.as_str();
                found.extend(is_it.then(|| taken(&path, metadata)).flatten());
                return None;
            }
            folder = self.beneath(&folder, path);
        }
        Some(folder)
    }

    fn beneath(&self, folder: &Folder, path: String) -> Folder {
        Folder { rules: folder.rules.within(&self.base.dir, &path), path }
    }

    /// Whether anything in the folder is passed over.
    fn look_into(&self, folder: &Folder, found: &mut Files, pending: &mut Vec<Folder>) -> bool {
        let place = if folder.path.is_empty() { "." } else { &folder.path };
        let Ok(entries) = self.base.dir.read_dir(place) else { return false };
        let mut passed = false;
        let entries: Vec<_> = entries
            .flatten()
            .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry)))
            .collect();
        if !folder.path.is_empty() && entries.iter().any(|(name, _)| name == ".git") {
            return false;
        }
        for (name, entry) in entries.into_iter().filter(|(name, _)| name != ".git") {
            let (path, Ok(kind)) = (joined(&folder.path, &name), entry.file_type()) else { continue };
            if folder.rules.ignore(&path, kind.is_dir()) {
                passed = true;
                continue;
            }
            if kind.is_dir() {
                pending.push(self.beneath(folder, path));
            } else if kind.is_file() {
                found.extend(entry.metadata().ok().and_then(|metadata| taken(&path, metadata)));
            }
        }
        passed
    }
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn taken(path: &str, metadata: Metadata) -> Option<(RepoPath, Look)> {
    Some((RepoPath::parse(path).ok()?, Look::Base(metadata)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, path::Path, process::Command};

    use super::*;

    fn workspace(root: &Path) -> Workspace {
        Workspace::open(root, &policy::config::Limits::default()).unwrap()
    }

    fn found(workspace: &Workspace, within: Option<&str>, tracked: Tracked) -> Vec<String> {
        let within = within.map(|within| RepoPath::parse(within).unwrap());
        let files = workspace.own_files(within.as_ref(), tracked).unwrap();
        files.into_keys().map(|path| path.to_string()).collect()
    }

    fn git(root: &Path, words: &[&str]) {
        assert!(Command::new("git").current_dir(root).args(words).status().unwrap().success());
    }

    #[test]
    fn what_is_ignored_linked_or_anothers_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (path, text) in [
            (".gitignore", "private/\n*.log\n"),
            ("a.rs", ""),
            ("src/b.rs", ""),
            ("src/c.log", ""),
            ("src/.gitignore", "!c.log\n"),
            ("private/plan.txt", ""),
            ("private/kept.rs", ""),
            ("another/.git", "gitdir: elsewhere\n"),
            ("another/d.rs", ""),
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        std::os::unix::fs::symlink("/etc", root.join("link")).unwrap();
        git(root, &["init", "-q", "."]);
        git(root, &["add", "-f", "private/kept.rs"]);
        let workspace = workspace(root);
        let own = [".gitignore", "a.rs", "src/.gitignore", "src/b.rs", "src/c.log"];
        assert_eq!(found(&workspace, None, Tracked::Passed), own);
        let all = [".gitignore", "a.rs", "private/kept.rs", "src/.gitignore", "src/b.rs", "src/c.log"];
        assert_eq!(found(&workspace, None, Tracked::Asked), all);
        for (within, expected) in [
            ("src/b.rs", &["src/b.rs"][..]),
            ("private", &["private/kept.rs"]),
            ("private/kept.rs", &["private/kept.rs"]),
            ("private/plan.txt", &[]),
            ("another", &[]),
        ] {
            assert_eq!(found(&workspace, Some(within), Tracked::Asked), expected, "{within}");
        }
        for within in ["none", "link", "link/hostname"] {
            let within = RepoPath::parse(within).unwrap();
            assert!(workspace.own_files(Some(&within), Tracked::Asked).is_err(), "{within}");
        }
    }

    #[test]
    fn a_pipe_in_the_place_of_rules_holds_up_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rs"), "").unwrap();
        let made = Command::new("mkfifo").arg(folder.path().join(".gitignore")).status().unwrap();
        assert!(made.success());
        assert_eq!(found(&workspace(folder.path()), None, Tracked::Passed), ["a.rs"]);
    }
}
