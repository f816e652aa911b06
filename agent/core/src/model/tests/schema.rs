use serde_json::{Value, json};

use super::super::schema::{closed, is_closed, openapi};

#[test]
fn a_closed_schema_names_every_field() {
    let schema = json!({
        "$schema": "x",
        "type": "object",
        "additionalProperties": true,
        "properties": {
            "a": { "type": "string", "minLength": 1 },
            "b": { "type": "integer", "description": "how many" },
            "c": { "type": "string", "enum": ["x", "y"] },
            "d": { "oneOf": [{ "type": "string" }, { "type": "object", "properties": {} }] },
        },
        "required": ["a"],
    });
    let expected = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "a": { "type": "string" },
            "b": { "type": ["integer", "null"], "description": "how many" },
            "c": { "anyOf": [{ "type": "string", "enum": ["x", "y"] }, { "type": "null" }] },
            "d": { "anyOf": [
                { "anyOf": [
                    { "type": "string" },
                    { "type": "object", "properties": {}, "required": [], "additionalProperties": false },
                ] },
                { "type": "null" },
            ] },
        },
        "required": ["a", "b", "c", "d"],
    });
    assert_eq!(closed(&schema).unwrap(), expected);
    assert!(is_closed(&expected) && !is_closed(&schema));
    assert_eq!(closed(&expected).unwrap(), expected, "what is closed stays as it is");
}

#[test]
fn only_what_a_provider_can_hold_a_model_to_is_closed() {
    let object = |properties: Value, required: Value| json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    let text = json!({ "type": "string" });
    let table = [
        (object(json!({ "a": text }), json!(["a"])), true),
        (object(json!({}), json!([])), true),
        (object(json!({ "a": text }), json!([])), false),
        (object(json!({ "a": { "type": "integer", "minimum": 1 } }), json!(["a"])), false),
        (object(json!({ "a": { "type": "object", "properties": {} } }), json!(["a"])), false),
        (
            object(json!({ "a": { "type": "array", "items": object(json!({}), json!([])) } }), json!(["a"])),
            true,
        ),
        (json!({ "type": "object", "properties": { "a": text }, "required": ["a"] }), false),
        (json!({ "type": "object", "properties": {}, "required": [], "additionalProperties": {} }), false),
        (json!("object"), false),
    ];
    for (schema, expected) in table {
        assert_eq!(is_closed(&schema), expected, "{schema}");
    }
}

#[test]
fn a_schema_is_written_in_the_words_of_openapi() {
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "a": { "type": ["string", "null"], "maxLength": 9, "pattern": "^a" },
            "b": { "type": "array", "items": { "type": "integer", "minimum": 1 }, "maxItems": 3 },
            "c": { "type": "string", "const": "x" },
            "d": { "type": "integer", "enum": [1, 2] },
            "e": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
            "f": { "type": "object", "properties": {}, "required": [] },
        },
        "required": ["a"],
    });
    let expected = json!({
        "type": "OBJECT",
        "properties": {
            "a": { "type": "STRING", "nullable": true, "pattern": "^a" },
            "b": { "type": "ARRAY", "items": { "type": "INTEGER", "minimum": 1 }, "maxItems": 3 },
            "c": { "type": "STRING", "enum": ["x"] },
            "d": { "type": "INTEGER" },
            "e": { "anyOf": [{ "type": "STRING" }, { "type": "NULL" }] },
            "f": { "type": "OBJECT" },
        },
        "required": ["a"],
    });
    assert_eq!(openapi(&schema).unwrap(), expected);
    for refused in
        [json!({ "type": ["string", "integer"] }), json!({ "type": [] }), json!({ "$ref": "#" }), json!(7)]
    {
        assert!(openapi(&refused).is_err(), "{refused}");
    }
}
