//! Answers that are to be JSON.

use agent_core::model::{Ask, Shape, Stop, ask, hear};
use dialects::{
    answers::{Script, answer},
    check::check,
};
use serde_json::{Value, json};

use crate::{all, person, settings, tools};

fn shape() -> Shape {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "verdict": { "type": "string", "enum": ["good", "bad"] },
            "findings": {
                "type": "array",
                "maxItems": 9,
                "items": {
                    "type": "object",
                    "properties": {
                        "line": { "type": "integer", "minimum": 1 },
                        "why": { "type": "string", "maxLength": 80, "description": "One sentence." },
                        "how": { "type": ["string", "null"] },
                    },
                    "required": ["line", "why"],
                },
            },
        },
        "required": ["verdict"],
    });
    Shape { name: "review".to_owned(), schema }
}

#[test]
fn a_form_is_asked_for_and_heard_as_the_text() {
    const ANSWER: &str = r#"{"findings":null,"verdict":"good"}"#;
    for (provider, delivery) in all() {
        for tools in [tools(), Vec::new()] {
            let (settings, messages, shape) = (settings(provider, delivery), [person("Review.")], shape());
            let question = Ask {
                system: "",
                messages: &messages,
                tools: &tools,
                answer: Some(&shape),
                settings: &settings,
            };
            let envelope = ask(&question).unwrap();
            assert_eq!(check(provider, delivery, &envelope["body"]), Ok(()), "{provider} {delivery:?}");
            assert_eq!(envelope["told"], json!([]), "JSON is not for a person");
            let script = match provider.dialect {
                "bedrock-converse" => Script::text("So:").with_calls(&[("abc123DEF", "review", ANSWER)]),
                _ => Script::text(ANSWER),
            };
            let turn = hear(&question, &answer(provider, delivery, &script).document()).unwrap();
            let told: Value = serde_json::from_str(&turn.text).unwrap();
            assert_eq!(told, json!({ "verdict": "good", "findings": null }), "{provider} {delivery:?}");
            assert_eq!((turn.stop, turn.calls.len()), (Stop::Finished, 0));
        }
    }
}

/// What can't be closed is refused before anything is sent.
#[test]
fn a_form_that_no_provider_takes_is_refused() {
    let schemas = [
        json!({ "type": "object", "properties": { "a": { "type": "object" } }, "required": ["a"] }),
        json!({ "type": "object", "properties": { "a": { "$ref": "#/a" } } }),
        json!({ "type": "object", "properties": { "a": { "allOf": [] } } }),
        json!({ "type": "object", "properties": { "a": 7 } }),
        json!({ "type": "array" }),
        nested(40),
    ];
    let provider = dialects::Provider::ALL[0];
    let (settings, messages) = (settings(provider, dialects::Delivery::Whole), [person("Review.")]);
    for schema in schemas {
        let shape = Shape { name: "review".to_owned(), schema };
        let question =
            Ask { system: "", messages: &messages, tools: &[], answer: Some(&shape), settings: &settings };
        assert_eq!(ask(&question).unwrap_err().code(), "model-invalid-request", "{:?}", shape.schema);
    }
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(
        json!({ "type": "string" }),
        |inner, _| json!({ "type": "object", "properties": { "a": inner }, "required": ["a"] }),
    )
}
