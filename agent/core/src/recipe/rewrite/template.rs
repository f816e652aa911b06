//! What takes the place of a match: text, and what the match captured.

use std::collections::BTreeMap;

use crate::recipe::{RecipeFault, answer::Match};

/// A template, which names no more than its pattern captures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Capture(String, Extent),
}

/// How much a metavariable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    One,
    Many,
}

impl Template {
    pub fn parse(template: &str, pattern: &str) -> Result<Self, RecipeFault> {
        let known: BTreeMap<String, Extent> = read(pattern).1.into_iter().collect();
        let (parts, named) = read(template);
        for (name, extent) in named {
            let sign = if extent == Extent::Many { "$$$" } else { "$" };
            match known.get(&name) {
                _ if name == "_" => return Err(uncaptured(&name, sign)),
                Some(there) if *there == extent => {}
                Some(_) => {
                    let fault = format!("names `{sign}{name}`, which the pattern has with the other sign");
                    return Err(RecipeFault::parameter("template", fault)
                        .hint("`$NAME` is one piece of code, `$$$NAME` is any number of them"));
                }
                None => {
                    let fault = format!("names `{sign}{name}`, which the pattern does not have");
                    return Err(RecipeFault::parameter("template", fault));
                }
            }
        }
        Ok(Self { text: template.to_owned(), parts })
    }

    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text for a match. What is captured keeps its bytes; further lines of the
    /// template begin where the line of the match begins.
    pub fn filled(&self, whole: &str, found: &Match, end: &str) -> Result<Filled, RecipeFault> {
        let start = whole[..found.from].rfind('\n').map_or(0, |at| at + 1);
        let line = &whole[start..found.from];
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let (mut text, mut is_shifted) = (line.to_owned(), false);
        for part in &self.parts {
            match part {
                Part::Text(plain) => {
                    text.push_str(&plain.replace("\r\n", "\n").replace('\n', &format!("{end}{indent}")))
                }
                Part::Capture(name, extent) => {
                    let held = captured(whole, found, name, *extent)?;
                    let before = found.captures.get(name).map_or("", |span| &whole[..span.from]);
                    is_shifted |= held.contains('\n') && indented(before) != indented(&text);
                    text.push_str(held);
                }
            }
        }
        Ok(Filled { text: text.split_off(line.len()), is_shifted })
    }
}

/// What takes the place of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filled {
    pub text: String,
    /// Whether lines of what was captured have not the indentation of the first any more.
    pub is_shifted: bool,
}

/// The indentation of what follows a text, where nothing else stands before it in its line.
fn indented(before: &str) -> Option<&str> {
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.trim_start_matches([' ', '\t']).is_empty().then_some(line)
}

/// A `$$$NAME` that stands for nothing may be left out of the answer.
fn captured<'a>(whole: &'a str, found: &Match, name: &str, extent: Extent) -> Result<&'a str, RecipeFault> {
    let held = match (found.captures.get(name), extent) {
        (Some(span), _) => span.is_within(found.span()).then(|| span.of(whole)).flatten(),
        (None, Extent::Many) => Some(""),
        (None, Extent::One) => None,
    };
    held.ok_or_else(|| {
        let message =
            format!("what `{name}` stands for in `{}` line {} is not in the match", found.path, found.line);
        RecipeFault::new("recipe-answer-malformed", message)
    })
}

fn uncaptured(name: &str, sign: &str) -> RecipeFault {
    let fault = format!("names `{sign}{name}`; what that stands for is not kept");
    RecipeFault::parameter("template", fault)
}

/// A text as its parts, and the metavariables in it.
fn read(text: &str) -> (Vec<Part>, Vec<(String, Extent)>) {
    let (mut parts, mut named, mut plain, mut rest) = (Vec::new(), Vec::new(), String::new(), text);
    while let Some(at) = rest.find('$') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        match metavariable(rest) {
            Some((name, extent, length)) => {
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(Part::Capture(name.to_owned(), extent));
                named.push((name.to_owned(), extent));
                rest = &rest[length..];
            }
            None => {
                plain.push('$');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    parts.push(Part::Text(plain));
    (parts, named)
}

/// The metavariable at the start of a text: its name, and how many bytes it takes.
fn metavariable(text: &str) -> Option<(&str, Extent, usize)> {
    let (name, extent) = match text.strip_prefix("$$$") {
        Some(rest) => (rest, Extent::Many),
        None => (text.strip_prefix('$')?, Extent::One),
    };
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    let part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let named = &name[..end];
    let is_name = named.chars().all(part) && named.starts_with(|c: char| !c.is_ascii_digit());
    is_name.then(|| (named, extent, text.len() - name.len() + end))
}
