//! The form of an instruction: `rename [the] symbol|name {from} to {to} [in {paths...}]`.

use serde::{Deserialize, Deserializer, de::Error};

/// A form of an instruction.
///
/// A word stands for itself, whatever its case; `a|b` for either; `[...]` can be left out;
/// `{name}` is a word that a parameter can say; `` `{name}` `` one in quotation marks;
/// `{name...}` one or more words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    pub(super) parts: Vec<Part>,
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// One of these words.
    Word(Vec<String>),
    /// What a parameter says.
    Slot { parameter: String, extent: Extent },
    /// What can be left out.
    Optional(Vec<Part>),
}

/// How many words a parameter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    One,
    Quoted,
    Many,
}

impl Pattern {
    /// Reads a form.
    pub fn parse(text: &str) -> Result<Self, String> {
        let spaced = text.replace('[', " [ ").replace(']', " ] ");
        let mut words = spaced.split_whitespace();
        let parts = parts(&mut words, Level::Outer)?;
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The form as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parameters that it can tell.
    pub(in crate::recipe) fn parameters(&self) -> Vec<&str> {
        slots(&self.parts)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Outer,
    Inner,
}

fn parts<'a>(words: &mut impl Iterator<Item = &'a str>, level: Level) -> Result<Vec<Part>, String> {
    let mut found = Vec::new();
    loop {
        match (words.next(), level) {
            (None, Level::Outer) => return Ok(found),
            (Some("]"), Level::Inner) => return Ok(found),
            (Some("["), Level::Outer) => found.push(Part::Optional(parts(words, Level::Inner)?)),
            (Some(word), _) if word != "[" && word != "]" => found.push(part(word)?),
            _ => return Err("brackets of an instruction's form do not match".to_owned()),
        }
    }
}

fn part(word: &str) -> Result<Part, String> {
    let (inner, quoted) = match word.strip_prefix('`').and_then(|word| word.strip_suffix('`')) {
        Some(inner) => (inner, true),
        None => (word, false),
    };
    let Some(name) = inner.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) else {
        return Ok(Part::Word(word.split('|').map(str::to_lowercase).collect()));
    };
    let (name, extent) = match (name.strip_suffix("..."), quoted) {
        (Some(name), false) => (name, Extent::Many),
        (None, true) => (name, Extent::Quoted),
        (None, false) => (name, Extent::One),
        (Some(_), true) => return Err(format!("`{word}` is quoted and many words at once")),
    };
    Ok(Part::Slot { parameter: name.to_owned(), extent })
}

fn slots(parts: &[Part]) -> Vec<&str> {
    let slot = |part| match part {
        &Part::Word(_) => Vec::new(),
        Part::Slot { parameter, .. } => vec![parameter.as_str()],
        Part::Optional(inner) => slots(inner),
    };
    parts.iter().flat_map(slot).collect()
}
