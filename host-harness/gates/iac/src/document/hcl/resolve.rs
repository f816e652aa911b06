//! What can be told of expressions without Terraform: locals, literals, and texts made of both.

mod value;

use std::collections::BTreeMap;

use finding::Span;

use super::super::{Entry, Node};
use value::Evaluator;

/// What `local.NAME` stands for.
pub(crate) type Locals = BTreeMap<String, Node>;

/// Locals that stand for locals are followed this far.
const ROUNDS_MAX: usize = 8;

/// The locals of a module, or of the files of it that are at hand, worked out as far as they go.
pub(crate) fn locals<'d>(roots: impl IntoIterator<Item = &'d Node>) -> Locals {
    let blocks = roots.into_iter().flat_map(|root| root.entries().iter().filter(|entry| is_block(entry)));
    let entries = blocks.flat_map(|entry| bodies(&entry.node)).flat_map(Node::entries);
    let mut known: Locals = entries.map(|entry| (entry.key.clone(), entry.node.clone())).collect();
    let mut left = value::COPIES_MAX;
    for _ in 0..ROUNDS_MAX {
        let before = known.clone();
        let mut work = Work { evaluator: Evaluator::new(&before, left), changed: false };
        known.values_mut().for_each(|node| work.node(node));
        left = work.evaluator.left();
        if !work.changed {
            break;
        }
    }
    known
}

/// Puts what can be told in the place of expressions. It stands where the expression stood.
pub(crate) fn resolve(roots: &mut [Node], locals: &Locals) {
    let mut work = Work { evaluator: Evaluator::new(locals, value::COPIES_MAX), changed: false };
    roots.iter_mut().for_each(|root| work.node(root));
}

fn is_block(entry: &Entry) -> bool {
    entry.key == "locals"
}

/// JSON may have a list where a block is meant.
fn bodies(node: &Node) -> impl Iterator<Item = &Node> {
    std::iter::once(node).chain(node.items())
}

struct Work<'l> {
    evaluator: Evaluator<'l>,
    changed: bool,
}

impl Work<'_> {
    fn node(&mut self, node: &mut Node) {
        if node.is_expression() {
            return self.expression(node);
        }
        node.children_mut().for_each(|child| self.node(child));
    }

    fn expression(&mut self, node: &mut Node) {
        let Some(mut found) = self.evaluator.told(node) else { return };
        if found.value == node.value {
            return;
        }
        placed(&mut found, node.span);
        *node = found;
        self.changed = true;
    }
}

fn placed(node: &mut Node, span: Span) {
    node.span = span;
    node.children_mut().for_each(|child| placed(child, span));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::hcl::parse;

    fn told(locals_text: &str, value: &str) -> Option<String> {
        let text = format!("locals {{\n{locals_text}\n}}\nx = {value}\n");
        let mut roots = vec![parse(&text).unwrap()];
        let locals = locals(&roots);
        resolve(&mut roots, &locals);
        let node = roots[0].get("x").unwrap();
        node.text().filter(|_| !node.is_expression()).map(str::to_owned)
    }

    #[test]
    fn locals_and_texts_are_put_together() {
        let locals = "a = \"public\"\nb = \"${local.a}-read\"\nc = { d = [1, local.b], \"e\" = true }";
        let table = [
            ("local.a", "public"),
            ("local.b", "public-read"),
            ("local.c.d[1]", "public-read"),
            ("local.c[\"e\"]", "true"),
            ("\"${local.c.d[0]}\"", "1"),
            ("\"${\"pub\"}lic\"", "public"),
            ("format(\"%s-%v %d%%\", local.a, true, 3)", "public-true 3%"),
            ("join(\"-\", [\"a\", local.a])", "a-public"),
            ("lower(\"ABC\")", "abc"),
            ("(local.a)", "public"),
            ("\"$${x} ${upper(local.a)}\"", "${x} PUBLIC"),
            ("\"${~ local.a ~}\"", "public"),
        ];
        for (value, expected) in table {
            assert_eq!(told(locals, value).as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn what_only_terraform_knows_stays_unknown() {
        let locals = "a = var.x\nb = local.c\nc = local.b\nd = \"x\"";
        for value in [
            "local.a",
            "local.b",
            "local.none",
            "\"${local.d}${var.x}\"",
            "local.d == \"x\" ? 1 : 2",
            "format(\"%08b\", 1)",
            "format(\"%s\")",
            "[for x in local.d : x][0]",
            "\"%{ if true }x%{ endif }\"",
            "local.d.e",
            "!local.d",
            "local",
        ] {
            assert_eq!(told(locals, value), None, "{value}");
        }
    }

    #[test]
    fn a_bomb_of_locals_comes_to_an_end() {
        let mut text = "a0 = [\"x\", \"x\", \"x\"]\nt0 = \"xxxxxxxxxx\"\n".to_owned();
        for at in 1..40 {
            let list = vec![format!("local.a{}", at - 1); 9].join(", ");
            let many = format!("${{local.t{}}}", at - 1).repeat(9);
            text += &format!("a{at} = [{list}]\nt{at} = \"{many}\"\n");
        }
        told(&text, "local.a39");
        told(&text, "local.t39");
        let _ = parse(&"x = f(".repeat(2));
    }
}
