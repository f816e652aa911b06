//! Values of Helm charts: every map in them is judged, whatever the chart calls it.

use super::{Item, Sets};
use crate::document::{Node, Value};

pub(super) fn collect<'d>(root: &'d Node, file: &str, sets: &mut Sets<'d>) {
    let name = file.rsplit('/').next().unwrap_or(file);
    let mut item = Item::new(root, format!("`{name}`"), "", root.span);
    if name.to_ascii_lowercase().starts_with("chart.") {
        sets.entry("chart").or_default().push(item);
        return;
    }
    // What values leave out, the templates may set.
    item.partial = true;
    maps(&item, root, "", sets);
    sets.entry("values").or_default().push(item);
}

fn maps<'d>(values: &Item<'d>, node: &'d Node, way: &str, sets: &mut Sets<'d>) {
    if matches!(node.value, Value::Map(_)) {
        let label = if way.is_empty() { values.label.clone() } else { format!("value `{way}`") };
        let kind = way.rsplit('.').next().unwrap_or("").to_owned();
        sets.entry("map").or_default().push(Item { label, kind, node, span: node.span, ..values.clone() });
    }
    for entry in node.entries() {
        let dot = if way.is_empty() { "" } else { "." };
        maps(values, &entry.node, &format!("{way}{dot}{}", entry.key), sets);
    }
    for item in node.items() {
        maps(values, item, way, sets);
    }
}
