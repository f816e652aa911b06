use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{LedgerError, Trace, index::Index, verify};

/// A folder that holds the traces of runs.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// A store in `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a run.
    pub fn run_folder(&self, run_id: &str) -> PathBuf {
        self.root.join("runs").join(run_id)
    }

    /// Starts the trace of a run and notes it in the index.
    pub fn start(&self, run_id: &str, time_ms: u64) -> Result<Trace, LedgerError> {
        let folder = self.run_folder(run_id);
        create_private(&folder).map_err(LedgerError::io("create", &folder))?;
        let index = Index::new(&self.root);
        index.started(run_id, time_ms).inspect_err(|_| drop(fs::remove_dir(&folder)))?;
        Trace::create(folder, run_id, index)
    }

    /// Takes up the trace of a run that was killed.
    pub fn resume(&self, run_id: &str) -> Result<Trace, LedgerError> {
        Trace::resume(self.run_folder(run_id), run_id, Index::new(&self.root))
    }

    /// The ids of all runs, oldest first: those that have a trace, and those that the
    /// index knows to have had one.
    pub fn runs(&self) -> Result<Vec<String>, LedgerError> {
        let mut runs = verify::indexed(self);
        let folder = self.root.join("runs");
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(runs.into_iter().collect());
            }
            entries => entries.map_err(LedgerError::io("read", &folder))?,
        };
        for entry in entries {
            let entry = entry.map_err(LedgerError::io("read", &folder))?;
            if entry.path().join("trace.jsonl").exists() {
                runs.insert(entry.file_name().to_string_lossy().into_owned());
            }
        }
        Ok(runs.into_iter().collect())
    }

    /// Finds a run by its id, the beginning of it, or `last`.
    pub fn find(&self, run: &str) -> Result<String, LedgerError> {
        let mut runs = self.runs()?;
        if run == "last" {
            return runs.pop().ok_or_else(|| self.no_run(run));
        }
        runs.retain(|id| {
            id.starts_with(run) || id.strip_prefix("run-").is_some_and(|id| id.starts_with(run))
        });
        match runs.len() {
            0 => Err(self.no_run(run)),
            1 => Ok(runs.remove(0)),
            count => Err(LedgerError::Ambiguous { run: run.to_owned(), count }),
        }
    }

    /// What a run kept under a hash, if that is still what it was.
    pub fn payload(&self, run_id: &str, sha256: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !plain(run_id) || !plain(sha256) {
            return Ok(None);
        }
        let path = self.run_folder(run_id).join("payloads").join(sha256);
        match fs::read(&path) {
            Ok(bytes) => Ok((policy::blob::sha256(&bytes) == sha256).then_some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LedgerError::io("read", &path)(error)),
        }
    }

    fn no_run(&self, run: &str) -> LedgerError {
        LedgerError::NoRun { run: run.to_owned(), store: self.root.clone() }
    }
}

/// A trace holds what the agent read: it is nobody's business but its owner's.
fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
