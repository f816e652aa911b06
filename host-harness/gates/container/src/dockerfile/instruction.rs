//! A logical line as an instruction: keyword, flags, form, words.

use std::ops::Range;

use finding::Span;

use super::{Heredoc, Word, line::Logical};
use crate::place::Lines;

/// `ONBUILD` may not hold itself, but a stranger may write so.
const ONBUILD_MAX: usize = 4;

/// A flag such as `--from=build`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flag {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) span: Span,
}

/// How the arguments are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As a JSON array.
    Exec,
    Shell,
    /// It begins and ends like a JSON array and is none.
    BadExec,
}

/// A name and, where it is given, its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) name: Word,
    pub(crate) value: Option<String>,
    /// Written as `ENV name value`.
    pub(crate) old: bool,
}

/// One instruction.
#[derive(Debug)]
pub(crate) struct Instruction {
    /// In capitals.
    pub(crate) keyword: String,
    /// As it is written.
    pub(crate) written: String,
    pub(crate) flags: Vec<Flag>,
    pub(crate) form: Form,
    /// The arguments, without quotes.
    pub(crate) words: Vec<Word>,
    /// What follows the flags, as it is written.
    pub(crate) rest: String,
    /// The place of each byte of `rest`.
    places: Vec<(usize, Span)>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) span: Span,
    pub(crate) onbuild: bool,
    pub(crate) heredocs: Vec<Heredoc>,
    pub(crate) heredoc_spans: Vec<Span>,
}

impl Instruction {
    pub(crate) fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }

    /// Where the word at an offset of `rest` stands.
    pub(crate) fn span_at(&self, at: usize) -> Span {
        let index = self.places.partition_point(|(start, _)| *start <= at);
        index.checked_sub(1).map_or(self.span, |index| self.places[index].1)
    }
}

pub(crate) struct Builder<'a> {
    lines: &'a Lines,
    escape: char,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(lines: &'a Lines, escape: char) -> Self {
        Self { lines, escape }
    }

    pub(crate) fn instruction(&self, line: Logical) -> Instruction {
        let text = line.text.as_str();
        let mut keyword = next_word(text, 0);
        let mut onbuild = false;
        for _ in 0..ONBUILD_MAX {
            if !text[keyword.clone()].eq_ignore_ascii_case("ONBUILD") {
                break;
            }
            onbuild = true;
            keyword = next_word(text, keyword.end);
        }
        let written = text[keyword.clone()].to_owned();
        let (flags, from) = self.flags(&line, keyword.end);
        let mut from = from + (text[from..].len() - text[from..].trim_start().len());
        from = from.min(text.len());
        let rest = text[from..].trim_end().to_owned();
        let upper = written.to_ascii_uppercase();
        let (form, words) = self.arguments(&line, &upper, from, &rest);
        let pairs = if ["ENV", "ARG", "LABEL"].contains(&upper.as_str()) {
            pairs(&words, upper == "ENV" || upper == "LABEL")
        } else {
            Vec::new()
        };
        let end = from + rest.len();
        let start = text.len() - text.trim_start().len();
        let heredoc_spans = line.heredocs.iter().map(|doc| self.lines.span(doc.at..doc.at)).collect();
        Instruction {
            span: self.lines.span(line.source_range(start..end.max(keyword.end))),
            places: self.places(&line, from, &rest),
            keyword: upper,
            written,
            flags,
            form,
            words,
            rest,
            pairs,
            onbuild,
            heredoc_spans,
            heredocs: line.heredocs,
        }
    }

    fn flags(&self, line: &Logical, mut at: usize) -> (Vec<Flag>, usize) {
        let mut flags = Vec::new();
        loop {
            let word = next_word(&line.text, at);
            let Some(flag) = line.text[word.clone()].strip_prefix("--") else { return (flags, at) };
            at = word.end;
            if flag.is_empty() {
                return (flags, at);
            }
            let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
            let span = self.lines.span(line.source_range(word));
            flags.push(Flag { name: name.to_ascii_lowercase(), value: value.to_owned(), span });
        }
    }

    fn arguments(&self, line: &Logical, keyword: &str, from: usize, rest: &str) -> (Form, Vec<Word>) {
        let takes = ["RUN", "CMD", "ENTRYPOINT", "SHELL", "COPY", "ADD", "VOLUME", "HEALTHCHECK"];
        let (skip, json) = match keyword {
            "HEALTHCHECK" => {
                let word = next_word(rest, 0);
                (word.end, rest[word.end..].trim_start())
            }
            _ => (0, rest),
        };
        if takes.contains(&keyword) && json.starts_with('[') {
            if let Ok(list) = serde_json::from_str::<Vec<String>>(json) {
                let span = self.lines.span(line.source_range(from + skip..from + rest.len()));
                return (Form::Exec, list.into_iter().map(|text| Word { text, span }).collect());
            }
            if json.ends_with(']') && !json.starts_with("[[") && !json.starts_with("[ ") {
                return (Form::BadExec, self.words(line, from, rest));
            }
        }
        (Form::Shell, self.words(line, from, rest))
    }

    fn words(&self, line: &Logical, from: usize, rest: &str) -> Vec<Word> {
        let split = split(rest, self.escape);
        let word = |(range, text): (Range<usize>, String)| Word {
            text,
            span: self.lines.span(line.source_range(from + range.start..from + range.end)),
        };
        split.into_iter().map(word).collect()
    }

    fn places(&self, line: &Logical, from: usize, rest: &str) -> Vec<(usize, Span)> {
        let mut places = Vec::new();
        let mut at = 0;
        for word in rest.split_whitespace() {
            // `split_whitespace` gives slices of `rest`: the next one is the next such text.
            let start = at + (rest[at..].len() - rest[at..].trim_start().len());
            at = start + word.len();
            places.push((start, self.lines.span(line.source_range(from + start..from + at))));
        }
        places
    }
}

fn next_word(text: &str, from: usize) -> Range<usize> {
    let rest = &text[from..];
    let start = from + (rest.len() - rest.trim_start().len());
    let end = text[start..].find(char::is_whitespace).map_or(text.len(), |length| start + length);
    start..end
}

/// Words, with quotes taken off and escapes undone.
fn split(text: &str, escape: char) -> Vec<(Range<usize>, String)> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut start = None;
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            if let Some(start) = start.take() {
                words.push((start..at, std::mem::take(&mut word)));
            }
            continue;
        }
        start.get_or_insert(at);
        match quote {
            Some(open) if open == c => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None | Some('"') if c == escape => match chars.next() {
                Some((_, next)) => word.extend((next == '$').then_some('\\').into_iter().chain([next])),
                None => word.push(c),
            },
            _ => word.push(c),
        }
    }
    if let Some(start) = start {
        words.push((start..text.len(), word));
    }
    words
}

fn pairs(words: &[Word], may_be_old: bool) -> Vec<Pair> {
    let Some(first) = words.first() else { return Vec::new() };
    if may_be_old && !first.text.contains('=') {
        let value = words[1..].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        return vec![Pair { name: first.clone(), value: Some(value), old: words.len() > 1 }];
    }
    let pair = |word: &Word| match word.text.split_once('=') {
        Some((name, value)) => Pair {
            name: Word { text: name.to_owned(), span: word.span },
            value: Some(value.to_owned()),
            old: false,
        },
        None => Pair { name: word.clone(), value: None, old: false },
    };
    words.iter().map(pair).collect()
}
