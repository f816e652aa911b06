//! The rows of a run, as they are written.

use std::borrow::Cow;

use policy::Blob;
use rusqlite::{Connection, params};

use crate::{
    Seal,
    db::{Durable, place},
    seal,
};

/// The rows of a run, within a transaction.
pub(crate) struct Rows<'a> {
    pub db: &'a Connection,
    pub run: i64,
    pub run_id: &'a str,
    pub seal: Option<&'a Seal>,
}

impl Rows<'_> {
    pub fn record(&self, seq: u64, line: &str) -> rusqlite::Result<()> {
        self.line(seq, line.as_bytes())
    }

    pub fn line(&self, seq: u64, line: &[u8]) -> rusqlite::Result<()> {
        let stored = match self.seal {
            None => Cow::Borrowed(line),
            Some(_) => self.sealed(&format!("{}/{seq}", self.run_id), line)?,
        };
        let mut insert = self.db.prepare_cached("INSERT INTO records (place, line) VALUES (?1, ?2)")?;
        insert.execute(params![place(self.run, seq), stored]).map(|_| ())
    }

    pub fn payload(&self, blob: &Blob) -> rusqlite::Result<()> {
        self.payload_as(blob.sha256(), Some(blob.bytes()))
    }

    /// Keeps bytes under a hash, whether it is theirs or not; none for what was taken out. What
    /// was taken out once stays out.
    pub fn payload_as(&self, hash: &str, bytes: Option<&[u8]>) -> rusqlite::Result<()> {
        let sha256 = crate::reader::unhex(hash);
        let tenant = self.seal.map_or("", Seal::tenant);
        let sql = "SELECT number FROM payloads WHERE sha256 = ?1 AND tenant = ?2";
        let known =
            self.db.prepare_cached(sql)?.query_row(params![sha256, tenant], |row| row.get::<_, i64>(0));
        let number = match known {
            Err(rusqlite::Error::QueryReturnedNoRows) => {
                let stored = bytes.map(|bytes| self.sealed(hash, bytes)).transpose()?;
                let sql = "INSERT INTO payloads (sha256, tenant, bytes) VALUES (?1, ?2, ?3)";
                self.db.prepare_cached(sql)?.insert(params![sha256, tenant, stored])?
            }
            known => known?,
        };
        let mut insert =
            self.db.prepare_cached("INSERT OR IGNORE INTO kept (run, payload) VALUES (?1, ?2)")?;
        insert.execute(params![self.run, number]).map(|_| ())
    }

    pub fn note(&self, name: &str, text: &str) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO notes (run, name, text) VALUES (?1, ?2, ?3)";
        self.db.prepare_cached(sql)?.execute(params![self.run, name, text.as_bytes()]).map(|_| ())
    }

    /// A commit that waits for the disk has to write something.
    pub fn touch(&self, durable: Durable) -> rusqlite::Result<()> {
        if durable == Durable::Synced {
            self.db
                .prepare_cached("UPDATE runs SET tenant = tenant WHERE number = ?1")?
                .execute([self.run])?;
        }
        Ok(())
    }

    fn sealed<'a>(&self, place: &str, bytes: &'a [u8]) -> rusqlite::Result<Cow<'a, [u8]>> {
        let refused = |fault: String| rusqlite::Error::ToSqlConversionFailure(fault.into());
        seal::sealed(self.seal, place, bytes).map_err(refused)
    }
}
