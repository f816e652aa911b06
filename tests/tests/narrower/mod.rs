//! Two versions of a schema compared: every way in which the new one breaks the old.
//! A keyword that is not known here may not change at all.

use serde_json::Value;

/// On whose side of a document we stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Others write it, and we read it: nothing that was taken may be refused.
    Read,
    /// We write it too, and others read it: what was always there stays there.
    Written,
}

impl Direction {
    /// The direction of the document whose schema is in this file.
    pub fn of(file: &str) -> Self {
        match file {
            "request.json" | "json-edits.json" | "scope.json" => Self::Read,
            _ => Self::Written,
        }
    }
}

/// Keywords that say nothing about what is valid.
const WORDS: &[&str] = &["$comment", "$id", "$schema", "default", "description", "title", "x-version"];
/// Numbers that may only grow, and numbers that may only shrink.
const UPPER: &[&str] = &["maximum", "maxLength", "maxItems", "maxProperties"];
const LOWER: &[&str] = &["minimum", "minLength", "minItems", "minProperties"];

/// Every way in which `new` breaks `old`.
pub fn breaks(old: &Value, new: &Value, direction: Direction) -> Vec<String> {
    let mut found = Vec::new();
    compare(old, new, direction, "", &mut found);
    found
}

fn compare(old: &Value, new: &Value, direction: Direction, at: &str, found: &mut Vec<String>) {
    let (Some(before), Some(after)) = (old.as_object(), new.as_object()) else {
        if old != new {
            found.push(format!("{at}: changed"));
        }
        return;
    };
    for keyword in before.keys().chain(after.keys().filter(|keyword| !before.contains_key(*keyword))) {
        let pair = (&old[keyword], &new[keyword]);
        match keyword.as_str() {
            word if WORDS.contains(&word) => {}
            limit if UPPER.contains(&limit) => tighter(pair, 1.0, at, limit, found),
            limit if LOWER.contains(&limit) => tighter(pair, -1.0, at, limit, found),
            "properties" | "$defs" => each(pair, direction, &format!("{at}/{keyword}"), found),
            "required" => required(pair, direction, at, found),
            "enum" | "oneOf" => members_gone(pair, at, found),
            "allOf" => members_gone((pair.1, pair.0), &format!("{at}/allOf, the other way"), found),
            _ => compare(pair.0, pair.1, direction, &format!("{at}/{keyword}"), found),
        }
    }
}

/// `way` is 1 for a limit that may only grow and -1 for one that may only shrink.
fn tighter((old, new): (&Value, &Value), way: f64, at: &str, limit: &str, found: &mut Vec<String>) {
    let narrowed = match (old.as_f64(), new.as_f64()) {
        (Some(old), Some(new)) => (old - new) * way > 0.0,
        (None, Some(_)) => true,
        (_, None) => false,
    };
    if narrowed {
        found.push(format!("{at}: `{limit}` is tighter"));
    }
}

fn each((old, new): (&Value, &Value), direction: Direction, at: &str, found: &mut Vec<String>) {
    for (name, before) in old.as_object().into_iter().flatten() {
        match new.get(name) {
            None => found.push(format!("{at}/{name}: gone")),
            Some(after) => compare(before, after, direction, &format!("{at}/{name}"), found),
        }
    }
}

fn required((old, new): (&Value, &Value), direction: Direction, at: &str, found: &mut Vec<String>) {
    let news = missing(new, old).map(|name| format!("{at}: {name} is newly required"));
    found.extend(news);
    if direction == Direction::Written {
        found.extend(missing(old, new).map(|name| format!("{at}: {name} is no longer always there")));
    }
}

fn members_gone((old, new): (&Value, &Value), at: &str, found: &mut Vec<String>) {
    found.extend(missing(old, new).map(|member| format!("{at}: {member} is gone")));
}

/// The members of one list that the other does not have. A choice is told by its name.
fn missing<'a>(of: &'a Value, from: &'a Value) -> impl Iterator<Item = &'a Value> {
    let members = |list: &'a Value| {
        list.as_array().into_iter().flatten().map(|member| member.get("const").unwrap_or(member))
    };
    members(of).filter(move |member| !members(from).any(|other| other == *member))
}
