use std::collections::{BTreeMap, BTreeSet};

use agent_contract::{
    RepoPath,
    check::{FIXED_BYTES_MAX, FIXED_FILES_MAX, FixedFile},
    fault::shown,
    operation::{FileMode, Operation},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use cap_std::{ambient_authority, fs::Dir};
use policy::{Blob, Code};

use super::{Before, Kind, Note, Tree, Wrote};
use crate::{
    KernelError, Workspace,
    secret::ignored::rules::{self, Rules},
    workspace::EntryKind,
};

/// How many things that are not handed over are told one by one.
const TOLD_MAX: usize = 20;

/// What a check made of the workspace, as far as the agent can write it itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fixes {
    /// The files, by path: an edit set that applies as a whole.
    pub files: Vec<FixedFile>,
    /// What is not handed over and why, a line each.
    pub told: Vec<String>,
}

/// Refuses a file by its path and its content, or lets it pass.
pub type Refuse<'a> = dyn Fn(&RepoPath, &[u8]) -> Result<(), KernelError> + 'a;

/// On which terms something is handed over.
pub struct Terms<'a> {
    /// Whether a file may be seen.
    pub shows: &'a dyn Fn(&RepoPath) -> bool,
    /// Refuses all of it because of one file.
    pub refuse: &'a Refuse<'a>,
}

impl Workspace {
    /// Looks at a copy of the workspace, before a check writes to it.
    pub fn before(&self, copy: &std::path::Path) -> Result<Before, KernelError> {
        let failed = || KernelError::io("look at", copy.display());
        let dir = Dir::open_ambient_dir(copy, ambient_authority()).map_err(failed())?;
        let exclude = rules::exclude(&self.base.dir);
        let tree = Tree { dir, kind: Kind::Whole, exclude, left_out: Vec::new() };
        Before::of(tree).map_err(|why| failed()(std::io::Error::other(why)))
    }

    /// What of a check's writing the agent can write itself: what git takes, may be seen, and
    /// `write` would do. The workspace stays as it is.
    pub fn fixes(&mut self, wrote: Wrote, terms: &Terms) -> Result<Fixes, KernelError> {
        let notes = match wrote {
            Wrote::Noted(notes) => Left::parse(notes)?,
            Wrote::TooMuch(what) => return Err(too_much(&what)),
            Wrote::Unseen(why) => {
                let message = format!("what the check wrote can't be looked at: {why}");
                return Err(KernelError::new(Code::KernelFailed, message));
            }
        };
        let before = (self.overlay.clone(), self.operations);
        let trial = self.try_out(notes, terms);
        (self.overlay, self.operations) = before;
        trial?.offer(terms)
    }

    /// Does what the check did, to see what of it can be done.
    fn try_out(&mut self, notes: Left, terms: &Terms) -> Result<Trial, KernelError> {
        let mut trial = Trial { passed: notes.passed.clone(), ..Trial::default() };
        let (shown, hidden): (BTreeSet<_>, BTreeSet<_>) =
            self.gone(&notes).into_iter().partition(|path| (terms.shows)(path));
        trial.hidden += hidden.len();
        for path in shown {
            match self.delete(path.clone()) {
                Ok(_) => {
                    (terms.refuse)(&path, &[])?;
                    trial.done.insert(path.clone(), deleted(path));
                }
                Err(error) if error.code == Code::FileMissing => {}
                Err(error) => drop(trial.passed.insert(path.to_string(), error.message)),
            }
        }
        for (path, (blob, mode)) in notes.written {
            if !(terms.shows)(&path) {
                trial.hidden += 1;
                continue;
            }
            match self.put(path.clone(), blob.clone(), Some(mode)) {
                Ok(operation) if operation.before == operation.after => {}
                Ok(operation) => {
                    (terms.refuse)(&path, blob.bytes())?;
                    trial.bytes += blob.bytes().len() as u64;
                    trial.done.insert(path.clone(), written(path, &blob, &operation));
                }
                Err(error) => drop(trial.passed.insert(path.to_string(), error.message)),
            }
        }
        Ok(trial)
    }

    /// The files of the workspace that are there no more.
    fn gone(&self, notes: &Left) -> BTreeSet<RepoPath> {
        let mut gone = BTreeSet::new();
        let replaced = notes.written.keys().map(|path| (path, false));
        let emptied = notes.emptied.iter().map(|path| (path, true));
        for (path, itself) in replaced.chain(emptied) {
            let is_folder = self.is_real_folder(path);
            gone.extend((itself && !is_folder).then(|| path.clone()));
            if is_folder {
                gone.extend(self.files_beneath(path));
            }
        }
        gone.retain(|path| !notes.written.contains_key(path) && !notes.stays(path));
        gone
    }

    /// Whether a folder stands there that no link leads to.
    fn is_real_folder(&self, path: &RepoPath) -> bool {
        let in_base = || {
            self.base.resolve(path).is_ok_and(|real| real == *path)
                && self.base.metadata(path).is_ok_and(|found| found.is_some_and(|found| found.is_dir()))
        };
        self.overlay.has_beneath(path) || in_base()
    }

    /// The files beneath a folder that git takes.
    fn files_beneath(&self, folder: &RepoPath) -> Vec<RepoPath> {
        let exclude = rules::exclude(&self.base.dir);
        let mut rules = self.rules_within(&Rules::of_clone(exclude.as_deref()), "");
        let above: Vec<_> = std::iter::successors(Some(folder.clone()), RepoPath::parent).collect();
        for folder in above.iter().rev() {
            if rules.ignore(folder.as_str(), true) {
                return Vec::new();
            }
            rules = self.rules_within(&rules, folder.as_str());
        }
        let (mut files, mut left) = (Vec::new(), vec![(folder.clone(), rules)]);
        while let Some((folder, rules)) = left.pop() {
            let names = self.names(Some(&folder)).map(|(names, _)| names).unwrap_or_default();
            let entries = names.into_values();
            for entry in
                entries.filter(|entry| !rules.ignore(entry.path.as_str(), entry.kind == EntryKind::Folder))
            {
                match entry.kind {
                    EntryKind::Folder => {
                        let rules = self.rules_within(&rules, entry.path.as_str());
                        left.push((entry.path, rules));
                    }
                    EntryKind::File | EntryKind::Link => files.push(entry.path),
                }
            }
        }
        files
    }

    fn rules_within(&self, above: &Rules, folder: &str) -> Rules {
        let place = RepoPath::parse(&rules::place(folder)).ok();
        let file = place.and_then(|place| self.glance(&place).ok().flatten());
        let text = file.map(|file| String::from_utf8_lossy(file.blob.bytes()).into_owned());
        above.told(folder, text.as_deref())
    }
}

/// What a check left, sorted.
#[derive(Default)]
struct Left {
    written: BTreeMap<RepoPath, (Blob, FileMode)>,
    /// Where nothing stands that is not noted.
    emptied: BTreeSet<RepoPath>,
    staying: BTreeSet<RepoPath>,
    passed: BTreeMap<String, String>,
}

impl Left {
    fn parse(notes: Vec<Note>) -> Result<Self, KernelError> {
        let mut left = Self::default();
        for note in notes {
            match note {
                Note::File { path, base64, mode } => {
                    let content = BASE64_STANDARD.decode(base64);
                    let content = content.map_err(|error| {
                        let message = format!("the content of `{path}` can't be read: {error}");
                        KernelError::new(Code::KernelFailed, message)
                    })?;
                    left.written.insert(path, (Blob::new(content), mode));
                }
                Note::Gone { path } | Note::Renewed { path } => drop(left.emptied.insert(path)),
                Note::Stays { path } => drop(left.staying.insert(path)),
                Note::Passed { path, why } => {
                    let message = format!("`{}`: {why}", shown(&path));
                    left.passed.insert(path, message);
                }
            }
        }
        Ok(left)
    }

    /// Whether a path, or a folder above it, is known to stay.
    fn stays(&self, path: &RepoPath) -> bool {
        std::iter::successors(Some(path.clone()), RepoPath::parent).any(|path| self.staying.contains(&path))
    }
}

/// Whether something that is not handed over stands at a path or above it.
fn covers(passed: &BTreeMap<String, String>, path: &RepoPath) -> bool {
    std::iter::successors(Some(path.clone()), RepoPath::parent).any(|path| passed.contains_key(path.as_str()))
}

/// What came of doing what the check did.
#[derive(Default)]
struct Trial {
    done: BTreeMap<RepoPath, FixedFile>,
    passed: BTreeMap<String, String>,
    hidden: usize,
    bytes: u64,
}

impl Trial {
    fn offer(mut self, terms: &Terms) -> Result<Fixes, KernelError> {
        // Of what was replaced by something that is not handed over, all stays as it is.
        self.done.retain(|path, file| !(file.deleted && covers(&self.passed, path)));
        if self.done.len() > FIXED_FILES_MAX {
            return Err(too_much(&format!("more than {FIXED_FILES_MAX} files")));
        }
        if self.bytes > FIXED_BYTES_MAX {
            return Err(too_much(&format!("more than {FIXED_BYTES_MAX} bytes")));
        }
        let may_be_told = |path: &String| RepoPath::parse(path).map_or(true, |path| (terms.shows)(&path));
        let all = self.passed.len();
        self.passed.retain(|path, _| may_be_told(path));
        self.hidden += all - self.passed.len();
        let more = self.passed.len().saturating_sub(TOLD_MAX);
        let mut told: Vec<_> = self.passed.into_values().take(TOLD_MAX).collect();
        told.extend((more > 0).then(|| format!("{more} more")));
        told.extend((self.hidden > 0).then(|| format!("{} that the policy hides", self.hidden)));
        Ok(Fixes { files: self.done.into_values().collect(), told })
    }
}

fn deleted(path: RepoPath) -> FixedFile {
    FixedFile { path, content: None, base64: None, sha256: None, mode: None, deleted: true }
}

fn written(path: RepoPath, blob: &Blob, operation: &Operation) -> FixedFile {
    let was = operation.before.as_ref().map_or(FileMode::Plain, |before| before.mode);
    let is = operation.after.as_ref().map_or(FileMode::Plain, |after| after.mode);
    let (content, base64) = match std::str::from_utf8(blob.bytes()) {
        Ok(text) => (Some(text.to_owned()), None),
        Err(_) => (None, Some(BASE64_STANDARD.encode(blob.bytes()))),
    };
    FixedFile {
        path,
        content,
        base64,
        sha256: Some(blob.sha256().to_owned()),
        mode: (is == FileMode::Executable || was != is).then_some(is),
        deleted: false,
    }
}

fn too_much(what: &str) -> KernelError {
    let message = format!(
        "the check changed {what}, and nothing of that is handed over\nhint: let it fix less at once, and let \
         git ignore what it builds"
    );
    KernelError::new(Code::FixesTooLarge, message)
}
