use std::path::{Path, PathBuf};

/// The ledger could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// An operation on the store failed.
    #[error("can't {operation} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A record could not be written in canonical form.
    #[error("can't write a record in canonical form: {0}")]
    Canonical(serde_json::Error),
    /// The trace was closed after an error and takes nothing more.
    #[error("{0}")]
    Closed(String),
    /// No run has this id.
    #[error("no run `{run}` in `{}`", store.display())]
    NoRun {
        /// The id, or the beginning of one.
        run: String,
        /// The store.
        store: PathBuf,
    },
    /// Several runs have an id that starts like this.
    #[error("`{run}` could be {count} runs\nhint: give more of the id")]
    Ambiguous {
        /// The beginning of the id.
        run: String,
        /// How many there are.
        count: usize,
    },
}

impl LedgerError {
    /// Whether something is there that was never written like that.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == std::io::ErrorKind::InvalidData)
    }

    pub(crate) fn io(operation: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { operation, path, source }
    }
}
