//! Physical lines to logical ones: continuations, comments between them, heredocs after them.

use std::ops::Range;

/// An instruction on one line, and where each piece of it came from.
#[derive(Debug)]
pub(crate) struct Logical {
    pub(crate) text: String,
    /// Offset here, offset in the file.
    pieces: Vec<(usize, usize)>,
    pub(crate) heredocs: Vec<Heredoc>,
}

/// Text that stands below its instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heredoc {
    pub(crate) name: String,
    pub(crate) body: String,
    /// Where its body begins in the file.
    pub(crate) at: usize,
}

impl Logical {
    /// Where in the file a byte of this line stands.
    pub(crate) fn source(&self, at: usize) -> usize {
        let piece = self.pieces.partition_point(|(here, _)| *here <= at).max(1) - 1;
        self.pieces.get(piece).map_or(0, |(here, there)| there + at.saturating_sub(*here))
    }

    pub(crate) fn source_range(&self, bytes: Range<usize>) -> Range<usize> {
        let start = self.source(bytes.start);
        let last = self.source(bytes.end.saturating_sub(1).max(bytes.start));
        start..if bytes.is_empty() { start } else { last + 1 }
    }
}

/// What the lines of a file come to.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) logical: Vec<Logical>,
    pub(crate) blanks: Vec<usize>,
}

pub(crate) fn read(text: &str, escape: char) -> Result<Read, String> {
    let mut reader = Reader { text, at: 0, escape, read: Read::default() };
    while let Some((at, line)) = reader.next() {
        if is_empty_or_comment(line) {
            continue;
        }
        let mut logical = reader.logical(at, line);
        logical.heredocs = reader.heredocs(&logical.text)?;
        reader.read.logical.push(logical);
    }
    Ok(reader.read)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    escape: char,
    read: Read,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<(usize, &'a str)> {
        let rest = &self.text[self.at..];
        let line = rest.split_inclusive('\n').next()?;
        let at = self.at;
        self.at += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some((at, line.strip_suffix('\r').unwrap_or(line)))
    }

    fn logical(&mut self, at: usize, line: &str) -> Logical {
        let mut logical = Logical { text: String::new(), pieces: Vec::new(), heredocs: Vec::new() };
        let mut current = Some((at, line));
        while let Some((at, line)) = current {
            let kept = self.continued(line);
            logical.pieces.push((logical.text.len(), at));
            logical.text.push_str(kept.unwrap_or(line));
            if kept.is_none() {
                break;
            }
            current = self.after_continuation();
        }
        logical
    }

    /// Comments and empty lines inside an instruction are passed over, the latter with a mark.
    fn after_continuation(&mut self) -> Option<(usize, &'a str)> {
        loop {
            let (at, line) = self.next()?;
            if line.trim().is_empty() {
                self.read.blanks.push(at);
            } else if !line.trim_start().starts_with('#') {
                return Some((at, line));
            }
        }
    }

    fn continued<'l>(&self, line: &'l str) -> Option<&'l str> {
        let kept = line.trim_end_matches([' ', '\t']).strip_suffix(self.escape)?;
        (!kept.ends_with(self.escape)).then_some(kept)
    }

    fn heredocs(&mut self, text: &str) -> Result<Vec<Heredoc>, String> {
        let mut found = Vec::new();
        for (name, tabs) in heredoc_names(text) {
            let start = self.at;
            loop {
                let end = self.at;
                let Some((_, line)) = self.next() else {
                    return Err(format!("is not whole: the heredoc `{name}` has no end"));
                };
                let line = if tabs { line.trim_start_matches('\t') } else { line };
                if line == name {
                    found.push(Heredoc { name, body: self.text[start..end].to_owned(), at: start });
                    break;
                }
            }
        }
        Ok(found)
    }
}

fn is_empty_or_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// The names of the heredocs that an instruction opens, and whether tabs before them are dropped.
fn heredoc_names(text: &str) -> Vec<(String, bool)> {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or("").to_ascii_uppercase();
    let keyword = if first == "ONBUILD" { words.next().unwrap_or("").to_ascii_uppercase() } else { first };
    let rest = text.trim_start();
    if !["RUN", "COPY", "ADD"].contains(&keyword.as_str()) || !rest.contains("<<") {
        return Vec::new();
    }
    raw_words(rest).filter_map(heredoc_name).collect()
}

fn heredoc_name(word: &str) -> Option<(String, bool)> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (rest, tabs) = match rest.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let name: String = rest.chars().filter(|c| !matches!(c, '"' | '\'' | '\\')).collect();
    (!name.is_empty() && !rest.contains('<')).then_some((name, tabs))
}

/// Words with their quotes on; a blank in quotes ends none.
fn raw_words(text: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    let mut escaped = false;
    text.split(move |c: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None | Some('"'), '\\') => escaped = true,
            (None, _) => return c.is_whitespace(),
            _ => {}
        }
        false
    })
}
