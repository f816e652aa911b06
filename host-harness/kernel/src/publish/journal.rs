use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use agent_contract::{RepoPath, operation::FileState};
use policy::{Blob, Code};
use serde::{Deserialize, Serialize};

use crate::KernelError;

/// What is to be done to a working tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// The run.
    pub run_id: String,
    /// The working tree.
    pub root: PathBuf,
    /// The folder in which content lies by its hash.
    pub payloads: PathBuf,
    /// What to do to each file.
    pub steps: Vec<Step>,
}

/// What to do to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The file.
    pub path: RepoPath,
    /// What it must be before; absent: nothing is there.
    pub before: Option<FileState>,
    /// What it is to be; absent: nothing is there.
    pub after: Option<FileState>,
    /// The file that it was renamed from, whose owner and mode it keeps.
    #[serde(default)]
    pub from: Option<RepoPath>,
}

impl Step {
    /// As above, where some of the change is placed already.
    pub(super) fn in_the_way(&self, done: usize, all: usize) -> KernelError {
        let message = format!(
            "`{}` was changed since; {done} of {all} files are placed\nhint: put it back as it was, and recover again",
            self.path
        );
        KernelError::new(Code::BaseMoved, message)
    }

    /// What stands in the checkout is not what the step starts from.
    pub(super) fn moved(&self) -> KernelError {
        let message = format!(
            "`{}` was changed in the checkout while the run worked; nothing was placed\nhint: run again on what is there now",
            self.path
        );
        KernelError::new(Code::BaseMoved, message)
    }
}

/// What came of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// Why nothing was changed, if nothing was.
    pub error: Option<Unplaced>,
}

/// Why a journal was not performed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unplaced {
    /// A stable code.
    pub code: String,
    /// What failed.
    pub message: String,
}

impl From<&KernelError> for Unplaced {
    fn from(error: &KernelError) -> Self {
        Self { code: error.code.to_string(), message: error.message.clone() }
    }
}

impl From<Unplaced> for KernelError {
    fn from(unplaced: Unplaced) -> Self {
        let known = Code::ALL.iter().find(|(_, text, _)| *text == unplaced.code);
        Self::new(known.map_or(Code::KernelFailed, |(code, ..)| *code), unplaced.message)
    }
}

impl Journal {
    /// The journal's place in the folder of a run.
    pub fn path(run_folder: &Path) -> PathBuf {
        run_folder.join("placement.json")
    }

    /// Lays down what a file is to hold.
    pub fn lay(&self, blob: &Blob) -> Result<(), KernelError> {
        let path = self.payloads.join(blob.sha256());
        if path.exists() {
            return Ok(());
        }
        let part = path.with_extension("part");
        let write = || {
            fs::create_dir_all(&self.payloads)?;
            let mut file = File::create(&part)?;
            file.write_all(blob.bytes())?;
            file.sync_data()?;
            fs::rename(&part, &path)
        };
        write().map_err(KernelError::io("write", path.display()))
    }

    /// Writes the journal down so that it survives a power cut.
    pub fn write(&self, run_folder: &Path) -> Result<PathBuf, KernelError> {
        let path = Self::path(run_folder);
        write_whole(&path, self)?;
        Ok(path)
    }

    /// Reads a journal.
    pub fn read(path: &Path) -> Result<Self, KernelError> {
        read(path)?.ok_or_else(|| {
            KernelError::new(Code::KernelFailed, format!("`{}` does not exist", path.display()))
        })
    }

    /// What came of a journal, if anything did yet.
    pub fn outcome(path: &Path) -> Result<Option<Placed>, KernelError> {
        read(&outcome_path(path))
    }

    /// Writes down what came of a journal.
    pub(super) fn conclude(path: &Path, placed: &Placed) -> Result<(), KernelError> {
        write_whole(&outcome_path(path), placed)
    }
}

fn outcome_path(journal: &Path) -> PathBuf {
    journal.with_extension("outcome.json")
}

fn write_whole(path: &Path, value: &impl Serialize) -> Result<(), KernelError> {
    let part = path.with_extension("part");
    let write = || {
        let mut file = File::create(&part)?;
        file.write_all(&serde_json::to_vec(value)?)?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(KernelError::io("write", path.display()))
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, KernelError> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(KernelError::io("read", path.display()))?,
    };
    let malformed =
        |error| KernelError::new(Code::KernelFailed, format!("`{}` can't be read: {error}", path.display()));
    serde_json::from_slice(&text).map(Some).map_err(malformed)
}
