//! Objects of Kubernetes, their pods and their containers.

use super::{Item, Sets};
use crate::document::{Node, Value};

/// Where kinds keep the pod that they make.
const PODS: &[&[&str]] = &[
    &["spec", "template", "spec"],
    &["spec", "jobTemplate", "spec", "template", "spec"],
    &["template", "spec"],
    &["spec"],
];
const LISTS: &[&str] = &["initContainers", "containers", "ephemeralContainers"];

pub(super) fn collect<'d>(root: &'d Node, sets: &mut Sets<'d>, depth: usize) {
    let kind = root.key_text("kind").unwrap_or("");
    if kind.ends_with("List")
        && depth < 4
        && let Some(items) = root.get("items")
    {
        for item in items.items() {
            collect(item, sets, depth + 1);
        }
        return;
    }
    let metadata = root.get("metadata");
    let name = metadata.and_then(|meta| meta.key_text("name").or(meta.key_text("generateName")));
    let label = format!("`{kind}/{}`", name.unwrap_or("?"));
    let span =
        root.entries().iter().find(|entry| entry.key == "kind").map_or(root.span, |entry| entry.key_span);
    let mut object = Item::new(root, label, kind, span);
    if let Some(pod) = PODS.iter().find_map(|keys| root.at(keys).filter(|pod| holds_containers(pod))) {
        object.partial = is_patch(pod);
        containers(&object, pod, sets);
    }
    sets.entry("object").or_default().push(object);
}

fn holds_containers(node: &Node) -> bool {
    LISTS.iter().any(|list| node.get(list).is_some_and(|list| matches!(list.value, Value::List(_))))
}

/// A container without an image can't be run: the file only changes one that lies elsewhere.
fn is_patch(pod: &Node) -> bool {
    let main = pod.get("containers").map_or(&[][..], Node::items);
    main.is_empty() || main.iter().any(|container| container.get("image").is_none())
}

fn containers<'d>(object: &Item<'d>, pod: &'d Node, sets: &mut Sets<'d>) {
    let mut of_pod = Item { node: pod, ..object.clone() };
    of_pod.scopes.push(("pod", pod));
    for list in LISTS {
        for container in pod.get(list).map_or(&[][..], Node::items) {
            let name = container.key_text("name").unwrap_or("?");
            let label = format!("container `{name}` of {}", object.label);
            let item = Item { node: container, label, span: container.span, ..of_pod.clone() };
            if *list == "containers" {
                sets.entry("main-container").or_default().push(item.clone());
            }
            sets.entry("container").or_default().push(item);
        }
    }
    sets.entry("pod").or_default().push(of_pod);
}
