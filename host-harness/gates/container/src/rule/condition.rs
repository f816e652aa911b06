//! Conditions on the fields of an item.

use regex_automata::meta::Regex;

use crate::subject::{Item, Value};

/// A test of one field.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(super) at: String,
    pub(super) test: Test,
}

#[derive(Debug, Clone)]
pub(super) enum Test {
    /// One of its values is one of these, in capitals or not.
    Is(Vec<String>),
    /// None of its values is one of these.
    Not(Vec<String>),
    /// One of its values matches.
    Any(Box<Regex>),
    /// None of its values matches.
    None(Box<Regex>),
    Present,
    Absent,
}

/// What a condition comes to: no, or yes with the value that says so.
pub(crate) enum Outcome<'a> {
    No,
    Yes(Option<&'a Value>),
}

impl Condition {
    fn holds<'a>(&self, item: &'a Item) -> Outcome<'a> {
        let values = item.get(&self.at);
        let listed =
            |list: &[String], value: &Value| list.iter().any(|one| one.eq_ignore_ascii_case(&value.text));
        let witness = |found: Option<&'a Value>| found.map_or(Outcome::No, |value| Outcome::Yes(Some(value)));
        let plain = |holds: bool| if holds { Outcome::Yes(None) } else { Outcome::No };
        match &self.test {
            Test::Is(list) => witness(values.iter().find(|value| listed(list, value))),
            Test::Not(list) => plain(!values.iter().any(|value| listed(list, value))),
            Test::Any(regex) => witness(values.iter().find(|value| regex.is_match(&value.text))),
            Test::None(regex) => plain(!values.iter().any(|value| regex.is_match(&value.text))),
            Test::Present => witness(values.first()),
            Test::Absent => plain(values.is_empty()),
        }
    }
}

/// Whether every condition holds; the witness is that of the first that has one. What the item is
/// called is said already, so that it gives way to others; a mark gives way to both.
pub(crate) fn every<'a>(conditions: &[Condition], item: &'a Item) -> Outcome<'a> {
    let (mut first, mut named, mut other) = (None, None, None);
    for condition in conditions {
        match condition.holds(item) {
            Outcome::No => return Outcome::No,
            Outcome::Yes(value) => {
                first = first.or(value);
                let value = value.filter(|value| !value.mark);
                named = named.or(value);
                other = other.or(value.filter(|value| value.text != item.label));
            }
        }
    }
    Outcome::Yes(other.or(named).or(first))
}
