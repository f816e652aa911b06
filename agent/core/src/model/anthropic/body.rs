use serde_json::{Value, json};

use super::super::{
    Ask, Fault, Outcome, Turn,
    conversation::{Call, Reply, Round},
    schema,
};

/// The request. The provider keeps the order tools, system, messages, so that a mark at
/// the system's end covers the tools, too.
pub(in super::super) fn body(ask: &Ask, rounds: &[Round]) -> Result<Value, Fault> {
    let settings = ask.settings;
    let mut body = json!({
        "model": settings.model,
        "max_tokens": settings.answer_tokens_max,
        "messages": messages(ask, rounds),
    });
    let has_system = !ask.system.trim().is_empty();
    if has_system {
        body["system"] = if ask.caches() { marked(json!([text(ask.system)])) } else { ask.system.into() };
    }
    if !ask.tools.is_empty() {
        let tools = ask.tools.iter().map(
            |tool| json!({ "name": tool.name, "description": tool.description, "input_schema": tool.input }),
        );
        let tools: Value = tools.collect();
        body["tools"] = if ask.caches() && !has_system { marked(tools) } else { tools };
    }
    if ask.is_streamed() {
        body["stream"] = true.into();
    }
    if let Some(effort) = settings.effort {
        body["output_config"]["effort"] = effort.as_str().into();
    }
    if let Some(shape) = ask.answer {
        let schema = schema::closed(&shape.schema)?;
        body["output_config"]["format"] = json!({ "type": "json_schema", "schema": schema });
    }
    Ok(body)
}

fn messages(ask: &Ask, rounds: &[Round]) -> Vec<Value> {
    let last = rounds.len().saturating_sub(1);
    let message = |(at, round): (usize, &Round)| match round {
        Round::Person { replies, text: said } => {
            let keeps = ask.caches() && at == last;
            let is_bare = replies.is_empty() && !keeps;
            let content = if is_bare { said.as_str().into() } else { blocks(replies, said) };
            json!({ "role": "user", "content": if keeps { marked(content) } else { content } })
        }
        Round::Model { turn, calls } => {
            json!({ "role": "assistant", "content": said_by_model(ask, turn, calls) })
        }
    };
    rounds.iter().enumerate().map(message).collect()
}

/// Results stand before anything else.
fn blocks(replies: &[Reply], said: &str) -> Value {
    let mut blocks: Vec<_> = replies.iter().map(result).collect();
    blocks.extend((!said.is_empty()).then(|| text(said)));
    blocks.into()
}

fn result(reply: &Reply) -> Value {
    let mut block = json!({ "type": "tool_result", "tool_use_id": reply.id });
    if !reply.result.text.trim().is_empty() {
        block["content"] = reply.result.text.as_str().into();
    }
    if reply.result.outcome == Outcome::Failed {
        block["is_error"] = true.into();
    }
    block
}

fn said_by_model(ask: &Ask, turn: &Turn, calls: &[Call]) -> Value {
    let echoed = turn.echoed(ask.settings).and_then(|parts| echoed(parts, calls));
    echoed.unwrap_or_else(|| {
        let mut blocks = Vec::new();
        blocks.extend((!turn.text.trim().is_empty()).then(|| text(&turn.text)));
        blocks.extend(calls.iter().map(called));
        blocks.into()
    })
}

/// The blocks as they came, with the calls as we have them.
fn echoed(parts: &[Value], calls: &[Call]) -> Option<Value> {
    let mut calls = calls.iter();
    let mut blocks = Vec::new();
    for part in parts {
        let is_call = part["type"] == "tool_use";
        blocks.push(if is_call { called(calls.next()?) } else { part.clone() });
    }
    calls.next().is_none().then_some(blocks.into())
}

fn called(call: &Call) -> Value {
    json!({ "type": "tool_use", "id": call.id, "name": call.call.name, "input": call.call.sent_back() })
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

/// Says that everything up to the end of the last block stays the same.
fn marked(mut blocks: Value) -> Value {
    if let Some(last) = blocks.as_array_mut().and_then(|blocks| blocks.last_mut()) {
        last["cache_control"] = json!({ "type": "ephemeral" });
    }
    blocks
}
