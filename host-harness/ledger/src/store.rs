use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use agent_contract::trace::{Kind, Record};

use crate::{LedgerError, Opened, Seal, Signer, Trace, Trust, db, log, reader::Reader, remembered};

/// A folder that holds the traces of runs, and how they are written and read there.
#[derive(Clone)]
pub struct Store {
    root: PathBuf,
    signer: Option<Arc<dyn Signer>>,
    pub(crate) trust: Trust,
    seals: Vec<Seal>,
    /// Whose runs are written from here.
    tenant: Option<String>,
    remembered: Option<PathBuf>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.root.display())
    }
}

impl Store {
    /// A store in `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            signer: None,
            trust: Trust::default(),
            seals: Vec::new(),
            tenant: None,
            remembered: None,
        }
    }

    /// Signs what is written with this, and goes by its key.
    pub fn signed_by(mut self, signer: Arc<dyn Signer>) -> Self {
        self.trust.keys.push(signer.key().clone());
        self.trust.demands = true;
        Self { signer: Some(signer), ..self }
    }

    /// Goes by these keys, too.
    pub fn trusting(mut self, trust: Trust) -> Self {
        self.trust.keys.extend(trust.keys);
        self.trust.demands |= trust.demands;
        self
    }

    /// Demands that one of its keys has signed, or leaves it as it was.
    pub(crate) fn demanding(mut self, demands: bool) -> Self {
        self.trust.demands |= demands;
        self
    }

    /// Reads what these keys have sealed, and seals for a tenant.
    pub fn sealed(self, seals: Vec<Seal>, tenant: Option<String>) -> Self {
        Self { seals, tenant, ..self }
    }

    /// Remembers in a folder, which is no part of the store, what the store was last.
    pub fn remembered_in(self, folder: PathBuf) -> Self {
        Self { remembered: Some(folder), ..self }
    }

    /// Whose signatures are gone by.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Who signs.
    pub fn signer(&self) -> Option<&dyn Signer> {
        self.signer.as_deref()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.root.join("ledger.db")
    }

    /// Where it is remembered what the store was last.
    pub(crate) fn remembered(&self) -> Option<&Path> {
        self.remembered.as_deref()
    }

    /// The folder of a run, for what is not of its trace.
    pub fn run_folder(&self, run_id: &str) -> PathBuf {
        self.root.join("runs").join(run_id)
    }

    /// Whose runs are written from here.
    pub(crate) fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    pub(crate) fn seal(&self, tenant: Option<&str>) -> Result<Option<&Seal>, LedgerError> {
        let Some(tenant) = tenant else { return Ok(None) };
        let known = self.seals.iter().find(|seal| seal.tenant() == tenant);
        let unknown = || {
            let tenant = tenant.escape_debug();
            LedgerError::Unfit(format!(
                "there is no key of the tenant `{tenant}`\nhint: name it in `[ledger]`"
            ))
        };
        known.map(Some).ok_or_else(unknown)
    }

    /// Starts the trace of a run and notes it in the log.
    pub fn start(&self, run_id: &str, time_ms: u64) -> Result<Trace, LedgerError> {
        Trace::create(self, run_id, self.tenant.as_deref(), time_ms)
    }

    /// Takes up the trace of a run that was killed.
    pub fn resume(&self, run_id: &str) -> Result<Trace, LedgerError> {
        Trace::resume(self, run_id)
    }

    /// Opens the file to write.
    pub(crate) fn writer(&self) -> Result<rusqlite::Connection, LedgerError> {
        create_private(&self.root).map_err(LedgerError::io("create", &self.root))?;
        let path = self.file();
        db::plain(&path)?;
        touch_private(&path).map_err(LedgerError::io("create", &path))?;
        db::writer(&path)
    }

    /// Reads what is there.
    pub fn reader(&self) -> Result<Reader, LedgerError> {
        let path = self.file();
        let db = db::reader(&path)?.map_or_else(db::temporary, Ok)?;
        Ok(Reader::new(db, path, self.clone()))
    }

    /// Adds an entry to the log that is not of a run that goes on here.
    pub(crate) fn note(
        &self,
        time_ms: u64,
        entry: &log::Entry,
        work: impl FnOnce(&rusqlite::Connection) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let (mut writer, path) = (self.writer()?, self.file());
        let grown = db::at_once(&mut writer, &path, db::Durable::Synced, |tx| {
            work(tx)?;
            log::Log::new(tx, &path, self, time_ms).add(entry)
        })?;
        self.remember(&grown);
        Ok(())
    }

    /// Remembers what the log is now. It is a second proof: that it can't be kept fails nothing.
    pub(crate) fn remember(&self, grown: &log::Grown) {
        let Some(folder) = &self.remembered else { return };
        let proved = |before: &Opened| self.reader().is_ok_and(|reader| reader.prove_growth(before).is_ok());
        let grew_from =
            |before: &Opened| (before.size, &before.root) == (grown.from.0, &grown.from.1) || proved(before);
        let replaces = || self.reader().and_then(|reader| reader.replaces()).ok().flatten();
        let _ = remembered::keep(folder, &self.root, &grown.checkpoint, grew_from, replaces);
    }

    /// The log that was last written in the place where this store lies.
    pub(crate) fn lay_here(&self) -> Option<String> {
        remembered::other_at(self.remembered.as_deref()?, &self.root, "").map(|(_, origin)| origin)
    }

    /// The ids of all runs, oldest first: those that have a trace, and those that the
    /// log knows to have had one.
    pub fn runs(&self) -> Result<Vec<String>, LedgerError> {
        self.reader()?.runs()
    }

    /// Finds a run by its id, the beginning of it, or `last`.
    pub fn find(&self, run: &str) -> Result<String, LedgerError> {
        self.reader()?.find(run)
    }

    /// What a run kept under a hash, if that is still what it was.
    pub fn payload(&self, run_id: &str, sha256: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        self.reader()?.payload(run_id, sha256)
    }

    /// The records of a run that can be read, without judging them.
    pub fn records(&self, run_id: &str) -> Result<Vec<Record>, LedgerError> {
        let mut records = Vec::new();
        self.reader()?.records(run_id, |record| records.push(record))?;
        Ok(records)
    }

    /// The first record of a kind.
    pub fn record(&self, run_id: &str, kind: Kind) -> Result<Option<Record>, LedgerError> {
        Ok(self.records(run_id)?.into_iter().find(|record| record.kind == kind))
    }
}

/// Whether this can be the id of a run: a folder is named by it.
pub(crate) fn is_name(run_id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits = !run_id.is_empty() && run_id.len() <= 128 && !run_id.starts_with('.');
    fits && run_id.bytes().all(plain)
}

/// A trace holds what the agent read: it is nobody's business but its owner's.
pub(crate) fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn touch_private(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.append(true).create(true).open(path).map(drop)
}
