//! References within a document. The format's own rules leave them alone; a graph that leads
//! nowhere is none.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// References that are given twice, and references that lead nowhere, each in order.
pub(super) fn faults(document: &Value) -> (Vec<String>, Vec<String>) {
    let mut given = BTreeMap::new();
    collect(document, &mut given);
    let doubled = given.iter().filter(|(_, count)| **count > 1).map(|(name, _)| (*name).to_owned()).collect();
    let dangling = used(document).into_iter().filter(|name| !given.contains_key(name) && !is_outside(name));
    (doubled, dangling.map(str::to_owned).collect())
}

fn collect<'v>(value: &'v Value, given: &mut BTreeMap<&'v str, u32>) {
    match value {
        Value::Object(fields) => {
            if let Some(name) = fields.get("bom-ref").and_then(Value::as_str) {
                *given.entry(name).or_default() += 1;
            }
            fields.values().for_each(|held| collect(held, given));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, given)),
        _ => {}
    }
}

fn used(document: &Value) -> BTreeSet<&str> {
    let list = |value: &'static str| document.get(value).and_then(Value::as_array).into_iter().flatten();
    let dependencies = list("dependencies").flat_map(|held| {
        let needs = held.get("dependsOn").and_then(Value::as_array).into_iter().flatten();
        held.get("ref").into_iter().chain(needs)
    });
    let affects = list("vulnerabilities")
        .filter_map(|held| held.get("affects")?.as_array())
        .flatten()
        .filter_map(|held| held.get("ref"));
    dependencies.chain(affects).filter_map(Value::as_str).collect()
}

/// A BOM-Link leads into another document.
fn is_outside(name: &str) -> bool {
    name.starts_with("urn:cdx:")
}
