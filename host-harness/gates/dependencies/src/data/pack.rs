use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    DataError, Meta, Origin,
    import::{Planted, Shelves},
};
use crate::{
    advisory::{Advisory, Kind},
    hex,
};

/// The form of the file; another number is another form.
pub const MAGIC: &[u8; 8] = b"CAADV\0\0\x03";
/// The magic number, the head's length and its hash.
pub const PREFACE: usize = 8 + 4 + 32;
/// A key, where its shelf begins, how long it is, and half its hash.
pub const ROW: usize = 8 + 8 + 4 + 16;

/// What an import counted.
pub struct Counts {
    pub origins: Vec<Origin>,
    pub date_ms: u64,
    pub advisories: u64,
    pub withdrawn: u64,
    pub nameless: u64,
    pub unread: u64,
}

/// The advisories of one package, as they are kept.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shelf {
    #[serde(rename = "e")]
    pub ecosystem: String,
    #[serde(rename = "n")]
    pub name: String,
    #[serde(rename = "a")]
    pub advisories: Vec<Advisory>,
}

/// The key of a package: where its name lands in a table that is sorted by hash.
pub fn key(ecosystem: &str, name: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update((ecosystem.len() as u64).to_be_bytes());
    hash.update(ecosystem);
    hash.update(name);
    let digest = hash.finalize();
    u64::from_be_bytes(digest[..8].try_into().unwrap_or_default())
}

/// Lays a database out: what it is, the table of its packages, their shelves. The head has its own
/// hash, and each part carries that of the next, so that the first alone vouches for everything.
pub fn pack(counts: Counts, shelves: Shelves) -> Result<Vec<u8>, DataError> {
    let corrupt = |error: serde_json::Error| DataError::Corrupt(error.to_string());
    let packages = shelves.len() as u64;
    let ecosystems = ecosystems(&shelves);
    let mut sorted: Vec<(u64, Shelf)> = shelves
        .into_iter()
        .map(|((ecosystem, name), mut advisories)| {
            advisories.sort_by(|a, b| (&a.id, a.kind).cmp(&(&b.id, b.kind)));
            (key(&ecosystem, &name), Shelf { ecosystem, name, advisories })
        })
        .collect();
    sorted.sort_by(|(a, x), (b, y)| (a, &x.ecosystem, &x.name).cmp(&(b, &y.ecosystem, &y.name)));
    let (mut table, mut body) = (Vec::new(), Vec::new());
    for (key, shelf) in sorted {
        let bytes = serde_json::to_vec(&shelf).map_err(corrupt)?;
        let length = u32::try_from(bytes.len())
            .map_err(|_| DataError::Corrupt(format!("too much is said of `{}`", shelf.name)))?;
        table.extend(key.to_be_bytes());
        table.extend((body.len() as u64).to_be_bytes());
        table.extend(length.to_be_bytes());
        table.extend(&Sha256::digest(&bytes)[..16]);
        body.extend(bytes);
    }
    let meta = Meta {
        origins: counts.origins,
        date_ms: counts.date_ms,
        advisories: counts.advisories,
        packages,
        ecosystems,
        withdrawn: counts.withdrawn,
        nameless: counts.nameless,
        unread: counts.unread,
        table_bytes: table.len() as u64,
        table_sha256: hex(&Sha256::digest(&table)),
        body_bytes: body.len() as u64,
    };
    let head = serde_json::to_vec(&meta).map_err(corrupt)?;
    let length = u32::try_from(head.len()).map_err(|_| DataError::Corrupt("too many sources".to_owned()))?;
    let hash = Sha256::digest(&head);
    Ok([&MAGIC[..], &length.to_be_bytes(), &hash, &head, &table, &body].concat())
}

/// What the advisories are about, with the number of packages.
fn ecosystems(shelves: &Shelves) -> BTreeMap<String, u64> {
    let mut known = BTreeMap::new();
    let planted = |name: &str| name == Planted::NAME;
    let told = |advisories: &[Advisory]| advisories.iter().any(|one| one.kind != Kind::Yanked);
    for ((ecosystem, name), advisories) in shelves {
        if !planted(name) && told(advisories) {
            *known.entry(ecosystem.clone()).or_default() += 1;
        }
    }
    known
}
