//! Values between braces and brackets, as JSON, YAML and TOML have them on one line.

use super::assignment::{Assignment, assignment, value};

/// The assignments between braces, commas and brackets; what is listed in brackets has
/// the name that stands before them.
pub(super) fn assignments(line: &str) -> Vec<Assignment> {
    let line = line.trim();
    let comment = line.starts_with(['#', ';']) || line.starts_with("//");
    let flow = line.starts_with('"') || line.contains(['{', '[']);
    if comment || !flow {
        return Vec::new();
    }
    let mut names: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    for (part, end) in split(line, |c| "{}[],".contains(c)) {
        let listed = || names.last().filter(|name| !name.is_empty()).zip(Some(value(part.trim())));
        match assignment(part) {
            Some(found) => all.push(found),
            None => all.extend(listed().map(|(name, value)| Assignment::new(name, value))),
        }
        match end {
            Some('[') => names.push(header(part).unwrap_or("")),
            Some('{') => names.push(""),
            Some(']' | '}') => drop(names.pop()),
            _ => {}
        }
    }
    all.retain(|assignment| !assignment.value.is_empty());
    all
}

/// The name that values come behind on the lines below, or in brackets.
pub(super) fn header(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches(['-', ' ']);
    let end = line.trim_end_matches(['[', '{', '|', '>', '-', '+', '(', ' ']);
    let name = end.strip_suffix([':', '='])?.trim().trim_matches(['"', '\'']);
    let plain = |c: char| c.is_alphanumeric() || "_-.:/ ".contains(c);
    (!name.is_empty() && name.len() <= 100 && name.chars().all(plain)).then_some(name)
}

/// The parts of a text between signs that stand in no quotes, each with the sign behind it.
pub(super) fn split(text: &str, parts: impl Fn(char) -> bool) -> Vec<(&str, Option<char>)> {
    let mut all = Vec::new();
    let (mut start, mut quote, mut escaped) = (0, None, false);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open && !escaped => quote = None,
            Some(_) => {}
            None if "\"'`".contains(c) && !escaped && opens(&text[start..at]) => quote = Some(c),
            None if parts(c) => {
                all.push((&text[start..at], Some(c)));
                start = at + c.len_utf8();
            }
            None => {}
        }
        escaped = c == '\\' && !escaped;
    }
    all.push((&text[start..], None));
    all
}

/// A quote within a word is an apostrophe.
fn opens(before: &str) -> bool {
    before.chars().next_back().is_none_or(|c| !c.is_alphanumeric())
}
