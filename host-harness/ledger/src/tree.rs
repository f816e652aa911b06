//! The Merkle tree over records (RFC 6962): its root while it grows, and its proofs.

use tlog_tiles::tlog::{
    EMPTY_HASH, Error, Hash, HashReader, RecordProof, TreeProof, node_hash, prove_record, prove_tree,
    split_stored_hash_index,
};

use crate::LedgerError;

/// No tree that anybody could have is larger.
const SIZE_MAX: u64 = 1 << 62;

/// A tree that only grows: the roots of its whole subtrees, from the largest to the smallest.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf, whose subtree is joined with each other of its size.
    pub fn push(&mut self, leaf: Hash) {
        let joins = self.size.trailing_ones();
        let joined = (0..joins).fold(leaf, |right, _| match self.peaks.pop() {
            Some(left) => node_hash(left, right),
            None => right,
        });
        self.peaks.push(joined);
        self.size += 1;
    }

    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().copied();
        let Some(last) = peaks.next() else { return EMPTY_HASH };
        peaks.fold(last, |right, left| node_hash(left, right))
    }

    /// As it is kept between runs.
    pub fn to_bytes(&self) -> Vec<u8> {
        let peaks = self.peaks.iter().flat_map(|peak| peak.0);
        self.size.to_be_bytes().into_iter().chain(peaks).collect()
    }

    /// Reads back what was kept; nothing where it can't have been.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, peaks) = bytes.split_first_chunk()?;
        let (peaks, rest) = peaks.as_chunks::<32>();
        let frontier =
            Self { size: u64::from_be_bytes(*size), peaks: peaks.iter().copied().map(Hash).collect() };
        let fits = rest.is_empty()
            && frontier.size <= SIZE_MAX
            && frontier.peaks.len() == frontier.size.count_ones() as usize;
        fits.then_some(frontier)
    }
}

/// The leaves of a tree, for its proofs.
pub(crate) struct Leaves(pub Vec<Hash>);

impl Leaves {
    pub fn size(&self) -> u64 {
        self.0.len() as u64
    }

    pub fn prove(&self, index: u64) -> Result<RecordProof, LedgerError> {
        prove_record(self.size(), index, self).map_err(unproved)
    }

    /// That the tree which it was when it had `size` leaves is its beginning.
    pub fn prove_beginning(&self, size: u64) -> Result<TreeProof, LedgerError> {
        match size == 0 {
            true => Ok(Vec::new()),
            false => prove_tree(self.size(), size, self).map_err(unproved),
        }
    }

    /// The root of the tree that it was when it had `size` leaves.
    pub fn root_at(&self, size: usize) -> Option<Hash> {
        let mut frontier = Frontier::default();
        self.0.get(..size)?.iter().for_each(|leaf| frontier.push(*leaf));
        Some(frontier.root())
    }

    fn subtree(&self, index: u64) -> Option<Hash> {
        let (level, place) = split_stored_hash_index(index);
        let (start, width) = (usize::try_from(place << level).ok()?, 1_usize << level);
        let mut frontier = Frontier::default();
        self.0.get(start..start.checked_add(width)?)?.iter().for_each(|leaf| frontier.push(*leaf));
        Some(frontier.root())
    }
}

impl HashReader for Leaves {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let missing = || Error::InvalidInput("a subtree beyond the tree".to_owned());
        indexes.iter().map(|index| self.subtree(*index).ok_or_else(missing)).collect()
    }
}

fn unproved(error: Error) -> LedgerError {
    LedgerError::Proof(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tlog_tiles::tlog::{check_record, check_tree, record_hash};

    fn leaves(count: u64) -> Leaves {
        Leaves((0..count).map(|leaf| record_hash(&leaf.to_be_bytes())).collect())
    }

    fn grown(leaves: &Leaves) -> Frontier {
        let mut frontier = Frontier::default();
        leaves.0.iter().for_each(|leaf| frontier.push(*leaf));
        frontier
    }

    #[test]
    fn every_leaf_and_every_beginning_of_every_tree_is_proved() {
        for size in 1..=33 {
            let (leaves, frontier) = (leaves(size), grown(&leaves(size)));
            let root = frontier.root();
            for index in 0..size {
                let proof = leaves.prove(index).unwrap();
                let leaf = leaves.0[usize::try_from(index).unwrap()];
                check_record(&proof, size, root, index, leaf).unwrap();
                assert!(check_record(&proof, size, root, index, record_hash(b"other")).is_err());
            }
            for beginning in 1..=size {
                let proof = leaves.prove_beginning(beginning).unwrap();
                let old = leaves.root_at(usize::try_from(beginning).unwrap()).unwrap();
                check_tree(&proof, size, root, beginning, old).unwrap();
            }
        }
    }

    #[test]
    fn a_frontier_that_was_kept_goes_on() {
        for size in 0..40 {
            let frontier = grown(&leaves(size));
            assert_eq!(Frontier::from_bytes(&frontier.to_bytes()).unwrap(), frontier);
            assert_eq!(Frontier::from_bytes(&frontier.to_bytes()[1..]), None);
        }
        assert_eq!(grown(&leaves(0)).root(), EMPTY_HASH);
    }
}
