//! The store's file: an SQLite database that is written ahead, one writer at a time.

use std::{
    path::Path,
    sync::LazyLock,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::LedgerError;

/// `CAsL`: what kind of file it is.
const APPLICATION: i32 = 0x4341_734c;
/// The form that this program writes.
const FORM: i32 = 1;

/// How long a writer waits for another: a commit takes a fraction of a millisecond.
const TRIES: i32 = 20_000;
const PAUSE: Duration = Duration::from_micros(500);

/// Pages of the log that are written ahead, before they go where they belong.
const AHEAD_PAGES: u32 = 4000;

const SCHEMA: &str = "
CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (number INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, tenant TEXT, origin TEXT);
CREATE TABLE records (place INTEGER PRIMARY KEY, line BLOB NOT NULL);
CREATE TABLE payloads (number INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, tenant TEXT NOT NULL, bytes BLOB,
    UNIQUE (sha256, tenant));
CREATE TABLE kept (run INTEGER NOT NULL, payload INTEGER NOT NULL, PRIMARY KEY (run, payload)) WITHOUT ROWID;
CREATE TABLE log (seq INTEGER PRIMARY KEY, line BLOB NOT NULL);
CREATE TABLE notes (run INTEGER NOT NULL, name TEXT NOT NULL, text BLOB NOT NULL, PRIMARY KEY (run, name));
CREATE VIEW trace AS SELECT run_id, place & 0xffffffff AS seq, line FROM records JOIN runs ON number = place >> 32;
";

/// Whether a commit waits until it would survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durable {
    /// It survives the end of this process.
    Written,
    /// It survives the end of the machine.
    Synced,
}

/// Opens the file to write, and makes it where there is none.
pub(crate) fn writer(path: &Path) -> Result<Connection, LedgerError> {
    let fail = |operation| LedgerError::store(operation, path);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags).map_err(fail("open"))?;
    db.busy_handler(Some(wait)).map_err(fail("open"))?;
    db.set_prepared_statement_cache_capacity(32);
    write_ahead(&db).map_err(fail("open"))?;
    db.pragma_update(None, "synchronous", "FULL").map_err(fail("open"))?;
    db.pragma_update(None, "wal_autocheckpoint", AHEAD_PAGES).map_err(fail("open"))?;
    if form(&db, path)? == 0 {
        create(&mut db).map_err(fail("create"))?;
    }
    Ok(db)
}

/// Where several make the file at one time, all but one are refused without being asked to
/// wait: they have looked at it, and would wait for each other.
fn write_ahead(db: &Connection) -> rusqlite::Result<()> {
    let begun = Instant::now();
    loop {
        let done = db.pragma_update(None, "journal_mode", "WAL");
        let busy = done.as_ref().is_err_and(is_busy);
        if !busy || begun.elapsed() > PAUSE * TRIES.unsigned_abs() {
            return done;
        }
        std::thread::sleep(PAUSE);
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

fn create(db: &mut Connection) -> rusqlite::Result<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let made: i32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if made == 0 {
        tx.execute_batch(SCHEMA)?;
        tx.pragma_update(None, "application_id", APPLICATION)?;
        tx.pragma_update(None, "user_version", FORM)?;
    }
    tx.commit()
}

/// Opens the file to read; nothing where there is none yet.
pub(crate) fn reader(path: &Path) -> Result<Option<Connection>, LedgerError> {
    if !path.exists() {
        return Ok(None);
    }
    plain(path)?;
    let db = match open_to_read(path, "") {
        Err(error) if !is_busy(&error) => match LedgerError::store("open", path)(error) {
            damage if damage.is_damage() => return Err(damage),
            _ => open_as_it_lies(path)?,
        },
        opened => opened.map_err(LedgerError::store("open", path))?,
    };
    if form(&db, path)? == 0 {
        return Ok(None);
    }
    match tables(&db).map_err(LedgerError::store("read", path))? == *TABLES {
        true => Ok(Some(db)),
        false => Err(LedgerError::damaged(path, "its tables are not those that a ledger has")),
    }
}

/// That nothing else lies where the file should: a pipe would be waited for.
pub(crate) fn plain(path: &Path) -> Result<(), LedgerError> {
    match path.metadata().is_ok_and(|there| !there.is_file()) {
        true => Err(LedgerError::damaged(path, "it is no file")),
        false => Ok(()),
    }
}

/// What tables there are, and what they are made of.
type Tables = Vec<(String, String, String, Option<String>)>;

/// The tables as they are made. Others could answer in any way that somebody likes.
static TABLES: LazyLock<Tables> =
    LazyLock::new(|| temporary().ok().and_then(|db| tables(&db).ok()).unwrap_or_default());

fn tables(db: &Connection) -> rusqlite::Result<Tables> {
    let mut rows = db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")?;
    let table = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    rows.query_map([], table)?.collect()
}

/// A store on a medium that can't be written is read as it lies there.
fn open_as_it_lies(path: &Path) -> Result<Connection, LedgerError> {
    let ahead = path.with_extension("db-wal");
    if ahead.metadata().is_ok_and(|ahead| ahead.len() > 0) {
        return Err(LedgerError::Unfit(format!(
            "the ledger `{}` can't be read where it can't be written: its newest records lie in `{}`\nhint: copy both to a folder that can be written",
            path.display(),
            ahead.display()
        )));
    }
    open_to_read(path, "?immutable=1").map_err(LedgerError::store("open", path))
}

fn open_to_read(path: &Path, how: &str) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let mut db = Connection::open_with_flags(format!("file:{escaped}{how}"), flags)?;
    db.busy_handler(Some(wait))?;
    db.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    Ok(db)
}

/// A store that lives as long as it is looked at.
pub(crate) fn temporary() -> Result<Connection, LedgerError> {
    let path = Path::new("(temporary)");
    let mut db = Connection::open("").map_err(LedgerError::store("open", path))?;
    db.pragma_update(None, "synchronous", "OFF").map_err(LedgerError::store("open", path))?;
    create(&mut db).map_err(LedgerError::store("create", path))?;
    Ok(db)
}

/// The form of what lies there; zero for nothing.
fn form(db: &Connection, path: &Path) -> Result<i32, LedgerError> {
    match marks(db).map_err(LedgerError::store("read", path))? {
        (0, 0, true) => Ok(0),
        (APPLICATION, FORM, _) => Ok(FORM),
        (APPLICATION, form, _) if form > FORM => {
            let fault = format!("it has the form {form}, and this program reads form {FORM}");
            Err(LedgerError::Unfit(format!("the ledger `{}` can't be read: {fault}", path.display())))
        }
        _ => Err(LedgerError::damaged(path, "it is no ledger")),
    }
}

/// What kind of file it is, its form, and whether nothing is in it: as they were at one
/// moment, for another may be making it.
fn marks(db: &Connection) -> rusqlite::Result<(i32, i32, bool)> {
    let moment = db.unchecked_transaction()?;
    let value = |name| moment.pragma_query_value(None, name, |row| row.get(0));
    let is_empty = moment.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((value("application_id")?, value("user_version")?, is_empty))
}

fn wait(tries: i32) -> bool {
    std::thread::sleep(PAUSE);
    tries < TRIES
}

/// Does something all at once, or not at all.
pub(crate) fn at_once<T>(
    db: &mut Connection,
    path: &Path,
    durable: Durable,
    work: impl FnOnce(&Connection) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    let fail = |operation| LedgerError::store(operation, path);
    let level =
        if durable == Durable::Synced { "PRAGMA synchronous=FULL" } else { "PRAGMA synchronous=NORMAL" };
    let set = db.prepare_cached(level).and_then(|mut level| level.execute([]));
    set.map_err(fail("write"))?;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail("write"))?;
    let done = work(&tx)?;
    tx.commit().map_err(fail("write"))?;
    Ok(done)
}

/// The place of a record: its run, and its number there.
pub(crate) fn place(run: i64, seq: u64) -> i64 {
    run << 32 | i64::try_from(seq & 0xffff_ffff).unwrap_or_default()
}
