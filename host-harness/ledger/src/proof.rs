//! Proofs that a record is in a run, that a run is in a log, and that a log has only grown.
//! They are written as C2SP tlog-proof has them, and read in two more forms.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use tlog_tiles::tlog::{EMPTY_HASH, Hash, check_record, check_tree, record_hash};

use crate::{
    LedgerError, Reader, Trust,
    chain::hex,
    note::Opened,
    reader::{Row, unhex},
    tree::Leaves,
    verify::LogView,
};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// No tree that anybody could have is larger.
const SIZE_MAX: u64 = 1 << 62;
/// No proof in such a tree is longer.
const HASHES_MAX: usize = 63;

/// A proof that something is in a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// What is proved to be there, where the proof brings it along.
    pub leaf: Option<Vec<u8>>,
    /// Its place.
    pub index: u64,
    hashes: Vec<Hash>,
    /// The tree, as a signed note.
    pub checkpoint: String,
}

impl Proof {
    /// The text of the proof.
    pub fn to_text(&self) -> String {
        let extra = self.leaf.as_ref().map(|leaf| format!("extra {}\n", BASE64_STANDARD.encode(leaf)));
        let hashes: String = self.hashes.iter().map(|hash| format!("{hash}\n")).collect();
        format!(
            "{FIRST_LINE}\n{}index {}\n{hashes}\n{}",
            extra.unwrap_or_default(),
            self.index,
            self.checkpoint
        )
    }

    /// Reads the text of a proof.
    pub fn parse(text: &str) -> Result<Self, String> {
        let malformed = |what: &str| format!("no proof as C2SP tlog-proof has them: {what}");
        let (head, checkpoint) = text.split_once("\n\n").ok_or_else(|| malformed("no empty line"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(malformed("another first line"));
        }
        let leaf =
            lines.next_if(|line| line.starts_with("extra ")).map(|line| BASE64_STANDARD.decode(&line[6..]));
        let leaf = leaf.transpose().map_err(|_| malformed("its extra data is no base64"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or_else(|| malformed("no index"))?;
        let hashes = lines.map(Hash::parse_hash).collect::<Result<Vec<_>, _>>();
        let hashes = hashes.map_err(|_| malformed("a line that is no hash"))?;
        Ok(Self { leaf, index, hashes, checkpoint: checkpoint.to_owned() })
    }

    /// Whether the leaf is in the tree that the checkpoint is of.
    pub fn check(&self, leaf: &[u8], trust: &Trust) -> Result<Opened, String> {
        let opened = trust.open(&self.checkpoint)?;
        inclusion(self.index, opened.size, &opened.root, record_hash(leaf), &self.hashes)?;
        trust.demand(&opened)?;
        Ok(opened)
    }
}

/// A proof that a log has only grown, as a witness is given it (C2SP tlog-witness).
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// How many entries it had.
    pub old: u64,
    hashes: Vec<Hash>,
    /// The log as it is, as a signed note.
    pub checkpoint: String,
}

impl Growth {
    /// Reads the text of a proof.
    pub fn parse(text: &str) -> Result<Self, String> {
        let malformed = |what: &str| format!("no proof of growth: {what}");
        let (head, checkpoint) = text.split_once("\n\n").ok_or_else(|| malformed("no empty line"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or_else(|| malformed("another first line"))?;
        let hashes = lines.map(Hash::parse_hash).collect::<Result<Vec<_>, _>>();
        let hashes = hashes.map_err(|_| malformed("a line that is no hash"))?;
        Ok(Self { old, hashes, checkpoint: checkpoint.to_owned() })
    }

    /// Whether what the log was is the beginning of what it is.
    pub fn check(&self, before: &Opened, trust: &Trust) -> Result<Opened, String> {
        let opened = trust.open(&self.checkpoint)?;
        if (&before.origin, before.size) != (&opened.origin, self.old) {
            return Err(format!(
                "it is of the log `{}` since {} entries, and the checkpoint of `{}` with {}",
                opened.origin.escape_debug(),
                self.old,
                before.origin.escape_debug(),
                before.size
            ));
        }
        let (old, new) = (hash_of(&before.root)?, hash_of(&opened.root)?);
        match before.size == opened.size {
            true if old == new && self.hashes.is_empty() => {}
            _ => consistency((before.size, old), (opened.size, new), &self.hashes)?,
        }
        trust.demand(&opened)?;
        Ok(opened)
    }
}

/// A number in decimal, in its one spelling.
fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

fn inclusion(index: u64, size: u64, root: &str, leaf: Hash, hashes: &[Hash]) -> Result<(), String> {
    bounded(size, hashes)?;
    let root = hash_of(root)?;
    let holds = index < size && check_record(&hashes.to_vec(), size, root, index, leaf).is_ok();
    holds.then_some(()).ok_or_else(|| format!("leaf {index} is not proved to be in the tree of {size}"))
}

fn bounded(size: u64, hashes: &[Hash]) -> Result<(), String> {
    let fits = size <= SIZE_MAX && hashes.len() <= HASHES_MAX;
    fits.then_some(()).ok_or_else(|| "larger than any tree".to_owned())
}

fn hash_of(hexadecimal: &str) -> Result<Hash, String> {
    unhex(hexadecimal).try_into().map(Hash).map_err(|_| "its root is no hash".to_owned())
}

/// A proof in the form in which implementations of RFC 6962 exchange theirs: hashes in base64.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Bare {
    /// A leaf is in a tree.
    #[serde(rename_all = "camelCase")]
    Inclusion {
        /// The place of the leaf.
        leaf_idx: u64,
        /// The leaves of the tree.
        tree_size: u64,
        /// Its root.
        root: Option<String>,
        /// The hash of the leaf.
        leaf_hash: Option<String>,
        /// The hashes on the way.
        #[serde(default)]
        proof: Option<Vec<String>>,
    },
    /// A tree is the beginning of another.
    Consistency {
        /// The leaves of the smaller tree.
        size1: u64,
        /// The leaves of the larger.
        size2: u64,
        /// The root of the smaller.
        root1: Option<String>,
        /// The root of the larger.
        root2: Option<String>,
        /// The hashes on the way.
        #[serde(default)]
        proof: Option<Vec<String>>,
    },
}

impl Bare {
    /// Whether it holds.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Inclusion { leaf_idx, tree_size, root, leaf_hash, proof } => {
                let (root, leaf) = (decoded(root.as_deref())?, decoded(leaf_hash.as_deref())?);
                inclusion(*leaf_idx, *tree_size, &hex(&root), leaf, &all(proof.as_deref())?)
            }
            Self::Consistency { size1, size2, root1, root2, proof } => {
                let proof = proof.as_deref().unwrap_or_default();
                if *size1 == 0 {
                    return Err("nothing is proved about the tree of no leaves".to_owned());
                }
                if size1 == size2 {
                    return same(root1.as_deref(), root2.as_deref(), proof);
                }
                let (old, new) = (decoded(root1.as_deref())?, decoded(root2.as_deref())?);
                consistency((*size1, old), (*size2, new), &all(Some(proof))?)
            }
        }
    }
}

/// A tree is its own beginning, whatever its root is a hash of.
fn same(one: Option<&str>, other: Option<&str>, proof: &[String]) -> Result<(), String> {
    let bytes = |root: Option<&str>| BASE64_STANDARD.decode(root.unwrap_or_default());
    let (one, other) = (bytes(one), bytes(other));
    let holds = proof.is_empty() && one.is_ok() && one == other;
    holds.then_some(()).ok_or_else(|| "trees of one size have one root, and need no proof of it".to_owned())
}

fn decoded(text: Option<&str>) -> Result<Hash, String> {
    Hash::parse_hash(text.unwrap_or_default()).map_err(|_| "a hash that is no base64 of 32 bytes".to_owned())
}

fn all(hashes: Option<&[String]>) -> Result<Vec<Hash>, String> {
    hashes.unwrap_or_default().iter().map(|hash| decoded(Some(hash))).collect()
}

/// Whether a tree is the beginning of another.
pub(crate) fn consistency(
    (old_size, old): (u64, Hash),
    (new_size, new): (u64, Hash),
    hashes: &[Hash],
) -> Result<(), String> {
    bounded(new_size, hashes)?;
    let no = || format!("the tree of {old_size} is not proved to be the beginning of the tree of {new_size}");
    let holds = match old_size {
        _ if old_size > new_size => false,
        0 => hashes.is_empty() && old == EMPTY_HASH && (new_size > 0 || new == old),
        _ => check_tree(&hashes.to_vec(), new_size, new, old_size, old).is_ok(),
    };
    holds.then_some(()).ok_or_else(no)
}

impl Reader {
    /// Proves that a record is in its run.
    pub fn prove_record(&self, run_id: &str, seq: u64) -> Result<Proof, LedgerError> {
        let row = self.there(run_id)?;
        let checkpoint = self.note(row.number, "checkpoint")?.ok_or_else(|| {
            LedgerError::Unfit(format!(
                "`{run_id}` did not come to its end: nothing is signed that its records could be proved with"
            ))
        })?;
        let (leaves, leaf) = self.leaves_of(run_id, &row, seq)?;
        let leaf = leaf.ok_or_else(|| {
            LedgerError::Unfit(format!(
                "`{run_id}` has {} records and none with the number {seq}",
                leaves.size()
            ))
        })?;
        Ok(Proof { leaf: Some(leaf), index: seq, hashes: leaves.prove(seq)?, checkpoint })
    }

    /// Proves that the log knows a run: its end, or its start where it has no end.
    pub fn prove_run(&self, run_id: &str) -> Result<Proof, LedgerError> {
        let view = LogView::read(self)?;
        let known = view.runs.get(run_id).and_then(|known| known.ended_at.or(known.started_at));
        let none = || LedgerError::Unfit(format!("the log does not know `{run_id}`"));
        self.prove_entry(known.ok_or_else(none)?)
    }

    /// Proves that an entry is in the log.
    pub(crate) fn prove_entry(&self, seq: u64) -> Result<Proof, LedgerError> {
        let (mut leaves, mut leaf) = (Vec::new(), None);
        self.log(|at, line| {
            leaves.push(record_hash(line));
            if at == seq {
                leaf = Some(line.to_vec());
            }
            Ok(())
        })?;
        let hashes = Leaves(leaves).prove(seq)?;
        Ok(Proof { leaf, index: seq, hashes, checkpoint: self.log_checkpoint()? })
    }

    /// The checkpoint of the log.
    pub fn log_checkpoint(&self) -> Result<String, LedgerError> {
        let none = || LedgerError::Unfit("the log has no checkpoint yet".to_owned());
        self.state("checkpoint")?.ok_or_else(none)
    }

    /// Proves that the log which a checkpoint is of is the beginning of the log as it is: the
    /// hashes on the way, in base64.
    pub fn prove_growth(&self, before: &Opened) -> Result<Vec<String>, LedgerError> {
        let mut leaves = Vec::new();
        self.log(|_, line| {
            leaves.push(record_hash(line));
            Ok(())
        })?;
        let leaves = Leaves(leaves);
        let then = usize::try_from(before.size).ok().and_then(|size| leaves.root_at(size));
        match then.map(|root| hex(&root)) {
            None => Err(LedgerError::Unfit(format!(
                "the log has {} entries, and the checkpoint is of {}: it was cut off or put back",
                leaves.size(),
                before.size
            ))),
            Some(root) if root != before.root => {
                let message = format!(
                    "the first {} entries of the log are not those that the checkpoint is of",
                    before.size
                );
                Err(LedgerError::Unfit(message))
            }
            Some(_) => Ok(leaves.prove_beginning(before.size)?.iter().map(ToString::to_string).collect()),
        }
    }

    pub(crate) fn there(&self, run_id: &str) -> Result<Row, LedgerError> {
        self.row(run_id)?
            .ok_or_else(|| LedgerError::Unfit(format!("the records of `{run_id}` are not there any more")))
    }

    fn leaves_of(&self, run_id: &str, row: &Row, seq: u64) -> Result<(Leaves, Option<Vec<u8>>), LedgerError> {
        let (mut leaves, mut leaf) = (Vec::new(), None);
        self.lines(run_id, row, |at, line| {
            let line = line.unwrap_or_default();
            leaves.push(record_hash(line));
            if at == seq {
                leaf = Some(line.to_vec());
            }
            Ok(())
        })?;
        Ok((Leaves(leaves), leaf))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_read_as_it_is_written_and_in_no_other_way() {
        let proof = Proof {
            leaf: Some(b"x".to_vec()),
            index: 3,
            hashes: vec![record_hash(b"1"), record_hash(b"2")],
            checkpoint: "example.com/log\n4\nAAAA\n".to_owned(),
        };
        let text = proof.to_text();
        assert_eq!(Proof::parse(&text).unwrap(), proof);
        for bad in [
            text.replacen("@v1", "@v2", 1),
            text.replacen("index 3", "index 03", 1),
            text.replacen("index 3\n", "", 1),
            text.replacen("\n\n", "\n", 1),
            text.replacen("extra ", "extra !", 1),
        ] {
            assert!(Proof::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_that_no_tree_has_are_refused_without_a_word_to_the_mathematics() {
        let hash = record_hash(b"x");
        assert!(inclusion(0, u64::MAX, &hex(&hash), hash, &[]).is_err());
        assert!(inclusion(1, 1, &hex(&hash), hash, &[]).is_err());
        assert!(inclusion(0, 1, &hex(&hash), hash, &[]).is_ok());
        assert!(inclusion(0, 1, &hex(&hash), hash, &[hash]).is_err());
        assert!(consistency((2, hash), (1, hash), &[]).is_err());
        assert!(consistency((0, EMPTY_HASH), (1, hash), &[]).is_ok());
        assert!(consistency((1, hash), (1, hash), &[]).is_ok());
        assert!(consistency((1, hash), (1, hash), &[hash]).is_err());
    }
}
