//! What has to hold for a rule to speak.

use regex_automata::meta::Regex;

use super::path::Path;
use crate::{
    document::{Node, Value, truth, whole},
    subject::Item,
};

/// A condition, ready to be tried.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// A test of what the first of some ways that leads anywhere leads to.
    At(Vec<Path>, Test),
    Any(Vec<Condition>),
    All(Vec<Condition>),
    None(Vec<Condition>),
    /// No resource of these types in the module names this one.
    Unrelated(Vec<String>),
}

/// A test of values.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Is(Vec<Constant>),
    Matches(Regex),
    Absent,
    Present,
    Empty,
    /// A scalar that is, a list that holds, or a map with a key that is one of these.
    Has(Vec<String>),
    Below(i64),
    Above(i64),
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Constant {
    Truth(bool),
    Number(i64),
    Text(String),
}

/// What came of trying: what can't be known is neither yes nor no, and no rule speaks on it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome<'d> {
    Yes(Option<&'d Node>),
    Unknown,
    No,
}

impl Condition {
    pub(crate) fn holds<'d>(&self, item: &Item<'d>) -> Outcome<'d> {
        match self {
            Condition::At(paths, test) => at(paths, test, item),
            Condition::All(all) => every(all, item),
            Condition::Any(any) => some(any, item),
            Condition::None(none) => match some(none, item) {
                Outcome::Yes(_) => Outcome::No,
                Outcome::Unknown => Outcome::Unknown,
                Outcome::No => Outcome::Yes(None),
            },
            Condition::Unrelated(types) => {
                if item.module.is_some_and(|module| !module.names(types, &item.label)) {
                    Outcome::Yes(None)
                } else {
                    Outcome::No
                }
            }
        }
    }

    /// Whether it takes more than one file to tell.
    pub(crate) fn is_of_the_module(&self) -> bool {
        match self {
            Condition::At(..) => false,
            Condition::Unrelated(_) => true,
            Condition::All(of) | Condition::Any(of) | Condition::None(of) => {
                of.iter().any(Condition::is_of_the_module)
            }
        }
    }
}

/// Whether all hold, and the first witness.
pub(crate) fn every<'d>(conditions: &[Condition], item: &Item<'d>) -> Outcome<'d> {
    let mut witness = None;
    let mut unknown = false;
    for condition in conditions {
        match condition.holds(item) {
            Outcome::No => return Outcome::No,
            Outcome::Unknown => unknown = true,
            Outcome::Yes(node) => witness = witness.or(node),
        }
    }
    if unknown { Outcome::Unknown } else { Outcome::Yes(witness) }
}

fn some<'d>(conditions: &[Condition], item: &Item<'d>) -> Outcome<'d> {
    let mut best = Outcome::No;
    for condition in conditions {
        match condition.holds(item) {
            Outcome::Yes(node) => return Outcome::Yes(node),
            Outcome::Unknown => best = Outcome::Unknown,
            Outcome::No => {}
        }
    }
    best
}

fn at<'d>(paths: &[Path], test: &Test, item: &Item<'d>) -> Outcome<'d> {
    let mut lost = false;
    let mut nodes = Vec::new();
    for path in paths {
        let reached = path.reach(item);
        lost |= reached.lost;
        if !reached.nodes.is_empty() {
            nodes = reached.nodes;
            break;
        }
    }
    if matches!(test, Test::Absent) {
        return match nodes.is_empty() {
            true if lost || item.partial => Outcome::Unknown,
            true => Outcome::Yes(None),
            false => Outcome::No,
        };
    }
    let mut best = if lost || (nodes.is_empty() && item.partial) { Outcome::Unknown } else { Outcome::No };
    for node in nodes {
        match test.of(node) {
            Outcome::Yes(node) => return Outcome::Yes(node),
            Outcome::Unknown => best = Outcome::Unknown,
            Outcome::No => {}
        }
    }
    best
}

impl Test {
    fn of<'d>(&self, node: &'d Node) -> Outcome<'d> {
        let holds = match self {
            Test::Present => true,
            Test::Absent => false,
            Test::Matches(regex) => node.text().is_some_and(|text| regex.is_match(text)),
            _ if node.is_expression() => return Outcome::Unknown,
            Test::Is(constants) => constants.iter().any(|constant| constant.is(node)),
            Test::Empty => match &node.value {
                Value::Scalar { text, .. } | Value::Expression(text) | Value::Template(text) => {
                    text.is_empty()
                }
                Value::List(items) => items.is_empty(),
                Value::Map(entries) => entries.is_empty(),
            },
            Test::Has(names) => names.iter().any(|name| has(node, name)),
            Test::Below(bound) => number(node).is_some_and(|number| number < *bound),
            Test::Above(bound) => number(node).is_some_and(|number| number > *bound),
        };
        match holds {
            true => Outcome::Yes(Some(node)),
            false if node.is_expression() => Outcome::Unknown,
            false => Outcome::No,
        }
    }
}

fn has(node: &Node, name: &str) -> bool {
    node.text() == Some(name)
        || node.items().iter().any(|item| item.text() == Some(name))
        || node.entries().iter().any(|entry| entry.key == name)
}

fn number(node: &Node) -> Option<i64> {
    node.text().and_then(whole)
}

impl Constant {
    fn is(&self, node: &Node) -> bool {
        let Some(text) = node.text() else { return false };
        match self {
            Constant::Truth(expected) => truth(text) == Some(*expected),
            Constant::Number(expected) => whole(text) == Some(*expected),
            Constant::Text(expected) => text == expected,
        }
    }
}
