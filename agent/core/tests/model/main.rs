//! Every dialect against checks and answers that were written without a look at it.

mod answers;
mod arbitrary;
mod chat;
mod conversations;
mod quirks;
mod requests;
mod shapes;
mod streams;
mod troubles;

use agent_core::model::{
    Ask, Caching, Delivery, Effort, Fault, Message, Outcome, Settings, Tool, ToolResult, Turn, Voice, hear,
};
use dialects::{Provider, answers::Script};
use serde_json::json;

fn settings(provider: Provider, delivery: dialects::Delivery) -> Settings {
    Settings {
        voice: Voice {
            dialect: provider.dialect.parse().unwrap(),
            flavour: provider.flavour.parse().unwrap(),
        },
        model: "m-1".to_owned(),
        answer_tokens_max: 1000,
        delivery: match delivery {
            dialects::Delivery::Whole => Delivery::Whole,
            dialects::Delivery::Streamed => Delivery::Streamed,
        },
        caching: Caching::On,
        effort: Some(Effort::Medium),
    }
}

/// A tool that is closed, one with a field that may be left out, and one without fields.
fn tools() -> Vec<Tool> {
    let tool = |name: &str, description: &str, input| Tool {
        name: name.to_owned(),
        description: description.to_owned(),
        input,
    };
    let path = json!({ "type": "string" });
    vec![
        tool(
            "edit",
            "Changes a file.",
            json!({
                "type": "object",
                "properties": { "path": path, "edits": { "type": "array", "items": { "type": "string" } } },
                "required": ["path", "edits"],
                "additionalProperties": false,
            }),
        ),
        tool(
            "read",
            "Reads lines.",
            json!({
                "type": "object",
                "properties": { "path": path, "from": { "type": "integer", "minimum": 1 } },
                "required": ["path"],
                "additionalProperties": false,
            }),
        ),
        tool("list", "Lists files.", json!({ "type": "object", "properties": {} })),
    ]
}

fn person(text: &str) -> Message {
    Message::Person(text.to_owned())
}

fn result(call_id: &str, name: &str, text: &str, outcome: Outcome) -> ToolResult {
    ToolResult { call_id: call_id.to_owned(), name: name.to_owned(), text: text.to_owned(), outcome }
}

/// Hears a document as the answer to a plain question.
fn heard(
    provider: Provider,
    delivery: dialects::Delivery,
    document: &serde_json::Value,
) -> Result<Turn, Fault> {
    let (settings, tools, messages) = (settings(provider, delivery), tools(), [person("Hello")]);
    let ask = Ask { system: "", messages: &messages, tools: &tools, answer: None, settings: &settings };
    hear(&ask, document)
}

/// Hears what a script says.
fn said(provider: Provider, delivery: dialects::Delivery, script: &Script) -> Result<Turn, Fault> {
    heard(provider, delivery, &dialects::answers::answer(provider, delivery, script).document())
}

/// Every provider both ways.
fn all() -> impl Iterator<Item = (Provider, dialects::Delivery)> {
    Provider::ALL
        .into_iter()
        .flat_map(|provider| dialects::Delivery::ALL.into_iter().map(move |delivery| (provider, delivery)))
}
