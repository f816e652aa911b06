//! Policies of AWS that allow everything, or allow everybody.

use super::Hit;
use crate::{document::Node, subject::Item};

/// Statements that allow every action on every resource.
pub(super) fn allows_all(item: &Item<'_>) -> Vec<Hit> {
    everywhere(item, |action| matches!(action, "*" | "*:*"))
}

/// Statements that allow every action of a service on every resource.
pub(super) fn allows_a_service(item: &Item<'_>) -> Vec<Hit> {
    everywhere(item, |action| action.strip_suffix(":*").is_some_and(|service| service != "*"))
}

fn everywhere(item: &Item<'_>, is_wide: fn(&str) -> bool) -> Vec<Hit> {
    let mut hits = Vec::new();
    statements(item.node, &mut |statement| {
        let resources = of(statement, ["Resource", "resources"]);
        let actions = of(statement, ["Action", "actions"]);
        let each = actions.iter().flat_map(|node| std::iter::once(*node).chain(node.items()));
        let wide =
            each.filter_map(|node| node.text().filter(|text| is_wide(text)).map(|text| (node, text))).next();
        if let Some((node, text)) = wide
            && resources.iter().any(|node| says(node, &["*"]))
        {
            hits.push(Hit { span: node.span, value: text.to_owned() });
        }
    });
    hits
}

/// Statements that allow anybody, without a condition.
pub(super) fn is_public(item: &Item<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    statements(item.node, &mut |statement| {
        if statement.get("Condition").is_some() || statement.get("condition").is_some() {
            return;
        }
        let principal = of(statement, ["Principal", "principals"]);
        let named = principal.iter().flat_map(|node| of(node, ["AWS", "identifiers"]));
        if let Some(node) = principal.iter().copied().chain(named).find(|node| says(node, &["*"])) {
            hits.push(Hit { span: node.span, value: "*".to_owned() });
        }
    });
    hits
}

fn of<'d>(node: &'d Node, keys: [&str; 2]) -> Vec<&'d Node> {
    node.entries()
        .iter()
        .filter(|entry| keys.contains(&entry.key.as_str()))
        .map(|entry| &entry.node)
        .collect()
}

fn says(node: &Node, any: &[&str]) -> bool {
    let matches = |node: &Node| node.text().is_some_and(|text| any.contains(&text));
    matches(node) || node.items().iter().any(matches)
}

/// Goes through the statements that allow, wherever they stand below.
fn statements<'d>(node: &'d Node, visit: &mut dyn FnMut(&'d Node)) {
    for entry in node.entries() {
        if matches!(entry.key.as_str(), "Statement" | "statement") {
            let one = (!entry.node.entries().is_empty()).then_some(&entry.node);
            one.into_iter()
                .chain(entry.node.items())
                .filter(|statement| allows(statement))
                .for_each(&mut *visit);
        }
    }
    node.children().for_each(|child| statements(child, visit));
}

fn allows(statement: &Node) -> bool {
    match statement.get("Effect").or(statement.get("effect")) {
        Some(effect) => effect.text().is_some_and(|text| text.eq_ignore_ascii_case("allow")),
        // The data source of Terraform allows by default.
        None => statement.get("actions").is_some(),
    }
}
