//! Versions, as the package managers write them, in their order.

use std::cmp::Ordering;

const BYTES_MAX: usize = 100;

/// A version: `1.0.228`, `v2.0.0-beta.1+build`, `4.0rc1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::recipe) struct Version {
    text: String,
    numbers: Vec<u64>,
    stage: Stage,
}

/// Before the release, the release, or after it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Before(Vec<Mark>),
    Release,
    After(u64),
}

/// A part of what stands before a release. A number is less than a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Number(u64),
    Word(String),
}

impl Version {
    /// Reads a version. What is none of the known forms is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let ordered = text.split_once('+').map_or(text, |(ordered, _)| ordered);
        let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
        if text.len() > BYTES_MAX || !text.bytes().all(part) || text.ends_with(['+', '.', '-']) {
            return None;
        }
        let end = ordered.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(ordered.len());
        let (numbers, stage) = ordered.split_at(end);
        let (numbers, stage) = match numbers.strip_suffix('.') {
            Some(numbers) => (numbers, &ordered[end - 1..]),
            None => (numbers, stage),
        };
        let numbers: Vec<u64> = numbers.split('.').map(number).collect::<Option<_>>()?;
        Some(Self { text: text.to_owned(), numbers, stage: Stage::parse(stage)? })
    }

    /// As it is written, without a `v` before it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Without what a build says of itself, which no requirement compares.
    pub fn plain(&self) -> &str {
        self.text.split_once('+').map_or(&self.text, |(plain, _)| plain)
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.number(0)
    }

    /// Whether one takes the place of the other without anybody noticing: up to the first
    /// number that is not zero they agree.
    pub fn is_compatible(&self, other: &Self) -> bool {
        let first = (0..3).find(|at| self.number(*at) != 0 || other.number(*at) != 0).unwrap_or(2);
        (0..=first).all(|at| self.number(at) == other.number(at))
    }

    /// Whether the first two numbers are the same.
    pub fn has_minor_of(&self, other: &Self) -> bool {
        (0..2).all(|at| self.number(at) == other.number(at))
    }

    fn number(&self, at: usize) -> u64 {
        self.numbers.get(at).copied().unwrap_or(0)
    }

    /// Which of the two is later.
    pub fn order(&self, other: &Self) -> Ordering {
        let count = self.numbers.len().max(other.numbers.len());
        let numbers = (0..count).map(|at| self.number(at).cmp(&other.number(at)));
        numbers.fold(Ordering::Equal, Ordering::then).then_with(|| self.stage.cmp(&other.stage))
    }
}

impl Stage {
    /// `-beta.1` and what Python writes: `rc1`, `.post1`, `.dev3`.
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::Release);
        }
        if let Some(after) = text.strip_prefix(".post") {
            return number(after).map(Self::After);
        }
        if let Some(count) = text.strip_prefix(".dev") {
            return Some(Self::Before(vec![Mark::Number(0), Mark::Number(number(count)?)]));
        }
        if let Some(marks) = text.strip_prefix('-') {
            return marks.split('.').map(Mark::parse).collect::<Option<_>>().map(Self::Before);
        }
        let (word, count) =
            ["rc", "a", "b"].iter().find_map(|word| Some((*word, text.strip_prefix(word)?)))?;
        Some(Self::Before(vec![Mark::Word(word.to_owned()), Mark::Number(number(count)?)]))
    }
}

impl Mark {
    fn parse(text: &str) -> Option<Self> {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        match (text.is_empty(), is_number) {
            (true, _) => None,
            (false, true) => number(text).map(Self::Number),
            (false, false) => Some(Self::Word(text.to_owned())),
        }
    }
}

fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}
