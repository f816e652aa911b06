use std::path::{Path, PathBuf};

/// The ledger could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// An operation on a file failed.
    #[error("can't {operation} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// An operation on the store failed.
    #[error("can't {operation} the ledger `{}`: {source}", path.display())]
    Store {
        /// What was tried.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: rusqlite::Error,
    },
    /// What lies in the store is not what the ledger writes.
    #[error("the ledger `{}` is damaged: {fault}\nhint: `code-assist audit verify` says more", path.display())]
    Damaged {
        /// The store.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// A record could not be written in canonical form.
    #[error("can't write a record in canonical form: {0}")]
    Canonical(serde_json::Error),
    /// Something could not be signed.
    #[error("can't sign: {0}")]
    Signature(String),
    /// Something can't be proved.
    #[error("can't prove it: {0}")]
    Proof(String),
    /// A file is no export, or not a whole one.
    #[error("`{}` can't be read as an export: {fault}", path.display())]
    Export {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// What was asked of a run can't be done with it.
    #[error("{0}")]
    Unfit(String),
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
        match self {
            Self::Io { source, .. } => source.kind() == std::io::ErrorKind::InvalidData,
            Self::Store { operation, source, .. } => is_damage(operation, source),
            Self::Damaged { .. } | Self::Export { .. } => true,
            _ => false,
        }
    }

    pub(crate) fn io(operation: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { operation, path, source }
    }

    pub(crate) fn store(operation: &'static str, path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Store { operation, path, source }
    }

    pub(crate) fn damaged(path: &Path, fault: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), fault: fault.into() }
    }
}

/// A store that is read answers every question that is asked of it, unless it was bent, or
/// the machine is in the way.
fn is_damage(operation: &str, source: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase,
        OperationInterrupted, OutOfMemory, PermissionDenied, ReadOnly, SystemIoFailure,
    };
    match source.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => true,
        Some(
            CannotOpen | DatabaseBusy | DatabaseLocked | DiskFull | OperationInterrupted | OutOfMemory
            | PermissionDenied | ReadOnly | SystemIoFailure,
        ) => false,
        _ => matches!(operation, "read" | "open"),
    }
}
