//! A call as a person reads it, from what the trace says of it.

use serde_json::{Map, Value};

/// The lines that a person sees.
pub(crate) fn lines(function: &str, properties: &Map<String, Value>) -> Vec<String> {
    let mut lines: Vec<String> =
        list(properties, "changes").iter().filter_map(Value::as_object).map(change).collect();
    lines.extend(list(properties, "commands").iter().filter_map(Value::as_object).map(command));
    lines.extend(list(properties, "changed").iter().filter_map(Value::as_object).map(touched));
    const LISTS: [&str; 4] = ["changes", "commands", "changed", "names"];
    let rest = properties.iter().filter(|(name, value)| !LISTS.contains(&name.as_str()) && !value.is_null());
    lines.extend(rest.map(|(name, value)| format!("{name}: {}", plain(value))));
    if lines.is_empty() {
        lines.push(function.to_owned());
    }
    lines
}

fn list<'a>(properties: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    properties.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn change(fields: &Map<String, Value>) -> String {
    let text = |name: &str| fields.get(name).map(plain).unwrap_or_default();
    if fields.contains_key("write") {
        let hash = text("sha256");
        let mode = fields.get("mode").and_then(Value::as_str).map(|mode| format!(", mode {mode}"));
        let (path, bytes, mode) = (text("write"), text("bytes"), mode.unwrap_or_default());
        return format!("write {path} ({bytes} bytes, sha256 {}{mode})", short(&hash));
    }
    match fields.contains_key("delete") {
        true => format!("delete {}", text("delete")),
        false => format!("rename {} to {}", text("rename"), text("to")),
    }
}

/// A file that is a part of what is committed, or that a check runs on.
fn touched(fields: &Map<String, Value>) -> String {
    let path = fields.get("path").map(plain).unwrap_or_default();
    match fields.get("sha256").and_then(Value::as_str) {
        Some(hash) => format!("with {path} (sha256 {})", short(hash)),
        None => format!("without {path}"),
    }
}

fn short(hash: &str) -> &str {
    hash.get(..16).unwrap_or(hash)
}

fn command(fields: &Map<String, Value>) -> String {
    let argv = list(fields, "argv").iter().map(|word| word.to_string()).collect::<Vec<_>>();
    format!("run {}", argv.join(" "))
}
