use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::{DataError, Database, Origin, archive, index, pack};
use crate::{
    advisory::{Advisory, Affected, Event, Kind, Read, parse_osv, parse_osv_yaml, parse_rustsec},
    hex, name,
    version::Order,
};

/// Every advisory of a package, by its ecosystem and name in normal form.
pub type Shelves = BTreeMap<(String, String), Vec<Advisory>>;

/// A file that should be an advisory and can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// What came of an import.
#[derive(Debug)]
pub struct Imported {
    /// The database.
    pub database: Database,
    /// The first files that could not be read; their number is in the database's `Meta`.
    pub unread: Vec<Unread>,
}

/// The package and advisory of which every database is given one, for the gate's canary.
#[derive(Debug, Clone, Copy)]
pub struct Planted;

impl Planted {
    /// The advisory.
    pub const ID: &'static str = "CANARY-2000-0001";
    /// The package, on crates.io.
    pub const NAME: &'static str = "code-assist-canary";
    /// A version that is affected.
    pub const VERSION: &'static str = "0.1.0-canary.7";

    fn advisory() -> Advisory {
        Advisory {
            id: Self::ID.to_owned(),
            aliases: Vec::new(),
            summary: "planted to be found".to_owned(),
            severity: None,
            kind: Kind::Vulnerability,
            modified_ms: 0,
            withdrawn_ms: None,
            ranges: vec![vec![
                Event::Introduced("0.1.0-canary.3".to_owned()),
                Event::Fixed("0.1.0-canary.20".to_owned()),
            ]],
            versions: Vec::new(),
        }
    }
}

const UNREAD_TOLD_MAX: usize = 100;
/// Files that an error names.
const UNREAD_NAMED_MAX: usize = 5;

/// Reads advisories from wherever they come.
#[derive(Debug, Default)]
pub struct Importer {
    shelves: Shelves,
    origins: Vec<Origin>,
    unread: Vec<Unread>,
    unread_count: u64,
    ids: BTreeSet<String>,
    /// By the names of their files.
    withdrawn: BTreeMap<String, (u64, Vec<Affected>)>,
    nameless: u64,
    newest_ms: u64,
    tolerates_unread: bool,
    has_index: bool,
}

impl Importer {
    /// With nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether files that should be advisories and can't be read are left out, rather than the
    /// whole import be refused. The gate tells that some are missing.
    pub fn tolerate_unread(&mut self, tolerates: bool) {
        self.tolerates_unread = tolerates;
    }

    /// Reads a zip, tar, tar.gz or tar.xz of advisories: an archive of OSV, or a snapshot of an
    /// advisory database.
    pub fn archive(&mut self, name: &str, bytes: &[u8]) -> Result<(), DataError> {
        let before = self.taken();
        archive::each(name, bytes, |path, entry| match entry {
            Ok(bytes) => self.file(path, bytes),
            Err(reason) => self.miss(path, reason),
        })?;
        self.close(name, hex(&Sha256::digest(bytes)), before)
    }

    /// Reads files one by one, such as those of a folder.
    pub fn files<N: AsRef<str>, B: AsRef<[u8]>>(
        &mut self,
        name: &str,
        files: impl IntoIterator<Item = (N, B)>,
    ) -> Result<(), DataError> {
        let before = self.taken();
        let mut hash = Sha256::new();
        for (path, bytes) in files {
            let (path, bytes) = (path.as_ref(), bytes.as_ref());
            for part in [path.as_bytes(), bytes] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
            if archive::is_archive(bytes) {
                self.archive(path, bytes)?;
            } else {
                self.file(path, bytes);
            }
        }
        self.close(name, hex(&hash.finalize()), before)
    }

    /// Reads which versions were yanked from files of a registry index.
    pub fn index<N: AsRef<str>, B: AsRef<[u8]>>(
        &mut self,
        name: &str,
        files: impl IntoIterator<Item = (N, B)>,
    ) -> Result<(), DataError> {
        let mut hash = Sha256::new();
        let mut taken = 0;
        for (path, bytes) in files {
            hash.update(bytes.as_ref());
            match index::yanked(bytes.as_ref()) {
                Ok(yanked) => {
                    taken += 1;
                    yanked.into_iter().for_each(|yanked| self.take_back(yanked));
                }
                Err(reason) => self.miss(path.as_ref(), reason),
            }
        }
        if taken == 0 {
            return Err(DataError::NoIndex { name: name.to_owned() });
        }
        self.has_index = true;
        self.origins.push(Origin { name: name.to_owned(), sha256: hex(&hash.finalize()), advisories: 0 });
        Ok(())
    }

    /// Makes the database. Its date is the given one, else that of its newest advisory.
    pub fn finish(mut self, date_ms: Option<u64>) -> Result<Imported, DataError> {
        if self.unread_count > 0 && !self.tolerates_unread {
            return Err(self.unread_error());
        }
        self.refuse_too_little(date_ms)?;
        let date_ms = date_ms.unwrap_or(self.newest_ms);
        self.keep_until_withdrawn(date_ms);
        let planted = ("crates.io".to_owned(), Planted::NAME.to_owned());
        self.shelves.insert(planted, vec![Planted::advisory()]);
        let meta = pack::Counts {
            origins: self.origins,
            date_ms,
            advisories: self.ids.len() as u64,
            withdrawn: self.withdrawn.len() as u64,
            nameless: self.nameless,
            unread: self.unread_count,
        };
        let bytes = pack::pack(meta, self.shelves)?;
        Ok(Imported { database: Database::open(bytes)?, unread: self.unread })
    }

    /// What a database can't be made of.
    fn refuse_too_little(&self, date_ms: Option<u64>) -> Result<(), DataError> {
        let nothing = self.ids.is_empty() && self.shelves.is_empty();
        match (nothing, self.has_index) {
            (true, true) => Err(DataError::NoneYanked),
            (true, false) => Err(DataError::Empty { name: "the import".to_owned() }),
            (false, _) if date_ms.is_none() && self.ids.is_empty() => Err(DataError::Undated),
            (false, _) => Ok(()),
        }
    }

    /// Advisories that are taken back after the date of the data hold until then.
    fn keep_until_withdrawn(&mut self, date_ms: u64) {
        let later: Vec<_> = self.withdrawn.extract_if(.., |_, (at_ms, _)| *at_ms > date_ms).collect();
        for (_, (at_ms, affected)) in later {
            for mut affected in affected {
                affected.advisory.withdrawn_ms = Some(at_ms);
                self.shelve(affected);
            }
        }
    }

    fn unread_error(&self) -> DataError {
        let first = self.unread.iter().take(UNREAD_NAMED_MAX);
        let first: Vec<String> =
            first.map(|unread| format!("`{}` ({})", unread.name, unread.reason)).collect();
        DataError::Unread { count: self.unread_count, first: first.join(", ") }
    }

    fn taken(&self) -> (u64, u64) {
        (self.ids.len() as u64, self.ids.len() as u64 + self.withdrawn.len() as u64 + self.nameless)
    }

    /// An archive with nothing in it would make a database that never finds anything.
    fn close(&mut self, name: &str, sha256: String, before: (u64, u64)) -> Result<(), DataError> {
        let after = self.taken();
        if after.1 == before.1 && self.origins.iter().all(|origin| origin.sha256 != sha256) {
            return Err(DataError::Empty { name: name.to_owned() });
        }
        self.origins.push(Origin { name: name.to_owned(), sha256, advisories: after.0 - before.0 });
        Ok(())
    }

    /// Reads a file, if its name is that of an advisory.
    fn file(&mut self, path: &str, bytes: &[u8]) {
        let file = path.rsplit('/').next().unwrap_or(path);
        let read = match file.rsplit_once('.').map(|(_, extension)| extension) {
            Some("json") => parse_osv(bytes),
            Some("yaml" | "yml")
                if bytes.starts_with(b"id:") || path.contains("vulns/") || has_name_of_advisory(file) =>
            {
                parse_osv_yaml(bytes)
            }
            Some("md") if is_rustsec(path, bytes) => parse_rustsec(bytes),
            _ => return,
        };
        match read {
            Ok(Read::Live(affected)) if affected.is_empty() => self.nameless += 1,
            Ok(Read::Live(affected)) => affected.into_iter().for_each(|affected| self.shelve(affected)),
            Ok(Read::Withdrawn(at_ms, affected)) => {
                self.withdrawn.insert(file.to_owned(), (at_ms, affected));
            }
            Err(_) if is_no_advisory(file, bytes) => {}
            Err(reason) => self.miss(path, reason),
        }
    }

    fn miss(&mut self, path: &str, reason: String) {
        self.unread_count += 1;
        if self.unread.len() < UNREAD_TOLD_MAX {
            self.unread.push(Unread { name: path.to_owned(), reason });
        }
    }

    /// Puts an advisory where its package is looked up; of two with one id the newer stays.
    fn shelve(&mut self, affected: Affected) {
        let Affected { ecosystem, name, advisory } = affected;
        let ecosystem = name::ecosystem(&ecosystem).to_owned();
        let name = name::normal(&ecosystem, &name);
        self.newest_ms = self.newest_ms.max(advisory.modified_ms);
        self.ids.insert(advisory.id.clone());
        let shelf = self.shelves.entry((ecosystem, name)).or_default();
        match shelf.iter_mut().find(|other| other.id == advisory.id && other.kind == advisory.kind) {
            Some(other) if other.modified_ms > advisory.modified_ms => {}
            Some(other) => *other = advisory,
            None => shelf.push(advisory),
        }
    }

    fn take_back(&mut self, yanked: index::Yanked) {
        let ecosystem = name::ecosystem(&yanked.ecosystem).to_owned();
        let order = Order::of(&ecosystem).unwrap_or(Order::Semver);
        let shelf =
            self.shelves.entry((ecosystem, name::normal(&yanked.ecosystem, &yanked.name))).or_default();
        match shelf.iter_mut().find(|advisory| advisory.kind == Kind::Yanked) {
            Some(advisory)
                if advisory.versions.iter().any(|known| order.compare(known, &yanked.version).is_eq()) => {}
            Some(advisory) => advisory.versions.push(yanked.version),
            None => shelf.push(Advisory {
                id: "YANKED".to_owned(),
                aliases: Vec::new(),
                summary: String::new(),
                severity: None,
                kind: Kind::Yanked,
                modified_ms: 0,
                withdrawn_ms: None,
                ranges: Vec::new(),
                versions: vec![yanked.version],
            }),
        }
    }
}

/// RustSec's files have a name of their own, or stand in a folder of its layout.
fn is_rustsec(path: &str, bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(64)];
    path.rsplit('/').next().is_some_and(|file| file.starts_with("RUSTSEC-"))
        || String::from_utf8_lossy(start).trim_start().starts_with("```toml")
}

/// Databases have lists and dates of their own beside their advisories, whose names have a number.
fn is_no_advisory(file: &str, bytes: &[u8]) -> bool {
    let named = has_name_of_advisory(file) || file.bytes().any(|byte| byte.is_ascii_digit());
    let json = serde_json::from_slice::<serde_json::Value>(bytes);
    !named && json.is_ok_and(|value| value.get("id").is_none() && value.get("affected").is_none())
}

/// How the ids of advisories begin, as OSV lists them.
const PREFIXES: [&str; 51] = [
    "ALBA-",
    "ALEA-",
    "ALPINE-",
    "ALSA-",
    "ASB-",
    "BELL-",
    "BIT-",
    "CANARY-",
    "CGA-",
    "CLEANSTART-",
    "CURL-",
    "CVE-",
    "DEBIAN-",
    "DLA-",
    "DRUPAL-",
    "DSA-",
    "DTSA-",
    "ECHO-",
    "EEF-",
    "ELA-",
    "GHSA-",
    "GO-",
    "GSD-",
    "HSEC-",
    "JLSEC-",
    "JVNDB-",
    "KUBE-",
    "LBSEC-",
    "LSN-",
    "MAL-",
    "MGASA-",
    "MINI-",
    "OESA-",
    "OPENSUSE-",
    "OSEC-",
    "OSV-",
    "PHSA-",
    "PSF-",
    "PUB-",
    "PYSEC-",
    "RHBA-",
    "RHEA-",
    "RHSA-",
    "RLSA-",
    "ROOT-",
    "RSEC-",
    "RUSTSEC-",
    "RXSA-",
    "SUSE-",
    "UBUNTU-",
    "USN-",
];

/// Whether a file is named by the id of an advisory: then it is one, whatever it holds.
fn has_name_of_advisory(file: &str) -> bool {
    let file = file.to_ascii_uppercase();
    PREFIXES.iter().any(|prefix| file.starts_with(prefix))
}
