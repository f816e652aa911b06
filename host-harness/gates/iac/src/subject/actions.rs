//! Workflows of GitHub, their jobs and steps; composite actions; settings of Dependabot.

use super::{Item, Sets};
use crate::document::Node;

pub(super) fn collect<'d>(root: &'d Node, file: &str, sets: &mut Sets<'d>) {
    let name = file.rsplit('/').next().unwrap_or(file);
    let item = Item::new(root, format!("`{name}`"), "", root.span);
    if name.starts_with("dependabot.") {
        sets.entry("dependabot").or_default().push(item);
    } else if let Some(runs) = root.get("runs") {
        steps(&item, runs, sets);
        sets.entry("action").or_default().push(item);
    } else if let Some(jobs) = root.get("jobs") {
        for entry in jobs.entries() {
            let label = format!("job `{}`", entry.key);
            let mut job = Item { node: &entry.node, label, span: entry.key_span, ..item.clone() };
            job.scopes.push(("job", &entry.node));
            steps(&job, &entry.node, sets);
            sets.entry("job").or_default().push(job);
        }
        sets.entry("workflow").or_default().push(item);
    }
}

fn steps<'d>(around: &Item<'d>, holder: &'d Node, sets: &mut Sets<'d>) {
    for (number, step) in holder.get("steps").map_or(&[][..], Node::items).iter().enumerate() {
        let name = step.key_text("name").or(step.key_text("id")).or(step.key_text("uses"));
        let name = name.map_or_else(|| format!("{}", number + 1), |name| name.chars().take(60).collect());
        let label = format!("step `{name}` of {}", around.label);
        let item = Item { node: step, label, span: step.span, ..around.clone() };
        sets.entry("step").or_default().push(item);
    }
}
