//! These rules as far as JSON Schema can tell them. What it can't tell is said in the
//! schema itself, as a comment.

use schemars::Schema;
use serde_json::{Value, json};

use crate::check::CheckPreset;

const BEYOND_SCHEMA: &str = "Refused too, although a schema can't tell it: a key given twice; a number \
    beyond 9007199254740991 anywhere, or nested deeper than 64 levels; a work branch that is the base \
    branch; a capability requested twice; two commands of one name; a path or a branch whose length in \
    bytes of UTF-8 is too great.";

/// `merge` as a word of a name.
const MERGE: &str = "((^|[^A-Za-z])[mM]|[a-z]M)[eE][rR][gG]([eE]([^A-Za-z]|$)|e[A-Z])";

const OUTWARD: [(&str, &str); 4] = [
    ("repo.commit", "commit"),
    ("repo.push", "push"),
    ("repo.open_pr", "pull_request"),
    ("notify.send", "notify"),
];

/// Adds the rules of a request.
pub fn request_into_schema(schema: &mut Schema) {
    let mut rules = vec![dry_run(), chain("push", "commit"), chain("pull_request", "push")];
    rules.extend(OUTWARD.iter().map(|(capability, allowance)| allowance_of(capability, allowance)));
    rules.push(json!({ "properties": { "instruction": { "pattern": r"[^\s\u0085\ufeff]" } } }));
    add(schema, rules);
    schema.insert("$comment".to_owned(), BEYOND_SCHEMA.into());
}

/// Adds the rules of a literal check.
pub fn command_into_schema(schema: &mut Schema) {
    let presets: Vec<_> = CheckPreset::ALL.iter().map(|preset| preset.as_str()).collect();
    let name = json!({ "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$", "not": { "enum": presets } });
    // Side by side: in one schema `items` would spare the words that `prefixItems` names.
    let words = json!({ "items": { "pattern": r"^[^\u0000]*$" } });
    let program = json!({ "prefixItems": [{ "minLength": 1 }] });
    add(schema, vec![json!({ "properties": { "name": name, "argv": { "allOf": [words, program] } } })]);
}

/// Adds the rules of a protocol binding.
pub fn binding_into_schema(schema: &mut Schema) {
    let on = |field: &str| json!({ "properties": { field: { "const": true } }, "required": [field] });
    let present = |field: &str| json!({ "properties": { field: { "type": "string" } }, "required": [field] });
    add(
        schema,
        vec![
            json!({ "properties": { "fail_closed": { "const": true } } }),
            json!({ "properties": { "actions": { "items": { "not": { "pattern": MERGE } } } } }),
            json!({ "properties": { "metadata": { "propertyNames": { "not": { "pattern": MERGE } } } } }),
            json!({ "if": present("endpoint"), "then": { "properties": { "binding": false } } }),
            json!({ "if": on("required"), "then": { "properties": { "enabled": { "const": true } }, "required": ["enabled"] } }),
            json!({
                "if": { "allOf": [on("enabled"), { "not": present("endpoint") }] },
                "then": { "properties": { "binding": { "type": "string" } }, "required": ["binding"] },
            }),
        ],
    );
}

fn add(schema: &mut Schema, rules: Vec<Value>) {
    schema.insert("allOf".to_owned(), Value::Array(rules));
}

fn dry_run() -> Value {
    let names: Vec<_> = OUTWARD.iter().map(|(capability, _)| *capability).collect();
    let off: serde_json::Map<_, _> =
        OUTWARD.iter().map(|(_, allowance)| ((*allowance).to_owned(), json!({ "const": false }))).collect();
    json!({
        "if": { "properties": { "mode": { "const": "dry_run" } }, "required": ["mode"] },
        "then": { "properties": {
            "allowances": { "properties": off },
            "capabilities": { "items": { "properties": { "capability": { "not": { "enum": names } } } } },
        } },
    })
}

fn chain(allowance: &str, needed: &str) -> Value {
    let on = json!({ "properties": { allowance: { "const": true } }, "required": [allowance] });
    json!({ "properties": { "allowances": {
        "if": on,
        "then": { "properties": { needed: { "const": true } }, "required": [needed] },
    } } })
}

fn allowance_of(capability: &str, allowance: &str) -> Value {
    let asked =
        json!({ "properties": { "capability": { "const": capability } }, "required": ["capability"] });
    json!({
        "if": { "properties": { "capabilities": { "type": "array", "contains": asked } }, "required": ["capabilities"] },
        "then": {
            "properties": { "allowances": { "properties": { allowance: { "const": true } }, "required": [allowance] } },
            "required": ["allowances"],
        },
    })
}
