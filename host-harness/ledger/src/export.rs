//! A run in one file, which needs nothing else to be verified: an archive (tar) of plain files,
//! the same twice.
//!
//! `format.json` says what it is. `records.jsonl` holds a record a line. `payloads/<sha256>` is
//! what they name. `notes/` holds the run's checkpoint, the envelopes of statements about it,
//! and, as `log-*.tlog-proof`, the entries of the log about it with their proofs.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
};

use agent_contract::trace::Kind;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tar::{Archive, Builder, EntryType, Header};

use crate::{
    LedgerError, Reader, Store,
    db::{self, Durable},
    log::Entry,
    reader::{Payload, Row},
    rows::Rows,
    statement,
    store::is_name,
    verify::{self, LogView, Verification},
};

/// The form of an export.
const FORMAT: &str = "code-assist-export/1";
/// No export that is read is larger.
const BYTES_MAX: u64 = 64 << 30;
/// No file in it but the records is larger, and none of those.
const FILE_MAX: u64 = 1 << 30;
/// The file of the records.
const RECORDS: &str = "records.jsonl";
const FORMAT_MAX: u64 = 64 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Format {
    format: String,
    run_id: String,
    /// The log that the run is in.
    origin: String,
    /// Hashes of payloads that were taken out of the store.
    removed: BTreeSet<String>,
}

impl Reader {
    /// Writes a run into a file.
    pub fn export(&self, run_id: &str, to: &mut dyn Write) -> Result<(), LedgerError> {
        self.at_one_moment(|| self.export_now(run_id, to))
    }

    fn export_now(&self, run_id: &str, to: &mut dyn Write) -> Result<(), LedgerError> {
        let failed = |source| LedgerError::Io { operation: "write", path: "the export".into(), source };
        let row = self.there(run_id)?;
        let (bytes, named) = self.survey(run_id, &row)?;
        let removed: BTreeSet<_> = self.removed(&row)?.intersection(&named).cloned().collect();
        let notes = self.export_notes(run_id, &row, &removed)?;
        let mut archive = Builder::new(to);
        let format = Format {
            format: FORMAT.to_owned(),
            run_id: run_id.to_owned(),
            origin: row.origin.clone().map_or_else(|| self.origin(), Ok)?,
            removed,
        };
        let text = serde_json_canonicalizer::to_vec(&format).map_err(LedgerError::Canonical)?;
        add(&mut archive, "format.json", &text).map_err(failed)?;
        self.export_records(run_id, &row, bytes, &mut archive)?;
        for hash in named {
            if let Payload::There(bytes) = self.kept(&row, &hash)? {
                add(&mut archive, &format!("payloads/{hash}"), &bytes).map_err(failed)?;
            }
        }
        for (name, text) in notes {
            add(&mut archive, &format!("notes/{name}"), text.as_bytes()).map_err(failed)?;
        }
        archive.finish().map_err(failed)
    }

    /// The bytes of all lines, and the payloads that they name. The lines may be more than the
    /// memory holds.
    fn survey(&self, run_id: &str, row: &Row) -> Result<(u64, BTreeSet<String>), LedgerError> {
        let (mut bytes, mut named) = (0, BTreeSet::new());
        self.lines(run_id, row, |_, line| {
            let line = line.unwrap_or_default();
            bytes += line.len() as u64 + 1;
            named.extend(verify::names(line));
            Ok(())
        })?;
        Ok((bytes, named))
    }

    fn export_records(
        &self,
        run_id: &str,
        row: &Row,
        bytes: u64,
        archive: &mut Builder<&mut dyn Write>,
    ) -> Result<(), LedgerError> {
        let failed = |source| LedgerError::Io { operation: "write", path: "the export".into(), source };
        let mut header = header(RECORDS, bytes).map_err(failed)?;
        header.set_cksum();
        let out = archive.get_mut();
        out.write_all(header.as_bytes()).map_err(failed)?;
        self.lines(run_id, row, |_, line| {
            let line = line.unwrap_or_default();
            out.write_all(line).and_then(|()| out.write_all(b"\n")).map_err(failed)
        })?;
        let padding = usize::try_from(bytes.next_multiple_of(512) - bytes).unwrap_or_default();
        out.write_all(&[0; 512][..padding]).map_err(failed)
    }

    /// What is attached to a run, and what the log says of it.
    fn export_notes(
        &self,
        run_id: &str,
        row: &Row,
        removed: &BTreeSet<String>,
    ) -> Result<Vec<(String, String)>, LedgerError> {
        let mut notes = self.notes(row.number)?;
        notes.retain(|(name, _)| is_ours(name) && (row.origin.is_some() || !verify::is_proof(name)));
        let view = LogView::read(self)?;
        if row.origin.is_none() {
            let known = view.runs.get(run_id).cloned().unwrap_or_default();
            let entries = [("log-started", known.started_at), ("log-finished", known.ended_at)];
            for (name, seq) in entries.into_iter().filter_map(|(name, seq)| Some((name, seq?))) {
                notes.push((format!("{name}.tlog-proof"), self.prove_entry(seq)?.to_text()));
            }
        }
        // What was taken out before the run was taken in is told by the other log's proof.
        for hash in removed {
            let name = format!("log-removed-{hash}.tlog-proof");
            let told = notes.iter().any(|(other, _)| *other == name);
            if let Some(seq) = view.removed_at.get(hash).filter(|_| !told) {
                notes.push((name, self.prove_entry(*seq)?.to_text()));
            }
        }
        notes.sort();
        Ok(notes)
    }

    /// The hashes of what was taken out of a run.
    fn removed(&self, row: &Row) -> Result<BTreeSet<String>, LedgerError> {
        let sql =
            "SELECT sha256 FROM payloads JOIN kept ON payload = number WHERE run = ?1 AND bytes IS NULL";
        let mut rows = self.db.prepare_cached(sql).map_err(self.fail())?;
        let hash = |row: &rusqlite::Row| {
            let bytes = row.get_ref(0)?.as_bytes()?;
            Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
        };
        let hashes = rows.query_map([row.number], hash).map_err(self.fail())?;
        hashes.collect::<rusqlite::Result<_>>().map_err(self.fail())
    }
}

/// Whether something that is attached to a run is of a name that the ledger gives.
fn is_ours(name: &str) -> bool {
    ["checkpoint", "anchor.json"].contains(&name) || statement::is_name(name) || verify::is_proof(name)
}

/// The same header for the same file, whoever writes it and whenever.
fn header(name: &str, bytes: u64) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(name)?;
    header.set_size(bytes);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_entry_type(EntryType::Regular);
    header.set_cksum();
    Ok(header)
}

fn add(archive: &mut Builder<&mut dyn Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    archive.append(&header(name, bytes.len() as u64)?, bytes)
}

/// An export that was read into a store of its own, which lasts as long as it is looked at.
pub struct Export {
    /// What it holds.
    pub reader: Reader,
    /// The run that is in it.
    pub run_id: String,
    /// SHA-256 of all that was read.
    sha256: Hash,
}

type Hash = [u8; 32];

/// Reads an export. Where a key that is known has signed the run, it must have signed all that
/// is said of the run.
pub fn open(path: &Path, store: &Store) -> Result<Export, LedgerError> {
    let mut db = db::temporary()?;
    let temporary = Path::new("(the export)");
    let (format, sha256) = db::at_once(&mut db, temporary, Durable::Written, |tx| fill(tx, path, None))?;
    let mut reader = Reader::new(db, temporary.to_owned(), store.clone());
    let checkpoint = reader.attached(&format.run_id, "checkpoint")?.unwrap_or_default();
    let signed = store.trust().open(&checkpoint).is_ok_and(|opened| !opened.signed_by.is_empty());
    reader.store = store.clone().demanding(signed);
    Ok(Export { reader, run_id: format.run_id, sha256 })
}

impl Export {
    /// Verifies the run in it, and that nothing else is in it.
    pub fn verify(&self) -> Result<Verification, LedgerError> {
        let mut verification = verify::run(&self.reader, &LogView::default(), &self.run_id, false)?;
        let mut digest = Digesting(Sha256::new(), ());
        self.reader.export(&self.run_id, &mut digest)?;
        if self.sha256 != Hash::from(digest.0.finalize()) {
            verification.add(
                "export-changed",
                "export",
                "the file holds something that is no part of the run, or not in its place",
            );
        }
        Ok(verification)
    }
}

/// Reads an export and verifies it.
pub fn verify_export(path: &Path, store: &Store) -> Result<Verification, LedgerError> {
    open(path, store)?.verify()
}

/// What went through, as one hash.
struct Digesting<T>(Sha256, T);

impl<T> Write for Digesting<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<T: Read> Read for Digesting<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.1.read(bytes)?;
        self.0.update(&bytes[..count]);
        Ok(count)
    }
}

/// Takes a run of another store in. It must verify.
pub fn import(path: &Path, store: &Store, time_ms: u64) -> Result<String, LedgerError> {
    let export = open(path, store)?;
    let verification = export.verify()?;
    if let Some(fault) = verification.faults.first() {
        return Err(unreadable(path, format!("it does not verify: {fault}")));
    }
    let run_id = verification.run_id;
    if store.runs()?.contains(&run_id) {
        return Err(LedgerError::Unfit(format!("`{run_id}` is in the store already")));
    }
    let body = serde_json::json!({
        "records": verification.records, "head": verification.head, "root": verification.root,
    });
    let entry = Entry { run_id: &run_id, kind: Kind::LogRunImported, body };
    store.note(time_ms, &entry, |tx| match fill(tx, path, Some(store))?.1 == export.sha256 {
        true => Ok(()),
        false => Err(unreadable(path, "it was changed while it was read")),
    })?;
    Ok(run_id)
}

fn unreadable(path: &Path, fault: impl Into<String>) -> LedgerError {
    LedgerError::Export { path: path.to_owned(), fault: fault.into() }
}

/// Puts what an export holds into a database.
fn fill(
    db: &rusqlite::Connection,
    path: &Path,
    store: Option<&Store>,
) -> Result<(Format, Hash), LedgerError> {
    let fail = |error: io::Error| unreadable(path, error.to_string());
    let written = |error: rusqlite::Error| unreadable(path, error.to_string());
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return Err(unreadable(path, "it is no plain file"));
    }
    let file = File::open(path).map_err(LedgerError::io("open", path))?;
    let reading = Digesting(Sha256::new(), BufReader::new(file).take(BYTES_MAX));
    let mut archive = Archive::new(reading);
    let mut entries = archive.entries().map_err(fail)?;
    let none = || unreadable(path, "it is no archive that `code-assist audit export` writes");
    let first = entries.next().and_then(Result::ok).ok_or_else(none)?;
    let format = format(path, first)?;
    let tenant = store.and_then(Store::tenant);
    let seal = store.map(|store| store.seal(tenant)).transpose()?.flatten();
    let sql = "INSERT INTO runs (run_id, tenant, origin) VALUES (?1, ?2, ?3)";
    db.execute(sql, params![format.run_id, tenant, format.origin]).map_err(written)?;
    let rows = Rows { db, run: db.last_insert_rowid(), run_id: &format.run_id, seal };
    for entry in entries {
        let mut entry = entry.map_err(fail)?;
        let name = entry.path().map_err(fail)?.to_string_lossy().into_owned();
        let bytes_max = if name == RECORDS { BYTES_MAX } else { FILE_MAX };
        fits(path, &entry, bytes_max)?;
        match name.split_once('/') {
            None if name == RECORDS => fill_records(&rows, entry).map_err(|fault| unreadable(path, fault))?,
            Some(("payloads", hash)) => {
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).map_err(fail)?;
                rows.payload_as(hash, Some(&bytes)).map_err(written)?;
            }
            Some(("notes", name)) => {
                let mut text = String::new();
                entry.read_to_string(&mut text).map_err(fail)?;
                rows.note(name, &text).map_err(written)?;
            }
            _ => return Err(unreadable(path, format!("it holds `{}`", name.escape_debug()))),
        }
    }
    format.removed.iter().try_for_each(|hash| rows.payload_as(hash, None)).map_err(written)?;
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink()).map_err(fail)?;
    Ok((format, rest.0.finalize().into()))
}

/// That a file is what it takes in the archive, and no larger than it may be.
fn fits(path: &Path, entry: &tar::Entry<impl Read>, bytes_max: u64) -> Result<(), LedgerError> {
    let name = String::from_utf8_lossy(&entry.path_bytes()).escape_debug().to_string();
    match entry.header().entry_type() == EntryType::Regular && entry.size() <= bytes_max {
        true => Ok(()),
        false => Err(unreadable(path, format!("`{name}` is no plain file that fits"))),
    }
}

fn format(path: &Path, mut entry: tar::Entry<impl Read>) -> Result<Format, LedgerError> {
    let mut text = String::new();
    fits(path, &entry, FORMAT_MAX)?;
    entry.read_to_string(&mut text).map_err(|error| unreadable(path, error.to_string()))?;
    let format: Format =
        serde_json::from_str(&text).map_err(|error| unreadable(path, format!("format.json: {error}")))?;
    if format.format != FORMAT {
        let other = format.format.escape_debug();
        let fault = format!("it has the form `{other}`, and this program reads `{FORMAT}`");
        return Err(LedgerError::Unfit(format!("`{}` can't be read as an export: {fault}", path.display())));
    }
    match is_name(&format.run_id) {
        true => Ok(format),
        false => Err(unreadable(path, format!("`{}` is no id of a run", format.run_id.escape_debug()))),
    }
}

fn fill_records(rows: &Rows, entry: impl Read) -> Result<(), String> {
    let mut lines = BufReader::new(entry);
    let mut line = Vec::new();
    for seq in 0_u64.. {
        line.clear();
        let mut one = Read::take(&mut lines, FILE_MAX);
        io::BufRead::read_until(&mut one, b'\n', &mut line).map_err(|error| error.to_string())?;
        match line.pop() {
            None => return Ok(()),
            Some(b'\n') => rows.line(seq, &line).map_err(|error| error.to_string())?,
            Some(_) => return Err("its last record has no end".to_owned()),
        }
    }
    Ok(())
}
