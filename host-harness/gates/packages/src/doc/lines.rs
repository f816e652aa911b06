/// Where the lines of a text start.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    /// Finds the lines of a text.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The line of a byte, from one.
    pub(crate) fn at(&self, byte: usize) -> u32 {
        number(self.0.partition_point(|end| *end < byte) + 1)
    }
}

/// A count as a line number.
pub(crate) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
