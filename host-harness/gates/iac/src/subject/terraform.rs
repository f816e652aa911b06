//! Blocks of Terraform, under their labels.

use super::{Item, Sets};
use crate::document::{Entry, Node, Value};

pub(super) fn collect<'d>(root: &'d Node, file: &str, sets: &mut Sets<'d>) {
    if file.ends_with(".tfvars") || file.ends_with(".tfvars.json") {
        let item = Item::new(root, "the variables".to_owned(), "", root.span);
        sets.entry("values").or_default().push(item);
        return;
    }
    for entry in root.entries() {
        match entry.key.as_str() {
            "resource" => typed("resource", root, &entry.node, sets),
            "data" => typed("data", root, &entry.node, sets),
            "provider" => named("provider", root, &entry.node, sets),
            "variable" => named("variable", root, &entry.node, sets),
            "output" => named("output", root, &entry.node, sets),
            "module" => named("module", root, &entry.node, sets),
            "terraform" => settings(root, entry, sets),
            _ => {}
        }
    }
}

/// JSON may have a list where a map is meant.
fn members(node: &Node) -> Vec<&Entry> {
    node.entries().iter().chain(node.items().iter().flat_map(|item| item.entries())).collect()
}

fn bodies(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    }
}

fn typed<'d>(set: &'static str, root: &'d Node, node: &'d Node, sets: &mut Sets<'d>) {
    for kind in members(node) {
        for name in members(&kind.node) {
            for body in bodies(&name.node) {
                let label = format!("`{}`", module_label(&kind.key, &name.key));
                push(set, root, body, label, &kind.key, sets);
            }
        }
    }
}

fn named<'d>(set: &'static str, root: &'d Node, node: &'d Node, sets: &mut Sets<'d>) {
    for name in members(node) {
        for body in bodies(&name.node) {
            push(set, root, body, format!("{set} `{}`", name.key), &name.key, sets);
        }
    }
}

fn settings<'d>(root: &'d Node, entry: &'d Entry, sets: &mut Sets<'d>) {
    for body in bodies(&entry.node) {
        push("terraform", root, body, "the settings of `terraform`".to_owned(), "", sets);
        for backend in body.entries().iter().filter(|entry| entry.key == "backend") {
            named("backend", root, &backend.node, sets);
        }
    }
}

fn push<'d>(
    set: &'static str,
    root: &'d Node,
    body: &'d Node,
    label: String,
    kind: &str,
    sets: &mut Sets<'d>,
) {
    let mut item = Item::new(body, label, kind, body.span);
    item.scopes = vec![("root", root), ("owner", body)];
    sets.entry(set).or_default().push(item);
}

/// What references call a resource.
pub(crate) fn module_label(kind: &str, name: &str) -> String {
    format!("{kind}.{name}")
}
