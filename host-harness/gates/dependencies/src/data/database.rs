use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    DataError,
    pack::{MAGIC, PREFACE, ROW, Shelf, key},
};
use crate::{advisory::Advisory, hex, name};

/// Where advisories came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// What it is called.
    pub name: String,
    /// The SHA-256 of what was read.
    pub sha256: String,
    /// How many advisories it added.
    pub advisories: u64,
}

/// What a database says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Where its advisories came from.
    pub origins: Vec<Origin>,
    /// How fresh it is, in milliseconds since 1970.
    pub date_ms: u64,
    /// The advisories in it.
    pub advisories: u64,
    /// The packages that they are about.
    pub packages: u64,
    /// The ecosystems that they are about, each with the number of its packages. What was
    /// planted is none of them, and neither is what was only yanked.
    pub ecosystems: BTreeMap<String, u64>,
    /// Advisories that were taken back, and are not in it.
    pub withdrawn: u64,
    /// Advisories that name no package with versions, and are not in it.
    pub nameless: u64,
    /// Files that should have been advisories and could not be read.
    pub unread: u64,
    pub(super) table_bytes: u64,
    pub(super) table_sha256: String,
    pub(super) body_bytes: u64,
}

/// Advisories, as they lie in memory; only those that are asked for are parsed.
#[derive(Debug, Clone)]
pub struct Database {
    bytes: Vec<u8>,
    meta: Meta,
    table: usize,
    body: usize,
    sha256: String,
}

/// What came of opening a file that may not be there.
pub type Opened = Result<Database, DataError>;

/// The advisories of a package.
pub type Advisories = Vec<Advisory>;

impl Database {
    /// Opens a packed database. Its head and table are checked now, each shelf when it is read.
    pub fn open(bytes: Vec<u8>) -> Opened {
        let corrupt = |what: &str| DataError::Corrupt(what.to_owned());
        let rest = bytes.strip_prefix(&MAGIC[..7]).ok_or_else(|| corrupt("it is no advisory database"))?;
        if rest.first() != Some(&MAGIC[7]) {
            return Err(corrupt(
                "it is of another version of this program: `code-assist advisories import` makes it anew",
            ));
        }
        let (meta, table) = head(&bytes)?;
        let body = usize::try_from(meta.table_bytes).ok().and_then(|bytes| table.checked_add(bytes));
        let body = body.filter(|body| *body <= bytes.len()).ok_or_else(|| corrupt("it ends in its table"))?;
        if (bytes.len() - body) as u64 != meta.body_bytes || !meta.table_bytes.is_multiple_of(ROW as u64) {
            return Err(corrupt("it is not as long as it says"));
        }
        if hex(&Sha256::digest(&bytes[table..body])) != meta.table_sha256 {
            return Err(corrupt("its table does not have the hash that it says"));
        }
        let sha256 = hex(&Sha256::digest(&bytes[..table]));
        Ok(Self { meta, table, body, sha256, bytes })
    }

    /// The file to keep.
    pub fn packed(&self) -> &[u8] {
        &self.bytes
    }

    /// What it says of itself.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The SHA-256 of its head, which vouches for everything else.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Whether anything at all is known of an ecosystem, by its name in OSV.
    pub fn knows(&self, ecosystem: &str) -> bool {
        self.meta.ecosystems.contains_key(name::ecosystem(ecosystem))
    }

    /// Every advisory of a package, whatever the version.
    pub fn of(&self, ecosystem: &str, name: &str) -> Result<Advisories, DataError> {
        let ecosystem = name::ecosystem(ecosystem);
        let name = name::normal(ecosystem, name);
        let key = key(ecosystem, &name);
        let rows = self.bytes[self.table..self.body].as_chunks::<ROW>().0;
        let first = rows.partition_point(|row| row[..8] < key.to_be_bytes()[..]);
        for row in rows[first..].iter().take_while(|row| row[..8] == key.to_be_bytes()[..]) {
            let shelf = self.shelf(row)?;
            if shelf.ecosystem == ecosystem && shelf.name == name {
                return Ok(shelf.advisories);
            }
        }
        Ok(Vec::new())
    }

    /// Reads every shelf, as a check of the whole file.
    pub fn verify(&self) -> Result<(), DataError> {
        let rows = self.bytes[self.table..self.body].as_chunks::<ROW>().0;
        rows.iter().try_for_each(|row| self.shelf(row).map(drop))
    }

    fn shelf(&self, row: &[u8; ROW]) -> Result<Shelf, DataError> {
        let corrupt = |what: &str| DataError::Corrupt(what.to_owned());
        let number = |range: std::ops::Range<usize>| {
            row[range].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
        };
        let start = usize::try_from(number(8..16)).ok().and_then(|start| self.body.checked_add(start));
        let bytes = start
            .and_then(|start| Some(start..start.checked_add(number(16..20) as usize)?))
            .and_then(|range| self.bytes.get(range))
            .ok_or_else(|| corrupt("a shelf lies outside of it"))?;
        if Sha256::digest(bytes)[..16] != row[20..36] {
            return Err(corrupt("a shelf does not have the hash that its table says"));
        }
        serde_json::from_slice(bytes).map_err(|error| DataError::Corrupt(error.to_string()))
    }
}

/// What a database says of itself, where that is as it was written, and where its table begins.
fn head(bytes: &[u8]) -> Result<(Meta, usize), DataError> {
    let corrupt = |what: &str| DataError::Corrupt(what.to_owned());
    let cut = || corrupt("it ends in its head");
    let length = bytes.get(8..12).and_then(|length| length.try_into().ok()).map(u32::from_be_bytes);
    let table = length.map(|length| PREFACE + length as usize).ok_or_else(cut)?;
    let (hash, head) = bytes.get(12..PREFACE).zip(bytes.get(PREFACE..table)).ok_or_else(cut)?;
    if Sha256::digest(head)[..] != *hash {
        return Err(corrupt("it is damaged: its head does not have its hash"));
    }
    let meta = serde_json::from_slice(head).map_err(|error| DataError::Corrupt(error.to_string()))?;
    Ok((meta, table))
}
