//! These rules as far as JSON Schema can tell them. What it can't tell is said in the
//! schema itself, as a comment.

use schemars::Schema;
use serde_json::{Value, json};

use crate::{
    check::CheckPreset,
    pattern::{BLANK, END},
    schema::BEYOND_SCHEMA,
};

/// A merge by any name, but for an emergency.
const MERGE: &str = "[mM][eE][rR][gG](?!en[ct]|EN[CT])";

/// What only a request can get wrong.
const BEYOND_REQUEST: &str = "a work branch that is the base branch; branches that are not the target's; a \
    capability requested twice; two commands of one name; a recipe beside a proposal";

const OUTWARD: [(&str, &str); 4] = [
    ("repo.commit", "commit"),
    ("repo.push", "push"),
    ("repo.open_pr", "pull_request"),
    ("notify.send", "notify"),
];

/// Adds the rules of a request.
pub fn request_into_schema(schema: &mut Schema) {
    let mut rules = vec![dry_run(), work_branch(), chain("push", "commit"), chain("pull_request", "push")];
    rules.extend(OUTWARD.iter().map(|(capability, allowance)| allowance_of(capability, allowance)));
    rules.push(json!({ "properties": { "instruction": { "pattern": format!("[^{BLANK}]") } } }));
    add(schema, rules);
    schema.insert("$comment".to_owned(), format!("{BEYOND_SCHEMA}; {BEYOND_REQUEST}.").into());
}

/// Adds the rules of a literal check.
pub fn command_into_schema(schema: &mut Schema) {
    let presets: Vec<_> = CheckPreset::ALL.iter().map(|preset| preset.as_str()).collect();
    let name =
        json!({ "pattern": format!(r"^[^\u0000-\u001f\u007f-\u009f]*{END}"), "not": { "enum": presets } });
    // Side by side: in one schema `items` would spare the words that `prefixItems` names.
    let words = json!({ "items": { "pattern": format!(r"^[^\u0000]*{END}") } });
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
            json!({ "properties": { "actions": { "items": {
                "pattern": format!("^[!-~]+{END}"),
                "not": { "pattern": MERGE },
            } } } }),
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

/// A work branch is for commits.
fn work_branch() -> Value {
    let named = json!({ "properties": { "work": { "type": "string" } }, "required": ["work"] });
    let dry = json!({ "properties": { "mode": { "const": "dry_run" } } });
    let commits = json!({ "properties": { "commit": { "const": true } }, "required": ["commit"] });
    json!({
        "if": { "properties": { "branches": named }, "required": ["branches"], "not": dry },
        "then": { "properties": { "allowances": commits }, "required": ["allowances"] },
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
