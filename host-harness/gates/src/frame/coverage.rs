use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use agent_contract::{
    RepoPath,
    gate::{Coverage, Skipped},
};
use sha2::{Digest as _, Sha256};

use super::OURS;

/// Paths that are told for one reason, at the most.
const PATHS_MAX: usize = 10;

/// The hash of each file that was looked into.
#[derive(Debug, Default)]
pub struct Digest(Mutex<BTreeMap<RepoPath, [u8; 32]>>);

impl Digest {
    /// Takes note of what a file holds.
    pub(crate) fn note(&self, path: &RepoPath, bytes: &[u8]) {
        let hash = Sha256::digest(bytes).into();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), hash);
    }

    /// Takes note of many.
    pub(crate) fn extend(&self, hashes: Vec<(RepoPath, [u8; 32])>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(hashes);
    }

    /// The SHA-256 over everything: a line for each path with the hash of what it holds, as
    /// `sha256sum` has it, and `-` for what nobody looked into.
    pub(crate) fn over(&self, paths: &[RepoPath], left_out: &[(RepoPath, &'static str)]) -> String {
        let hashes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whole = Sha256::new();
        for path in paths {
            match hashes.get(path) {
                Some(hash) => whole.update(hex(hash)),
                None => whole.update("-"),
            }
            ["  ", path.as_str(), "\n"].iter().for_each(|part| whole.update(part));
        }
        left_out.iter().for_each(|(path, _)| whole.update(format!("-  {path}\n")));
        hex(&whole.finalize())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Counts what a gate looked into.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    scanned: u64,
    bytes: u64,
    skipped: BTreeMap<String, (u64, Vec<RepoPath>)>,
    pub broken: Vec<String>,
}

impl Tally {
    pub fn scanned(&mut self, bytes: usize) {
        self.scanned += 1;
        self.bytes += bytes as u64;
    }

    pub fn skipped(&mut self, path: &RepoPath, reason: &str) {
        // Not made a string of first: most files are skipped for one of a few reasons.
        match self.skipped.get_mut(reason) {
            Some((count, paths)) => {
                *count += 1;
                if paths.len() < PATHS_MAX {
                    paths.push(path.clone());
                }
            }
            None => drop(self.skipped.insert(reason.to_owned(), (1, vec![path.clone()]))),
        }
    }

    pub fn broken(&mut self, path: &RepoPath, reason: &str) {
        let named = format!("`{path}` ");
        // What could not be read at all names itself.
        self.broken.push(format!("{named}{}", reason.strip_prefix(&named).unwrap_or(reason)));
        self.skipped(path, "it can't be read");
    }

    /// The same with what another one counted.
    pub fn with(mut self, other: Self) -> Self {
        self.scanned += other.scanned;
        self.bytes += other.bytes;
        self.broken.extend(other.broken);
        for (reason, (count, paths)) in other.skipped {
            let (all, known) = self.skipped.entry(reason).or_default();
            *all += count;
            known.extend(paths);
        }
        self
    }

    pub fn coverage(self, scope: &str, canary: bool) -> (Coverage, Vec<String>) {
        let skipped = self.skipped.into_iter().map(|(reason, (files, mut paths))| {
            paths.sort();
            paths.truncate(PATHS_MAX);
            Skipped { reason, files, paths }
        });
        let skipped: Vec<_> = skipped.collect();
        let files = self.scanned + skipped.iter().map(|skipped| skipped.files).sum::<u64>();
        let mut broken = self.broken;
        broken.sort();
        let coverage = Coverage {
            tool: OURS.to_owned(),
            scope: scope.to_owned(),
            files,
            scanned: self.scanned,
            bytes: self.bytes,
            skipped,
            tree_sha256: String::new(),
            canary,
        };
        (coverage, broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_is_named_once() {
        let path = RepoPath::parse("r.bin").unwrap();
        let table = [
            ("is no YAML", "`r.bin` is no YAML"),
            ("`r.bin` is larger than 4 bytes", "`r.bin` is larger than 4 bytes"),
            ("`r.bin.old` is gone", "`r.bin` `r.bin.old` is gone"),
        ];
        for (reason, told) in table {
            let mut tally = Tally::default();
            tally.broken(&path, reason);
            assert_eq!(tally.broken, [told]);
        }
    }
}
