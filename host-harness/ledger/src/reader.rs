//! Reading a store. Nothing that is read is believed.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use agent_contract::trace::{Kind, Record};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{LedgerError, Seal, Store, db::place, log, seal, store::is_name};

/// A store that is being read.
pub struct Reader {
    pub(crate) db: Connection,
    path: PathBuf,
    pub(crate) store: Store,
}

/// A run as the store knows it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub number: i64,
    pub tenant: Option<String>,
    /// The log that it comes from, where that is another store's.
    pub origin: Option<String>,
}

/// What there is under a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Payload {
    /// It, as far as anybody knows.
    There(Vec<u8>),
    /// It was taken out.
    Removed,
    /// It can't be opened with the key at hand.
    Sealed,
    /// Nothing.
    Missing,
}

impl Reader {
    pub(crate) fn new(db: Connection, path: PathBuf, store: Store) -> Self {
        Self { db, path, store }
    }

    pub(crate) fn fail(&self) -> impl FnOnce(rusqlite::Error) -> LedgerError + use<'_> {
        LedgerError::store("read", &self.path)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The ids of all runs, oldest first.
    pub fn runs(&self) -> Result<Vec<String>, LedgerError> {
        let mut runs = BTreeSet::new();
        let mut rows = self.db.prepare("SELECT run_id FROM runs").map_err(self.fail())?;
        for run in rows.query_map([], |row| row.get::<_, String>(0)).map_err(self.fail())? {
            runs.insert(run.map_err(self.fail())?);
        }
        self.log(|_, line| {
            if let Ok(entry) = serde_json::from_slice::<Record>(line)
                && entry.kind.is_of_run()
            {
                runs.insert(entry.run_id);
            }
            Ok(())
        })?;
        Ok(runs.into_iter().collect())
    }

    /// Finds a run by its id, the beginning of it, or `last`.
    pub fn find(&self, run: &str) -> Result<String, LedgerError> {
        let mut runs = self.runs()?;
        let no_run = || LedgerError::NoRun { run: run.to_owned(), store: self.store.root().to_owned() };
        if run == "last" {
            return self.named(runs.pop().ok_or_else(no_run)?);
        }
        runs.retain(|id| {
            id.starts_with(run) || id.strip_prefix("run-").is_some_and(|id| id.starts_with(run))
        });
        match runs.len() {
            0 => Err(no_run()),
            1 => self.named(runs.remove(0)),
            count => Err(LedgerError::Ambiguous { run: run.to_owned(), count }),
        }
    }

    /// A folder, and files, are named by the id of a run.
    fn named(&self, run_id: String) -> Result<String, LedgerError> {
        match is_name(&run_id) {
            true => Ok(run_id),
            false => {
                let fault = format!("it names a run `{}`", run_id.escape_debug());
                Err(LedgerError::damaged(self.path(), fault))
            }
        }
    }

    pub(crate) fn row(&self, run_id: &str) -> Result<Option<Row>, LedgerError> {
        let sql = "SELECT number, tenant, origin FROM runs WHERE run_id = ?1";
        let row =
            |row: &rusqlite::Row| Ok(Row { number: row.get(0)?, tenant: row.get(1)?, origin: row.get(2)? });
        let found = self.db.prepare_cached(sql).and_then(|mut rows| rows.query_row([run_id], row).optional());
        let found: Option<Row> = found.map_err(self.fail())?;
        match &found {
            Some(row) if !(1..1 << 31).contains(&row.number) => {
                let fault = format!("run `{}` has the number {}", run_id.escape_debug(), row.number);
                Err(LedgerError::damaged(self.path(), fault))
            }
            _ => Ok(found),
        }
    }

    /// Hands out the lines of a run, each with the place where it stands.
    pub(crate) fn lines(
        &self,
        run_id: &str,
        row: &Row,
        mut each: impl FnMut(u64, Option<&[u8]>) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let seal = self.store.seal(row.tenant.as_deref())?;
        let sql = "SELECT place, line FROM records WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
        let mut rows = self.db.prepare_cached(sql).map_err(self.fail())?;
        let bounds = params![place(row.number, 0), place(row.number, u64::from(u32::MAX))];
        let mut rows = rows.query(bounds).map_err(self.fail())?;
        while let Some(found) = rows.next().map_err(self.fail())? {
            let at = found.get::<_, i64>(0).map_err(self.fail())?.cast_unsigned() & 0xffff_ffff;
            let stored = found.get_ref(1).map_err(self.fail())?.as_bytes().unwrap_or_default();
            match seal {
                None => each(at, Some(stored))?,
                Some(_) => each(at, seal::opened(seal, &format!("{run_id}/{at}"), stored).as_deref())?,
            }
        }
        Ok(())
    }

    /// Hands out the records of a run that can be read, without judging them.
    pub fn records(&self, run_id: &str, mut each: impl FnMut(Record)) -> Result<(), LedgerError> {
        let Some(row) = self.row(run_id)? else { return Ok(()) };
        self.lines(run_id, &row, |_, line| {
            line.and_then(|line| serde_json::from_slice(line).ok()).map(&mut each);
            Ok(())
        })
    }

    /// The last record of a kind, looked for from the end and from the beginning.
    pub fn last_of(&self, run_id: &str, kind: Kind) -> Result<Option<Record>, LedgerError> {
        let Some(row) = self.row(run_id)? else { return Ok(None) };
        let seal = self.store.seal(row.tenant.as_deref())?;
        let order = if kind == Kind::RunStarted { "ASC" } else { "DESC" };
        let sql = format!(
            "SELECT place, line FROM records WHERE place BETWEEN ?1 AND ?2 ORDER BY place {order} LIMIT 1"
        );
        let bounds = params![place(row.number, 0), place(row.number, u64::from(u32::MAX))];
        let found = self.db.prepare_cached(&sql).and_then(|mut rows| {
            rows.query_row(bounds, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))).optional()
        });
        let Some((at, stored)) = found.map_err(self.fail())? else { return Ok(None) };
        let place = format!("{run_id}/{}", at & 0xffff_ffff);
        let record =
            seal::opened(seal, &place, &stored).and_then(|line| serde_json::from_slice::<Record>(&line).ok());
        Ok(record.filter(|record| record.kind == kind))
    }

    /// Hands out the lines of the log, each with the place where it stands.
    /// The log that lay where this one began, as its first entry says.
    pub fn replaces(&self) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT line FROM log WHERE seq = 0";
        let line: Option<Vec<u8>> =
            self.db.query_row(sql, [], |row| row.get(0)).optional().map_err(self.fail())?;
        let entry = line.and_then(|line| serde_json::from_slice::<serde_json::Value>(&line).ok());
        Ok(entry.and_then(|entry| Some(entry.get("body")?.get("replaces")?.as_str()?.to_owned())))
    }

    pub(crate) fn log(
        &self,
        mut each: impl FnMut(u64, &[u8]) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let mut rows =
            self.db.prepare_cached("SELECT seq, line FROM log ORDER BY seq").map_err(self.fail())?;
        let mut rows = rows.query([]).map_err(self.fail())?;
        while let Some(found) = rows.next().map_err(self.fail())? {
            let at = found.get::<_, i64>(0).map_err(self.fail())?;
            // A negative number is none that an entry could have.
            let at = u64::try_from(at).unwrap_or(i64::MAX.cast_unsigned());
            each(at, found.get_ref(1).map_err(self.fail())?.as_bytes().unwrap_or_default())?;
        }
        Ok(())
    }

    /// What the store says of itself.
    pub(crate) fn state_bytes(&self, key: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        log::state(&self.db, key).map_err(self.fail())
    }

    /// What the store says of itself, in text.
    pub(crate) fn state(&self, key: &str) -> Result<Option<String>, LedgerError> {
        let value = self.state_bytes(key)?;
        Ok(value.map(|value| String::from_utf8_lossy(&value).into_owned()))
    }

    /// The name of the log.
    pub(crate) fn origin(&self) -> Result<String, LedgerError> {
        Ok(self.state("origin")?.unwrap_or_default())
    }

    /// Whether there is a log: an export that is looked at has none of its own.
    pub(crate) fn has_log(&self) -> Result<bool, LedgerError> {
        self.db.query_row("SELECT EXISTS (SELECT 1 FROM log)", [], |row| row.get(0)).map_err(self.fail())
    }

    /// Reads everything as it is at one moment, whoever writes meanwhile.
    pub(crate) fn at_one_moment<T>(
        &self,
        read: impl FnOnce() -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        if !self.db.is_autocommit() {
            return read();
        }
        let _moment = self.db.unchecked_transaction().map_err(self.fail())?;
        read()
    }

    /// What is attached to a run, by its name.
    pub(crate) fn note(&self, run: i64, name: &str) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT text FROM notes WHERE run = ?1 AND name = ?2";
        let text =
            |row: &rusqlite::Row| Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned());
        let note = self
            .db
            .prepare_cached(sql)
            .and_then(|mut rows| rows.query_row(params![run, name], text).optional());
        note.map_err(self.fail())
    }

    /// Everything that is attached to a run.
    pub(crate) fn notes(&self, run: i64) -> Result<Vec<(String, String)>, LedgerError> {
        let sql = "SELECT name, text FROM notes WHERE run = ?1 ORDER BY name";
        let mut rows = self.db.prepare_cached(sql).map_err(self.fail())?;
        let note = |row: &rusqlite::Row| {
            Ok((row.get(0)?, String::from_utf8_lossy(row.get_ref(1)?.as_bytes()?).into_owned()))
        };
        let notes = rows.query_map([run], note).map_err(self.fail())?;
        notes.collect::<rusqlite::Result<_>>().map_err(self.fail())
    }

    /// What a run kept under a hash, if that is still what it was.
    pub fn payload(&self, run_id: &str, sha256: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        let Some(row) = self.row(run_id)? else { return Ok(None) };
        match self.kept(&row, sha256)? {
            Payload::There(bytes) if policy::blob::sha256(&bytes) == sha256 => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }

    /// Whether something that a run kept was taken out of the store.
    pub fn was_removed(&self, run_id: &str, sha256: &str) -> Result<bool, LedgerError> {
        self.row(run_id)?.map_or(Ok(false), |row| Ok(self.kept(&row, sha256)? == Payload::Removed))
    }

    /// What there is in a run under a hash, whether it is that or not.
    pub(crate) fn kept(&self, row: &Row, sha256: &str) -> Result<Payload, LedgerError> {
        let sql = "SELECT bytes FROM payloads JOIN kept ON payload = number WHERE run = ?1 AND sha256 = ?2";
        let found = self.db.prepare_cached(sql).and_then(|mut rows| {
            let bytes = |row: &rusqlite::Row| row.get::<_, Option<Vec<u8>>>(0);
            rows.query_row(params![row.number, unhex(sha256)], bytes).optional()
        });
        let seal = self.store.seal(row.tenant.as_deref())?;
        Ok(match found.map_err(self.fail())? {
            None => Payload::Missing,
            Some(None) => Payload::Removed,
            Some(Some(stored)) => opened(seal, sha256, &stored),
        })
    }
}

fn opened(seal: Option<&Seal>, sha256: &str, stored: &[u8]) -> Payload {
    seal::opened(seal, sha256, stored).map_or(Payload::Sealed, |bytes| Payload::There(bytes.into_owned()))
}

/// The bytes of a hash in hexadecimal; none for what is no such thing.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?);
    text.as_bytes().chunks(2).map(pair).collect::<Option<_>>().unwrap_or_default()
}
