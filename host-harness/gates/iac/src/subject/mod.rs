//! What rules judge: the objects of a document, each with what is around it.

mod actions;
mod helm;
mod kubernetes;
mod terraform;

pub(crate) use terraform::module_label;

use std::collections::{HashMap, HashSet};

use finding::Span;

use crate::{document::Node, kind::Family};

/// Something that rules judge.
#[derive(Debug, Clone)]
pub(crate) struct Item<'d> {
    pub(crate) node: &'d Node,
    /// What is around it, by name.
    pub(crate) scopes: Vec<(&'static str, &'d Node)>,
    /// What messages call it.
    pub(crate) label: String,
    /// Its kind or type.
    pub(crate) kind: String,
    /// Where it begins.
    pub(crate) span: Span,
    /// Whether it may have more than is written here: then nothing counts as absent.
    pub(crate) partial: bool,
    pub(crate) module: Option<&'d Module>,
}

impl<'d> Item<'d> {
    pub(crate) fn scope(&self, name: &str) -> Option<&'d Node> {
        self.scopes.iter().rev().find(|(there, _)| *there == name).map(|(_, node)| *node)
    }

    fn new(node: &'d Node, label: String, kind: &str, span: Span) -> Self {
        let scopes = vec![("root", node)];
        Self { node, scopes, label, kind: kind.to_owned(), span, partial: false, module: None }
    }

    /// Something inside it.
    pub(crate) fn inner(&self, node: &'d Node) -> Self {
        let mut inner = self.clone();
        inner.scopes.push(("owner", self.node));
        inner.node = node;
        inner.span = node.span;
        inner
    }
}

/// What a document has for rules, by the name of the set.
pub(crate) type Sets<'d> = HashMap<&'static str, Vec<Item<'d>>>;

/// What resources of a module name, so that what is missing can be told.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) named: HashSet<(String, String)>,
    /// Types that may stand for any: by a loop, or by a variable.
    pub(crate) wide: HashSet<String>,
}

impl Module {
    /// Whether a resource of these types names the one with this label.
    pub(crate) fn names(&self, types: &[String], label: &str) -> bool {
        let label = label.trim_matches('`');
        types
            .iter()
            .any(|kind| self.wide.contains(kind) || self.named.contains(&(kind.clone(), label.to_owned())))
    }
}

const SETS: &[(Family, &[&str])] = &[
    (Family::Kubernetes, &["object", "pod", "container", "main-container"]),
    (Family::Helm, &["values", "map", "chart"]),
    (
        Family::Terraform,
        &["resource", "data", "provider", "variable", "output", "module", "terraform", "backend", "values"],
    ),
    (Family::Actions, &["workflow", "job", "step", "action", "dependabot"]),
];

/// The set of a name, if a family has it.
pub(crate) fn set(family: Family, name: &str) -> Option<&'static str> {
    let (_, sets) = SETS.iter().find(|(there, _)| *there == family)?;
    sets.iter().find(|set| **set == name).copied()
}

/// What a document has for the rules of a family. A partial one may have more than is written.
pub(crate) fn sets<'d>(family: Family, root: &'d Node, file: &str, partial: bool) -> Sets<'d> {
    let mut sets = Sets::new();
    match family {
        Family::Kubernetes => kubernetes::collect(root, &mut sets, 0),
        Family::Helm => helm::collect(root, file, &mut sets),
        Family::Terraform => terraform::collect(root, file, &mut sets),
        Family::Actions => actions::collect(root, file, &mut sets),
    }
    if partial {
        sets.values_mut().flatten().for_each(|item| item.partial = true);
    }
    sets
}
