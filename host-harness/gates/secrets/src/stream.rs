//! A file that comes in pieces: no more than a piece and a seam of it is held.

use crate::{Leak, Overflow, Scanner, Worker, lines::Lines, scan::Text};

/// How much is looked through at once.
pub(crate) const PIECE_BYTES: usize = 1 << 20;
/// What a match that starts at the end of a piece may still reach.
const SEAM_BYTES: usize = 64 << 10;
/// What a match may look back on.
const BACK_BYTES: usize = 4 << 10;

/// Looks for secrets in what it is fed.
#[derive(Debug)]
pub struct Stream<'a> {
    scanner: &'a Scanner,
    worker: &'a mut Worker,
    path: Option<&'a str>,
    held: Vec<u8>,
    /// The file's offset of the first byte that is held.
    base: usize,
    /// What starts before it was told.
    told: usize,
    lines: Lines,
    leaks: Vec<Leak>,
}

impl<'a> Stream<'a> {
    pub(crate) fn new(scanner: &'a Scanner, worker: &'a mut Worker, path: Option<&'a str>) -> Self {
        worker.gates.fill(false);
        let (held, leaks) = (Vec::new(), Vec::new());
        Self { scanner, worker, path, held, base: 0, told: 0, lines: Lines::new(), leaks }
    }

    /// Takes the next piece, of any size.
    pub fn feed(&mut self, mut piece: &[u8]) -> Result<(), Overflow> {
        while !piece.is_empty() {
            let room = (PIECE_BYTES + SEAM_BYTES + BACK_BYTES).saturating_sub(self.held.len());
            let (now, later) = piece.split_at(room.min(piece.len()));
            self.held.extend_from_slice(now);
            piece = later;
            if self.held.len() >= PIECE_BYTES + SEAM_BYTES + BACK_BYTES {
                self.scan(self.base + self.held.len() - SEAM_BYTES)?;
                self.let_go();
            }
        }
        Ok(())
    }

    /// What was found in all the pieces.
    pub fn finish(mut self) -> Result<Vec<Leak>, Overflow> {
        self.scan(usize::MAX)?;
        Ok(self.scanner.without_doubles(self.leaks))
    }

    fn scan(&mut self, until: usize) -> Result<(), Overflow> {
        let told = self.told..until;
        let text = Text { bytes: &self.held, base: self.base, told, path: self.path };
        let found = self.scanner.scan(self.worker, text, &mut self.lines)?;
        self.leaks.extend(found);
        self.told = until;
        Ok(())
    }

    /// Keeps what the next piece has to be seen with.
    fn let_go(&mut self) {
        let until = self.told - self.base - BACK_BYTES;
        self.lines.go(&self.held, self.base, self.base + until);
        self.held.drain(..until);
        self.base += until;
    }
}
