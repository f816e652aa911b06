use std::sync::Arc;

use super::{known::Looking, look::Hit};

/// Redacts what comes in pieces. It holds back as much as a secret may be long, so that
/// none slips through between two pieces.
pub struct Redactor {
    looking: Option<Arc<Looking>>,
    held: Vec<u8>,
}

impl Redactor {
    pub(super) fn new(looking: Option<Arc<Looking>>) -> Self {
        Self { looking, held: Vec::new() }
    }

    /// Takes a piece, and gives what can be told by now.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        let Some(looking) = self.looking.clone() else { return piece.to_vec() };
        self.held.extend_from_slice(piece);
        let reach = looking.reach();
        // To look at what is held again for every byte that comes would take too long.
        if self.held.len() < 2 * reach {
            return Vec::new();
        }
        let hits = looking.hits(&self.held);
        let cut = before(&hits, self.held.len() - reach);
        let hits: Vec<_> = hits.into_iter().filter(|hit| hit.place.end <= cut).collect();
        let told = looking.replaced(&self.held[..cut], &hits);
        self.held.drain(..cut);
        told
    }

    /// Gives the rest.
    pub fn finish(self) -> Vec<u8> {
        match self.looking {
            Some(looking) => looking.redacted(&self.held).unwrap_or(self.held),
            None => self.held,
        }
    }
}

/// A place at or before `cut` that no secret crosses. What ends just there may go on.
fn before(hits: &[Hit], cut: usize) -> usize {
    let crossing = hits.iter().find(|hit| hit.place.start < cut && hit.place.end >= cut);
    crossing.map_or(cut, |hit| hit.place.start)
}
