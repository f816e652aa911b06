//! What comes back repeats no secret, not even one that is split over two pieces.

use crate::{net::Credential, secret::Known};

/// More than this is not held back for the end of a line.
const HELD_BYTES_MAX: usize = 64 * 1024;
/// What stays behind then: no secret is longer.
const TAIL_BYTES: usize = 8 * 1024;

/// What is looked for.
#[derive(Debug, Clone)]
pub(super) struct Redaction {
    known: Known,
    credential: Option<Credential>,
}

impl Redaction {
    pub(super) fn new(known: Known, credential: Option<Credential>) -> Self {
        Self { known, credential }
    }

    /// A text without secrets.
    pub(super) fn whole(&self, text: Vec<u8>) -> Vec<u8> {
        let text = if self.known.is_empty() { text } else { self.known.redact(text) };
        match &self.credential {
            Some(credential) if credential.is_in(&text) => credential.redact(&text),
            _ => text,
        }
    }

    /// The same for a text that comes in pieces.
    pub(super) fn passing(&self) -> Passing {
        Passing { redaction: self.clone(), held: Vec::new() }
    }

    fn is_needed(&self) -> bool {
        self.credential.is_some() || !self.known.is_empty()
    }
}

/// A text that passes in pieces. It goes on line by line, since a line is what events are
/// made of, and no secret has two.
#[derive(Debug)]
pub(super) struct Passing {
    redaction: Redaction,
    held: Vec<u8>,
}

impl Passing {
    /// Takes a piece and gives what can go on.
    pub(super) fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        if !self.redaction.is_needed() {
            return piece.to_vec();
        }
        let before = self.held.len();
        self.held.extend_from_slice(piece);
        match piece.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => {
                let rest = self.held.split_off(before + end + 1);
                self.redaction.whole(std::mem::replace(&mut self.held, rest))
            }
            None if self.held.len() > HELD_BYTES_MAX => {
                let mut clean = self.redaction.whole(std::mem::take(&mut self.held));
                self.held = clean.split_off(clean.len().saturating_sub(TAIL_BYTES));
                clean
            }
            None => Vec::new(),
        }
    }

    /// What is left.
    pub(super) fn finish(self) -> Vec<u8> {
        self.redaction.whole(self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(text: &str, piece: usize) -> String {
        let redaction = Redaction::new(Known::default(), Some(Credential::Bearer("s3cret".into())));
        let mut passing = redaction.passing();
        let mut out: Vec<u8> = text.as_bytes().chunks(piece).flat_map(|piece| passing.push(piece)).collect();
        out.extend(passing.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_secret_that_is_split_does_not_pass() {
        let long = format!("{}s3cret{}", "x".repeat(HELD_BYTES_MAX - 3), "y".repeat(HELD_BYTES_MAX));
        for text in ["data: s3cret\n\ndata: s3cret", "s3cret", "as3crets3cretb\n", &long] {
            for piece in [1, 2, 3, 5, 1000] {
                assert_eq!(passed(text, piece), text.replace("s3cret", "[redacted]"), "{piece}");
            }
        }
    }

    #[test]
    fn a_line_goes_on_as_soon_as_it_is_whole() {
        let mut passing = Redaction::new(Known::default(), Some(Credential::Bearer("s".into()))).passing();
        assert_eq!(passing.push(b"data: a\nda"), b"data: a\n");
        assert_eq!(passing.push(b"ta: b\n"), b"data: b\n");
        assert!(passing.finish().is_empty());
    }

    #[test]
    fn nothing_is_held_back_where_nothing_is_secret() {
        let mut passing = Redaction::new(Known::default(), None).passing();
        assert_eq!(passing.push(b"abc"), b"abc");
    }
}
