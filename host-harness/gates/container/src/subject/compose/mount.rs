//! What services mount from their host.

use crate::{compose::Node, subject::Item};

use super::known;

pub(super) fn items(service: &str, node: &Node, out: &mut Vec<Item>) {
    let Some(volumes) = node.get("volumes") else { return };
    for volume in volumes.items() {
        let mut item = Item::new("mount", service, volume.span);
        match volume.text() {
            Some(text) => short(&known(text), &mut item),
            None => long(volume, &mut item),
        }
        out.push(item);
    }
}

/// `source:target:mode`, or only the target.
fn short(text: &str, item: &mut Item) {
    let mut parts = text.split(':');
    let (source, target) = (parts.next().unwrap_or(""), parts.next());
    let mode = parts.next().unwrap_or("");
    let Some(target) = target else { return item.put("target", source) };
    put(source, target, item);
    item.mark("read-only", mode.split(',').any(|word| word == "ro"));
}

fn long(volume: &Node, item: &mut Item) {
    let source = volume.key_text("source").or(volume.key_text("src")).map(known).unwrap_or_default();
    let target = volume.key_text("target").or(volume.key_text("dst")).map(known).unwrap_or_default();
    put(&source, &target, item);
    item.mark("read-only", volume.key_text("read_only") == Some("true"));
    if let Some(spread) = volume.get("bind").and_then(|bind| bind.key_text("propagation")) {
        item.put("propagation", spread);
    }
}

fn put(source: &str, target: &str, item: &mut Item) {
    item.put("target", target);
    if source.is_empty() {
        return;
    }
    item.put("source", tidy(source));
    item.mark("of-host", source.starts_with(['/', '.', '~', '$']));
}

/// The path without doubled and trailing slashes.
fn tidy(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if !out.is_empty() || path.starts_with('/') {
            out.push('/');
        }
        out.push_str(part);
    }
    if out.is_empty() { path.chars().take(1).collect() } else { out }
}
