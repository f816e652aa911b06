//! Places in a text, found without counting its lines anew each time.

use std::ops::Range;

use finding::Span;

/// Where the lines of a text begin.
#[derive(Debug)]
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { starts: std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect() }
    }

    pub(crate) fn span(&self, bytes: Range<usize>) -> Span {
        let (line, column) = self.place(bytes.start);
        let (end_line, end_column) = self.place(bytes.end);
        Span { line, column, end_line, end_column }
    }

    fn place(&self, at: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        (number(line), number(at - self.starts[line - 1] + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_frame() {
        let text = "ab\ncd\u{e9}\n\nx";
        for at in [0, 1, 2, 3, 5, 7, 8, 9] {
            assert_eq!(Lines::of(text).span(at..at), Span::of(text.as_bytes(), at..at), "{at}");
        }
    }
}
