use std::{
    borrow::Cow,
    fmt,
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use policy::Blob;
use serde_json::{Value, json};

use crate::{Kind, LedgerError, Store, chain::Head, index::Index, verify};

/// The trace of a run that is going on. Each record is in the file before the call
/// that made it returns; after an error nothing more is taken.
#[derive(Debug)]
pub struct Trace {
    folder: PathBuf,
    run_id: String,
    file: File,
    head: Head,
    index: Index,
    /// Why nothing more is taken, after an error.
    closed: Option<String>,
    redact: Redact,
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

impl Trace {
    /// The lock on the file says to others that the run is going on.
    pub(crate) fn create(folder: PathBuf, run_id: &str, index: Index) -> Result<Self, LedgerError> {
        let path = folder.join("trace.jsonl");
        let opened = OpenOptions::new().append(true).create_new(true).open(&path);
        let file = opened.map_err(LedgerError::io("create", &path))?;
        file.lock().map_err(LedgerError::io("lock", &path))?;
        Ok(Self {
            folder,
            run_id: run_id.to_owned(),
            file,
            head: Head::new(),
            index,
            closed: None,
            redact: Redact::default(),
        })
    }

    /// Takes up a trace that was left without an end.
    pub(crate) fn resume(folder: PathBuf, run_id: &str, index: Index) -> Result<Self, LedgerError> {
        let path = folder.join("trace.jsonl");
        let file = OpenOptions::new().append(true).open(&path).map_err(LedgerError::io("open", &path))?;
        file.lock().map_err(LedgerError::io("lock", &path))?;
        let (seq, hash) = verify::end(&folder, run_id)?;
        let head = Head { seq, hash };
        Ok(Self {
            folder,
            run_id: run_id.to_owned(),
            file,
            head,
            index,
            closed: None,
            redact: Redact::default(),
        })
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
    pub fn head(&self) -> &str {
        &self.head.hash
    }

    /// Adds a record and returns its place.
    pub fn append(&mut self, time_ms: u64, kind: Kind, body: &Value) -> Result<u64, LedgerError> {
        if let Some(reason) = &self.closed {
            return Err(LedgerError::Closed(reason.clone()));
        }
        let seq = self.head.seq;
        let mut head = self.head.clone();
        let line = head.link(&self.run_id, time_ms, kind, &self.redact.apply(body))?;
        self.write(line.as_bytes())?;
        self.head = head;
        Ok(seq)
    }

    fn write(&mut self, line: &[u8]) -> Result<(), LedgerError> {
        let path = self.folder.join("trace.jsonl");
        let Err(error) = self.file.write_all(line) else { return Ok(()) };
        let error = LedgerError::io("write", &path)(error);
        self.closed = Some(error.to_string());
        Err(error)
    }

    /// Records that something is about to happen.
    pub fn open(&mut self, time_ms: u64, kind: Kind, body: &Value) -> Result<Entry, LedgerError> {
        self.append(time_ms, kind, body).map(|seq| Entry { seq })
    }

    /// Records what came of it.
    pub fn close(
        &mut self,
        entry: Entry,
        time_ms: u64,
        kind: Kind,
        mut body: Value,
    ) -> Result<(), LedgerError> {
        if let Value::Object(fields) = &mut body {
            fields.insert("opened".to_owned(), json!(entry.seq));
        }
        self.append(time_ms, kind, &body).map(|_| ())
    }

    /// Keeps content beside the trace, by its hash.
    pub fn keep(&mut self, blob: &Blob) -> Result<(), LedgerError> {
        let folder = self.folder.join("payloads");
        let path = folder.join(blob.sha256());
        if path.exists() {
            return Ok(());
        }
        fs::create_dir_all(&folder).map_err(LedgerError::io("create", &folder))?;
        let part = folder.join(format!("{}.part", blob.sha256()));
        fs::write(&part, blob.bytes()).map_err(LedgerError::io("write", &part))?;
        fs::rename(&part, &path).map_err(LedgerError::io("write", &path))
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
    pub fn reread(&self, each: impl FnMut(crate::Record)) -> Result<Vec<String>, LedgerError> {
        let root = self.folder.ancestors().nth(2).unwrap_or(&self.folder);
        verify::reread(&Store::new(root), &self.run_id, each)
    }

    /// Waits until everything so far would survive a power cut.
    pub fn sync(&mut self) -> Result<(), LedgerError> {
        let path = self.folder.join("trace.jsonl");
        self.file.sync_data().map_err(LedgerError::io("sync", &path))
    }

    /// Ends the trace: the last record, the index, the disk.
    pub fn finish(mut self, time_ms: u64, body: &Value) -> Result<(), LedgerError> {
        self.append(time_ms, Kind::RunFinished, body)?;
        self.sync()?;
        self.index.finished(&self.run_id, time_ms, self.head.seq, &self.head.hash)
    }
}
