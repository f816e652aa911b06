//! Why a file was not read.

/// Why a file has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Skipped {
    /// It has more bytes than are read of one file.
    #[error("too-large")]
    TooLarge,
    /// It is no text.
    #[error("binary")]
    Binary,
    /// It opens more brackets within one another than anybody writes.
    #[error("too-deep")]
    TooDeep,
    /// It was not done within its time.
    #[error("slow")]
    Slow,
    /// The child that read it went away, or can't be had.
    #[error("unavailable")]
    Unavailable,
    /// Its bytes can't be had.
    #[error("unreadable")]
    Unreadable,
    /// A pattern has more than may be looked for, or nests too deep.
    #[error("pattern-too-large")]
    PatternTooLarge,
    /// A pattern is made of nothing but metavariables, or is empty.
    #[error("pattern-without-text")]
    PatternWithoutText,
    /// A pattern is not one whole piece of code in the language of the file.
    #[error("pattern-not-understood")]
    PatternNotUnderstood,
}

impl Skipped {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::TooLarge,
        Self::Binary,
        Self::TooDeep,
        Self::Slow,
        Self::Unavailable,
        Self::Unreadable,
        Self::PatternTooLarge,
        Self::PatternWithoutText,
        Self::PatternNotUnderstood,
    ];

    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    pub(crate) fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}
