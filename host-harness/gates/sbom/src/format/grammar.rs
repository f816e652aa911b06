//! From the text of shape files to a grammar.

use std::collections::BTreeMap;

use super::{
    shape::{Bounds, Field, Grammar, Kind, Listing, Object, Shape},
    text::TextFormat,
};

/// Why a shape file isn't understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum GrammarError {
    /// A line says nothing that is known.
    #[error("`{file}` line {line}: can't understand `{text}`")]
    Line {
        /// The file.
        file: String,
        /// The line, from one.
        line: usize,
        /// What it says.
        text: String,
    },
    /// A name is used that no file explains.
    #[error("shape `{0}` is used and not there")]
    Unknown(String),
}

/// Reads shape files together.
pub(super) fn parse(files: &[(&str, &str)]) -> Result<Grammar, GrammarError> {
    let mut grammar = Grammar::default();
    for (file, text) in files {
        let mut open: Option<(String, Object)> = None;
        for (number, line) in text.lines().enumerate() {
            let failed =
                || GrammarError::Line { file: (*file).to_owned(), line: number + 1, text: line.to_owned() };
            read_line(&mut grammar, &mut open, line).ok_or_else(failed)?;
        }
        close(&mut grammar, open);
    }
    known(&grammar)?;
    Ok(grammar)
}

fn read_line(grammar: &mut Grammar, open: &mut Option<(String, Object)>, line: &str) -> Option<()> {
    if line.trim().is_empty() || line.starts_with('#') {
        return Some(());
    }
    if let Some(field) = line.strip_prefix("  ") {
        return read_field(&mut open.as_mut()?.1, field);
    }
    close(grammar, open.take());
    match line.split_once(' ')? {
        ("object", name) => *open = Some((name.to_owned(), Object::default())),
        ("open", rest) => {
            let name = rest.strip_prefix("object ")?;
            *open = Some((name.to_owned(), Object { open: true, ..Object::default() }));
        }
        ("enum", rest) => add_words(&mut grammar.0, rest)?,
        ("alias", rest) => {
            let (name, kind) = rest.split_once(" = ")?;
            grammar.0.insert(name.to_owned(), Shape::Alias(read_kind(kind)?));
        }
        _ => return None,
    }
    Some(())
}

fn close(grammar: &mut Grammar, open: Option<(String, Object)>) {
    if let Some((name, object)) = open {
        grammar.0.insert(name, Shape::Object(object));
    }
}

fn add_words(shapes: &mut BTreeMap<String, Shape>, rest: &str) -> Option<()> {
    let (name, words) = rest.split_once(" = ")?;
    let shape = shapes.entry(name.to_owned()).or_insert_with(|| Shape::Words(Default::default()));
    let Shape::Words(known) = shape else { return None };
    known.extend(words.split_whitespace().map(str::to_owned));
    Some(())
}

fn read_field(object: &mut Object, line: &str) -> Option<()> {
    if let Some(groups) = line.strip_prefix("exactly ") {
        let group = |text: &str| text.split(" + ").map(|name| name.trim().to_owned()).collect();
        object.exactly = groups.split(" | ").map(group).collect();
        return Some(());
    }
    let (name, kind) = line.split_once(": ")?;
    let (name, required) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
    let before = object.fields.insert(name.to_owned(), Field { required, kind: read_kind(kind)? });
    before.is_none().then_some(())
}

fn read_kind(text: &str) -> Option<Kind> {
    let text = text.trim();
    let inside = |open, close| text.strip_prefix(open)?.strip_suffix(close);
    if let Some(item) = inside('{', '}') {
        return Some(Kind::List(Box::new(read_kind(item)?), Listing::Unique));
    }
    if let Some(item) = inside('[', ']').filter(|item| !item.contains(']')) {
        return match item.strip_suffix(";1") {
            Some(item) => Some(Kind::List(Box::new(read_kind(item)?), Listing::Single)),
            None => Some(Kind::List(Box::new(read_kind(item)?), Listing::Any)),
        };
    }
    if text.contains(" | ") {
        return text.split(" | ").map(read_kind).collect::<Option<_>>().map(Kind::Either);
    }
    read_plain(text)
}

fn read_plain(text: &str) -> Option<Kind> {
    let (name, argument) = match text.split_once('(') {
        Some((name, rest)) => (name, rest.strip_suffix(')')?),
        None => (text, ""),
    };
    match name {
        "text" => TextFormat::parse(argument).map(Kind::Text),
        "yes-no" => Some(Kind::YesNo),
        "number" => read_bounds(argument).map(Kind::Number),
        "integer" => read_bounds(argument).map(Kind::Integer),
        _ if argument.is_empty() && is_name(name) => Some(Kind::Named(name.to_owned())),
        _ => None,
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn read_bounds(text: &str) -> Option<Bounds> {
    let (least, most) = if text.is_empty() { ("", "") } else { text.split_once("..")? };
    let bound = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
    Some(Bounds { least: bound(least)?, most: bound(most)? })
}

fn known(grammar: &Grammar) -> Result<(), GrammarError> {
    for shape in grammar.0.values() {
        match shape {
            Shape::Object(object) => {
                object.fields.values().try_for_each(|field| named(grammar, &field.kind))?
            }
            Shape::Alias(kind) => named(grammar, kind)?,
            Shape::Words(_) => {}
        }
    }
    Ok(())
}

fn named(grammar: &Grammar, kind: &Kind) -> Result<(), GrammarError> {
    match kind {
        Kind::Named(name) if !grammar.0.contains_key(name) => Err(GrammarError::Unknown(name.clone())),
        Kind::List(item, _) => named(grammar, item),
        Kind::Either(kinds) => kinds.iter().try_for_each(|kind| named(grammar, kind)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_says_nothing_is_named() {
        let error = parse(&[("a.shape", "object a\n  b: [text")]).expect_err("no bracket is closed");
        assert_eq!(error.to_string(), "`a.shape` line 2: can't understand `  b: [text`");
        assert!(parse(&[("a.shape", "  b: text")]).is_err(), "a field outside of an object");
        assert!(parse(&[("a.shape", "object a\n  b: text\n  b: text")]).is_err(), "a field twice");
    }

    #[test]
    fn a_name_that_nobody_explains_is_named() {
        let error = parse(&[("a.shape", "object a\n  b: {c | text}")]).expect_err("no c");
        assert_eq!(error, GrammarError::Unknown("c".to_owned()));
    }

    #[test]
    fn kinds_are_read() {
        let single = Kind::List(Box::new(Kind::Named("a".to_owned())), Listing::Single);
        let number = Kind::Number(Bounds { least: Some(0.0), most: None });
        assert_eq!(read_kind("[a;1] | number(0..)"), Some(Kind::Either(vec![single, number])));
        assert_eq!(read_kind("text(colour)"), None);
    }
}
