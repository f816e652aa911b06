use serde_json::{Value, json};

use super::super::{
    Ask, Fault, Turn, chat,
    conversation::{Call, Reply, Round},
    schema,
};

/// The provider refuses a smaller limit.
const TOKENS_MIN: u32 = 16;

/// The request. Nothing is kept at the provider, so thoughts travel with the conversation,
/// sealed.
pub(in super::super) fn body(ask: &Ask, rounds: &[Round]) -> Result<Value, Fault> {
    let settings = ask.settings;
    let mut body = json!({
        "model": settings.model,
        "max_output_tokens": settings.answer_tokens_max.max(TOKENS_MIN),
        "input": rounds.iter().flat_map(|round| items(ask, round)).collect::<Vec<_>>(),
        "store": false,
    });
    if thinks(&settings.model) {
        body["include"] = json!(["reasoning.encrypted_content"]);
    }
    if !ask.system.trim().is_empty() {
        body["instructions"] = ask.system.into();
    }
    if !ask.tools.is_empty() {
        body["tools"] = ask.tools.iter().map(declared).collect();
    }
    if ask.is_streamed() {
        body["stream"] = true.into();
    }
    if let Some(effort) = settings.effort {
        body["reasoning"] = json!({ "effort": effort.as_str() });
    }
    if let Some(shape) = ask.answer {
        let schema = schema::closed(&shape.schema)?;
        let format = json!({ "type": "json_schema", "name": shape.name, "strict": true, "schema": schema });
        body["text"] = json!({ "format": format });
    }
    Ok(body)
}

/// Models that do not think refuse to be asked for their thoughts. Only old ones don't.
fn thinks(model: &str) -> bool {
    !["gpt-3", "gpt-4", "chatgpt-"].iter().any(|old| model.starts_with(old))
}

fn declared(tool: &super::super::Tool) -> Value {
    json!({
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.input,
        "strict": schema::is_closed(&tool.input),
    })
}

fn items(ask: &Ask, round: &Round) -> Vec<Value> {
    match round {
        Round::Person { replies, text } => {
            let mut items: Vec<_> = replies.iter().map(result).collect();
            items.extend((!text.is_empty()).then(|| json!({ "role": "user", "content": text })));
            items
        }
        Round::Model { turn, calls } => said_by_model(ask, turn, calls),
    }
}

fn result(reply: &Reply) -> Value {
    json!({ "type": "function_call_output", "call_id": reply.id, "output": chat::told(reply) })
}

fn said_by_model(ask: &Ask, turn: &Turn, calls: &[Call]) -> Vec<Value> {
    let echoed = turn.echoed(ask.settings).and_then(|parts| echoed(parts, calls));
    echoed.unwrap_or_else(|| {
        let text =
            (!turn.text.trim().is_empty()).then(|| json!({ "role": "assistant", "content": turn.text }));
        text.into_iter().chain(calls.iter().map(called)).collect()
    })
}

fn echoed(parts: &[Value], calls: &[Call]) -> Option<Vec<Value>> {
    let mut calls = calls.iter();
    let mut items = Vec::new();
    for part in parts {
        let is_call = part["type"] == "function_call";
        items.push(if is_call { called(calls.next()?) } else { part.clone() });
    }
    calls.next().is_none().then_some(items)
}

fn called(call: &Call) -> Value {
    json!({
        "type": "function_call",
        "call_id": call.id,
        "name": call.call.name,
        "arguments": Value::Object(call.call.sent_back()).to_string(),
    })
}
