//! A place in the source that only goes forward.

use finding::Span;

pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text, at: 0, lines: std::iter::once(0).chain(ends).collect() }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or("")
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.text.as_bytes()[self.at.min(self.text.len())..].starts_with(text.as_bytes())
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let there = self.starts_with(text);
        if there {
            self.advance(text.len());
        }
        there
    }

    pub(super) fn expect(&mut self, byte: u8, otherwise: &str) -> Result<(), String> {
        if self.peek() == Some(byte) {
            self.advance(1);
            return Ok(());
        }
        Err(self.fault(otherwise))
    }

    pub(super) fn identifier(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        if !(first.is_alphabetic() || first == '_') {
            return None;
        }
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let name = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        self.advance(name.len());
        Some(name)
    }

    /// Goes over spaces and comments, not over the end of the line.
    pub(super) fn skip_spaces(&mut self) -> Result<(), String> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r') => self.advance(1),
                Some(b'#') => self.skip_line(),
                Some(b'/') if self.starts_with("//") => self.skip_line(),
                Some(b'/') if self.starts_with("/*") => {
                    let end = self.rest().find("*/").ok_or_else(|| self.fault("a comment is not closed"))?;
                    self.advance(end + 2);
                }
                _ => return Ok(()),
            }
        }
    }

    pub(super) fn skip_blank_lines(&mut self) -> Result<(), String> {
        self.skip_spaces()?;
        while self.peek() == Some(b'\n') {
            self.advance(1);
            self.skip_spaces()?;
        }
        Ok(())
    }

    /// Goes to the end of the line, not over it.
    pub(super) fn skip_line(&mut self) {
        let rest = self.rest();
        self.advance(rest.find('\n').unwrap_or(rest.len()));
    }

    pub(super) fn span(&self, start: usize) -> Span {
        let (line, column) = self.place(start);
        let (end_line, end_column) = self.place(self.at);
        Span { line, column, end_line, end_column }
    }

    pub(super) fn fault(&self, what: &str) -> String {
        format!("is not Terraform: {what}, on line {}", self.place(self.at).0)
    }

    fn place(&self, at: usize) -> (u32, u32) {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        (number(line), number(at.saturating_sub(start) + 1))
    }
}
