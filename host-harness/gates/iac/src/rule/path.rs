//! Ways through a document, such as `pod:securityContext.runAsUser` or `rules.*."a.b/c"`.

use crate::{
    document::{Node, Value},
    subject::Item,
};

/// A way from what is judged, or from something around it, to values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    scope: Option<String>,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    /// `*`: everything directly below.
    Each,
    /// `**`: it and everything below.
    Deep,
}

/// What a way leads to.
#[derive(Debug, Default)]
pub(crate) struct Reached<'d> {
    pub(crate) nodes: Vec<&'d Node>,
    /// Whether it ended at something that only the tool can work out.
    pub(crate) lost: bool,
}

impl Path {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scope, rest) = match text.split_once(':') {
            Some((scope, rest)) if scope.bytes().all(|byte| byte.is_ascii_lowercase()) => {
                (Some(scope.to_owned()), rest)
            }
            _ => (None, text),
        };
        Some(Self { scope, steps: steps(rest)? })
    }

    pub(crate) fn reach<'d>(&self, item: &Item<'d>) -> Reached<'d> {
        let start = match &self.scope {
            None => Some(item.node),
            Some(scope) => item.scope(scope),
        };
        let mut reached = Reached { nodes: start.into_iter().collect(), lost: false };
        for step in &self.steps {
            reached = reached.step(step);
        }
        reached.nodes.retain(|node| !node.is_null());
        reached
    }
}

fn steps(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (key, after) = quoted.split_once('"')?;
                (Step::Key(key.to_owned()), after)
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                (plain(&rest[..end])?, &rest[end..])
            }
        };
        steps.push(step);
        rest = match after.strip_prefix('.') {
            Some("") => return None,
            Some(after) => after,
            None if after.is_empty() => after,
            None => return None,
        };
    }
    Some(steps)
}

fn plain(text: &str) -> Option<Step> {
    match text {
        "" => None,
        "*" => Some(Step::Each),
        "**" => Some(Step::Deep),
        key => Some(Step::Key(key.to_owned())),
    }
}

impl<'d> Reached<'d> {
    fn step(self, step: &Step) -> Self {
        let mut next = Reached { nodes: Vec::new(), lost: self.lost };
        for node in self.nodes {
            match step {
                Step::Key(key) => next.key(node, key),
                Step::Each => {
                    next.lost |= node.is_expression();
                    next.nodes.extend(node.children());
                }
                Step::Deep => deep(node, &mut next.nodes),
            }
        }
        next
    }

    /// A key of a list is that key of everything in it: blocks of Terraform come as one or many.
    fn key(&mut self, node: &'d Node, key: &str) {
        match &node.value {
            Value::Map(entries) => {
                self.nodes.extend(entries.iter().filter(|entry| entry.key == key).map(|entry| &entry.node));
            }
            Value::List(items) => {
                for item in items.iter().filter(|item| matches!(item.value, Value::Map(_))) {
                    self.key(item, key);
                }
            }
            Value::Expression(_) | Value::Template(_) => self.lost = true,
            Value::Scalar { .. } => {}
        }
    }
}

fn deep<'d>(node: &'d Node, into: &mut Vec<&'d Node>) {
    into.push(node);
    node.children().for_each(|child| deep(child, into));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_told_from_what_is_none() {
        let path = Path::parse("pod:a.\"b.c/d\".*.**").unwrap();
        assert_eq!((path.scope.as_deref(), path.steps.len()), (Some("pod"), 4));
        assert!(Path::parse("").is_some());
        for text in ["a.", ".a", "a..b", "\"a", "\"a\"b"] {
            assert!(Path::parse(text).is_none(), "{text}");
        }
    }
}
