//! A call as a person reads it, from what the trace says of it.

use policy::Call;
use serde_json::{Map, Value, json};

use crate::outside::Outside;

/// What a call is about beyond its arguments: the commands of checks, the branch of a
/// commit. It is part of what is decided on.
pub(crate) fn particulars<R: Call>(call: &R, outside: &Outside) -> Map<String, Value> {
    let mut more = Map::new();
    if !call.checks().is_empty() {
        let commands = outside.checks.commands(call.checks());
        more.insert("commands".to_owned(), json!(commands));
    }
    more
}

/// The lines that a person sees.
pub(crate) fn lines(function: &str, properties: &Map<String, Value>) -> Vec<String> {
    let mut lines: Vec<String> =
        list(properties, "changes").iter().filter_map(Value::as_object).map(change).collect();
    lines.extend(list(properties, "commands").iter().filter_map(Value::as_object).map(command));
    if lines.is_empty() {
        lines.extend(properties.iter().map(|(name, value)| format!("{name}: {}", plain(value))));
    }
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
        return format!("write {} ({} bytes, sha256 {})", text("write"), text("bytes"), short(&hash));
    }
    match fields.contains_key("delete") {
        true => format!("delete {}", text("delete")),
        false => format!("rename {} to {}", text("rename"), text("to")),
    }
}

fn short(hash: &str) -> &str {
    hash.get(..16).unwrap_or(hash)
}

fn command(fields: &Map<String, Value>) -> String {
    let argv = list(fields, "argv").iter().map(|word| word.to_string()).collect::<Vec<_>>();
    format!("run {}", argv.join(" "))
}
