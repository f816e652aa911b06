use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use agent_contract::trace::{Kind, Record};
use policy::Blob;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::{
    LedgerError, Seal, Statement, Store,
    chain::{Head, hex},
    db::{self, Durable},
    log::{Entry as LogEntry, Log},
    note,
    rows::Rows,
    statement,
    store::is_name,
    tree::Frontier,
    verify,
};

/// Records and bytes that wait for the next commit, at the most.
const WAITING_MAX: usize = 64;
const WAITING_BYTES_MAX: usize = 1 << 20;

/// The trace of a run that is going on; after an error nothing more is taken.
pub struct Trace {
    store: Store,
    db: Connection,
    run: i64,
    run_id: String,
    folder: PathBuf,
    seal: Option<Seal>,
    /// Says to others that the run goes on, for as long as it is held.
    _held: File,
    head: Head,
    tree: Frontier,
    waiting: Vec<(u64, String)>,
    payloads: Vec<Blob>,
    /// Why nothing more is taken, after an error.
    closed: Option<String>,
    redact: Redact,
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trace({}, {} records)", self.run_id, self.head.seq)
    }
}

/// What takes secrets out of a body before it is written, for as long as the trace lasts.
#[derive(Clone, Default)]
pub struct Redact(Option<Arc<Redacting>>);

type Redacting = dyn Fn(&mut Value) + Send + Sync;

impl Redact {
    /// Takes them out with this.
    pub fn with(redact: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(redact)))
    }

    fn apply<'a>(&self, body: &'a Value) -> Cow<'a, Value> {
        let Some(redact) = &self.0 else { return Cow::Borrowed(body) };
        let mut body = body.clone();
        redact(&mut body);
        Cow::Owned(body)
    }
}

impl fmt::Debug for Redact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Redact(with)" } else { "Redact(nothing)" })
    }
}

/// A record that was opened before its effect and wants to be closed after it.
#[derive(Debug)]
#[must_use = "an effect whose record stays open counts as interrupted"]
pub struct Entry {
    seq: u64,
}

impl Entry {
    /// The place of its record.
    pub fn seq(&self) -> u64 {
        self.seq
    }
}

impl Trace {
    pub(crate) fn create(
        store: &Store,
        run_id: &str,
        tenant: Option<&str>,
        time_ms: u64,
    ) -> Result<Self, LedgerError> {
        if !is_name(run_id) {
            let message =
                format!("`{}` can't be the id of a run: a folder is named by it", run_id.escape_debug());
            return Err(LedgerError::Unfit(message));
        }
        let seal = store.seal(tenant)?.cloned();
        let mut db = store.writer()?;
        let folder = store.run_folder(run_id);
        crate::store::create_private(&folder).map_err(LedgerError::io("create", &folder))?;
        let held = hold(&folder)?;
        let path = store.file();
        let (run, grown) = db::at_once(&mut db, &path, Durable::Synced, |tx| {
            let sql = "INSERT INTO runs (run_id, tenant) VALUES (?1, ?2)";
            tx.execute(sql, params![run_id, tenant]).map_err(LedgerError::store("write", &path))?;
            let run = tx.last_insert_rowid();
            let entry = LogEntry { run_id, kind: Kind::LogRunStarted, body: json!({}) };
            Ok((run, Log::new(tx, &path, store, time_ms).add(&entry)?))
        })?;
        store.remember(&grown);
        Ok(Self::of(store, db, (run, run_id), (folder, held), seal))
    }

    fn of(
        store: &Store,
        db: Connection,
        (run, run_id): (i64, &str),
        (folder, held): (PathBuf, File),
        seal: Option<Seal>,
    ) -> Self {
        Self {
            store: store.clone(),
            db,
            run,
            run_id: run_id.to_owned(),
            folder,
            seal,
            _held: held,
            head: Head::new(),
            tree: Frontier::default(),
            waiting: Vec::new(),
            payloads: Vec::new(),
            closed: None,
            redact: Redact::default(),
        }
    }

    /// Takes up a trace that was left without an end.
    pub(crate) fn resume(store: &Store, run_id: &str) -> Result<Self, LedgerError> {
        let reader = store.reader()?;
        let no_run = || LedgerError::NoRun { run: run_id.to_owned(), store: store.root().to_owned() };
        let row = reader.row(run_id)?.ok_or_else(no_run)?;
        let folder = store.run_folder(run_id);
        let held = hold(&folder)?;
        let (head, tree) = verify::end(&reader, run_id, &row)?;
        let seal = store.seal(row.tenant.as_deref())?.cloned();
        let trace = Self::of(store, store.writer()?, (row.number, run_id), (folder, held), seal);
        Ok(Self { head, tree, ..trace })
    }

    /// Takes secrets out of every body from now on.
    pub fn redacting(mut self, redact: Redact) -> Self {
        self.redact = redact;
        self
    }

    /// The folder of the run.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How many records there are.
    pub fn records(&self) -> u64 {
        self.head.seq
    }

    /// The hash of the last record.
    pub fn head(&self) -> String {
        hex(&self.head.hash)
    }

    /// Adds a record and returns its place. It survives the end of this process.
    pub fn append(&mut self, time_ms: u64, kind: Kind, body: &Value) -> Result<u64, LedgerError> {
        let seq = self.link(time_ms, kind, body)?;
        self.commit(Durable::Written)?;
        Ok(seq)
    }

    fn link(&mut self, time_ms: u64, kind: Kind, body: &Value) -> Result<u64, LedgerError> {
        if let Some(reason) = &self.closed {
            return Err(LedgerError::Closed(reason.clone()));
        }
        let seq = self.head.seq;
        let line = self.head.link(&self.run_id, time_ms, kind, &self.redact.apply(body))?;
        self.tree.push(self.head.hash);
        self.waiting.push((seq, line));
        Ok(seq)
    }

    fn commit(&mut self, durable: Durable) -> Result<(), LedgerError> {
        if let Some(reason) = &self.closed {
            return Err(LedgerError::Closed(reason.clone()));
        }
        let path = self.store.file();
        let (run, run_id, seal) = (self.run, &self.run_id, self.seal.as_ref());
        let (waiting, payloads) = (&self.waiting, &self.payloads);
        let done = db::at_once(&mut self.db, &path, durable, |tx| {
            let rows = Rows { db: tx, run, run_id, seal };
            let written = payloads.iter().try_for_each(|blob| rows.payload(blob));
            let written =
                written.and_then(|()| waiting.iter().try_for_each(|(seq, line)| rows.record(*seq, line)));
            written.and_then(|()| rows.touch(durable)).map_err(LedgerError::store("write", &path))
        });
        self.waiting.clear();
        self.payloads.clear();
        done.inspect_err(|error| self.closed = Some(error.to_string()))
    }

    /// Records that something is about to happen.
    pub fn open(&mut self, time_ms: u64, kind: Kind, body: &Value) -> Result<Entry, LedgerError> {
        self.append(time_ms, kind, body).map(|seq| Entry { seq })
    }

    /// Records that something is about to happen that outlives this machine's memory.
    pub fn open_synced(&mut self, time_ms: u64, kind: Kind, body: &Value) -> Result<Entry, LedgerError> {
        let seq = self.link(time_ms, kind, body)?;
        self.commit(Durable::Synced)?;
        Ok(Entry { seq })
    }

    /// Records what came of it.
    pub fn close(&mut self, entry: Entry, time_ms: u64, kind: Kind, body: Value) -> Result<(), LedgerError> {
        self.close_later(entry, time_ms, kind, body)?;
        self.commit(Durable::Synced)
    }

    /// Records what came of it, together with what is recorded next. What happened in the
    /// memory of this process alone is gone with it.
    pub fn close_later(
        &mut self,
        entry: Entry,
        time_ms: u64,
        kind: Kind,
        mut body: Value,
    ) -> Result<(), LedgerError> {
        if let Value::Object(fields) = &mut body {
            fields.insert("opened".to_owned(), json!(entry.seq));
        }
        self.link(time_ms, kind, &body)?;
        self.bound()
    }

    /// Keeps content by its hash, together with what is recorded next.
    pub fn keep(&mut self, blob: &Blob) -> Result<(), LedgerError> {
        if let Some(reason) = &self.closed {
            return Err(LedgerError::Closed(reason.clone()));
        }
        self.payloads.push(blob.clone());
        self.bound()
    }

    /// What waits takes no more than so much memory.
    fn bound(&mut self) -> Result<(), LedgerError> {
        let bytes: usize = self.payloads.iter().map(|blob| blob.bytes().len()).sum();
        match self.waiting.len() + self.payloads.len() > WAITING_MAX || bytes > WAITING_BYTES_MAX {
            true => self.commit(Durable::Written),
            false => Ok(()),
        }
    }

    /// Whether everything that was recorded so far survives the end of this process.
    pub fn is_written(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes an approval for this run, whatever its id looks like. Says whether it is the
    /// first time that anybody does who keeps what was used in that folder.
    pub fn claim(&self, folder: &Path, approval_id: &str) -> Result<bool, LedgerError> {
        fs::create_dir_all(folder).map_err(LedgerError::io("create", folder))?;
        let path = folder.join(policy::blob::sha256(approval_id.as_bytes()));
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(LedgerError::io("create", &path)(error)),
        };
        let written = file.write_all(self.run_id.as_bytes()).and_then(|()| file.sync_all());
        let kept = written.and_then(|()| File::open(folder)).and_then(|folder| folder.sync_all());
        kept.map(|()| true).map_err(LedgerError::io("write", &path))
    }

    /// Hands out the records as they stand in the store, and says what is wrong with them.
    pub fn reread(&mut self, each: impl FnMut(Record)) -> Result<Vec<String>, LedgerError> {
        self.commit(Durable::Written)?;
        verify::reread(&self.store, &self.run_id, each)
    }

    /// Waits until everything so far would survive a power cut.
    pub fn sync(&mut self) -> Result<(), LedgerError> {
        self.commit(Durable::Synced)
    }

    /// Ends the trace: the last record, what is signed of it, the log, the disk. All of it, or
    /// nothing.
    pub fn finish(
        mut self,
        time_ms: u64,
        body: &Value,
        statements: Vec<Statement>,
    ) -> Result<(), LedgerError> {
        self.link(time_ms, Kind::RunFinished, body)?;
        let (path, store) = (self.store.file(), &self.store);
        let rows = (&self.waiting, &self.payloads);
        let (run, run_id, seal) = (self.run, &self.run_id, self.seal.as_ref());
        let (records, head, root) = (self.head.seq, hex(&self.head.hash), self.tree.root());
        let grown = db::at_once(&mut self.db, &path, Durable::Synced, |tx| {
            let (waiting, payloads) = rows;
            let rows = Rows { db: tx, run, run_id, seal };
            let fail = || LedgerError::store("write", &path);
            payloads.iter().try_for_each(|blob| rows.payload(blob)).map_err(fail())?;
            waiting.iter().try_for_each(|(seq, line)| rows.record(*seq, line)).map_err(fail())?;
            let log = Log::new(tx, &path, store, time_ms);
            let origin = format!("{}/runs/{run_id}", log.origin()?);
            let note = note::write(&origin, records, root, store.signer())?;
            rows.note("checkpoint", &note).map_err(fail())?;
            let mut named = BTreeMap::new();
            for statement in &statements {
                let trace = json!({ "records": records, "head": head, "root": hex(&root) });
                let (name, envelope) = statement::sign(statement, &trace, store.signer())?;
                rows.note(&name, &envelope).map_err(fail())?;
                named.insert(name, policy::blob::sha256(envelope.as_bytes()));
            }
            let body = json!({
                "records": records, "head": head, "root": hex(&root), "statements": named,
            });
            log.add(&LogEntry { run_id, kind: Kind::LogRunFinished, body })
        })?;
        self.store.remember(&grown);
        Ok(())
    }
}

/// Holds a run: nobody else writes to it meanwhile, and everybody sees that it goes on.
fn hold(folder: &Path) -> Result<File, LedgerError> {
    let path = folder.join("held");
    let file =
        OpenOptions::new().create(true).append(true).open(&path).map_err(LedgerError::io("open", &path))?;
    file.lock().map_err(LedgerError::io("lock", &path))?;
    Ok(file)
}
