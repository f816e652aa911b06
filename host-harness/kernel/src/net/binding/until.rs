//! How long an exchange may go on.

use tokio::time::Instant;

use super::open::Times;

/// When an exchange is over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Until {
    /// Whatever comes.
    pub end: Instant,
    /// Where no good answer has begun by then.
    pub patience: Instant,
    /// Where nothing came of it but signs of life.
    pub alive: Instant,
}

/// Whether events have begun to come: comments are signs of life, and no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// Not yet; what is read next is the beginning of a line.
    AtLine,
    /// Not yet; what is read next is within a comment.
    InComment,
    Yes,
}

impl Begun {
    /// Takes more of what came.
    pub fn push(self, piece: &[u8]) -> Self {
        piece.iter().fold(self, |begun, byte| match (begun, byte) {
            (Self::Yes, _) => Self::Yes,
            (_, b'\r' | b'\n') => Self::AtLine,
            (Self::AtLine, b':') | (Self::InComment, _) => Self::InComment,
            (Self::AtLine, _) => Self::Yes,
        })
    }
}

impl Until {
    pub(super) fn of(times: Times) -> Self {
        let now = Instant::now();
        Self { end: now + times.whole, patience: now + times.patience, alive: now + times.patience * 3 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_beginning() {
        for (text, expected) in [
            ("", Begun::AtLine),
            (": ping\n\n: ping", Begun::InComment),
            (": ping\r\n\r\n", Begun::AtLine),
            (": ping\n\ndata: a", Begun::Yes),
            ("event: x", Begun::Yes),
            ("\n\n:a:b\r", Begun::AtLine),
        ] {
            for size in 1..4 {
                let begun = text.as_bytes().chunks(size).fold(Begun::AtLine, Begun::push);
                assert_eq!(begun, expected, "{text:?} {size}");
            }
        }
    }
}
