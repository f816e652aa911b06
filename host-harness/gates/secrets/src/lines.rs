use std::ops::Range;

use finding::Span;

/// Counts the lines of a text that comes in parts, asked from front to back, so that many
/// findings in a long file stay cheap.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    at: usize,
    line: u32,
    line_start: usize,
}

impl Lines {
    pub(crate) fn new() -> Self {
        Self { at: 0, line: 1, line_start: 0 }
    }

    /// The span of some bytes; `text` is what there is from the offset `base` on.
    pub(crate) fn span(&mut self, text: &[u8], base: usize, bytes: &Range<usize>) -> Span {
        self.go(text, base, bytes.start);
        let (line, column) = self.place(bytes.start);
        let mut end = self.clone();
        end.go(text, base, bytes.end);
        let (end_line, end_column) = end.place(bytes.end);
        Span { line, column, end_line, end_column }
    }

    pub(crate) fn go(&mut self, text: &[u8], base: usize, to: usize) {
        let to = to.min(base + text.len());
        if to <= self.at {
            return;
        }
        let from = self.at.max(base) - base;
        for end in memchr::memchr_iter(b'\n', &text[from..to - base]) {
            self.line = self.line.saturating_add(1);
            self.line_start = base + from + end + 1;
        }
        self.at = to;
    }

    fn place(&self, at: usize) -> (u32, u32) {
        let column = at.saturating_sub(self.line_start) + 1;
        (self.line, u32::try_from(column).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_the_frame_counts_them() {
        let text = "ab\ncdé\n\nfgh".as_bytes();
        let mut lines = Lines::new();
        for bytes in [0..1, 1..5, 4..7, 8..9, 9..12] {
            assert_eq!(lines.span(text, 0, &bytes), Span::of(text, bytes));
        }
    }
}
