//! The guide lists every name, and no other.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;
use telemetry::Options;

use crate::trace::{all, plain};

fn guide() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/guides/telemetry.md");
    fs::read_to_string(path).unwrap()
}

/// What stands between backticks and looks like a name of telemetry.
fn listed(prefixes: &[&str]) -> BTreeSet<String> {
    let guide = guide();
    let quoted = guide.split('`').skip(1).step_by(2);
    let named = quoted.filter(|text| prefixes.iter().any(|prefix| text.starts_with(prefix)));
    named.map(str::to_owned).collect()
}

/// Every key of an attribute and every name of an event.
fn told(value: &Value, keys: &mut BTreeSet<String>, events: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| told(item, keys, events)),
        Value::Object(fields) => {
            keys.extend(fields.get("key").and_then(Value::as_str).map(str::to_owned));
            let event = fields.get("name").filter(|_| fields.contains_key("timeUnixNano"));
            events.extend(event.and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| told(field, keys, events));
        }
        _ => {}
    }
}

#[test]
fn the_guide_lists_every_attribute_and_event() {
    let (mut keys, mut events) = (BTreeSet::new(), BTreeSet::new());
    for run in all() {
        told(&run.spans(&Options { content: true, ..plain() }), &mut keys, &mut events);
    }
    let prefixes =
        ["code_assist.", "service.", "gen_ai.", "vcs.", "http.", "process.exit", "exception.", "error."];
    assert_eq!(listed(&prefixes), keys);
    let guide = guide();
    let missing: Vec<_> = events.iter().filter(|name| !guide.contains(&format!("\n| `{name}` |"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_guide_lists_every_metric() {
    let text: String = all().iter().map(|run| run.metrics()).collect();
    let named = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    assert_eq!(listed(&["code_assist_"]), named.map(str::to_owned).collect());
}
