//! Policies that stand in Terraform as JSON in a text: they are opened and judged like the rest.

use super::{Node, Value};

/// Opens every text that holds a JSON object.
pub(crate) fn open(node: &mut Node) {
    match &mut node.value {
        Value::Scalar { text, quoted: true } | Value::Template(text) => {
            if text.trim_start().starts_with('{')
                && yaml::may_say(text, "Statement")
                && let Ok(read) = yaml::parse(text)
                && let Some(mut root) = read.roots.into_iter().next()
                && root.get("Statement").is_some()
            {
                // The heredoc's own line comes before its text.
                moved(&mut root, node.span.line);
                node.value = root.value;
            }
        }
        Value::List(items) => items.iter_mut().for_each(open),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| open(&mut entry.node)),
        Value::Scalar { .. } | Value::Expression(_) => {}
    }
}

fn moved(node: &mut Node, lines: u32) {
    node.span.line = node.span.line.saturating_add(lines);
    node.span.end_line = node.span.end_line.saturating_add(lines);
    match &mut node.value {
        Value::Scalar { text, .. } if text.contains("${") => {
            node.value = Value::Template(std::mem::take(text));
        }
        Value::List(items) => items.iter_mut().for_each(|item| moved(item, lines)),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| moved(&mut entry.node, lines)),
        _ => {}
    }
}
