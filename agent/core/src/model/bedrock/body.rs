use serde_json::{Value, json};

use super::super::{
    Ask, Fault, Outcome, Turn,
    conversation::{Call, Reply, Round},
    schema,
};

/// The request. The model and whether it streams are in the path.
pub(in super::super) fn body(ask: &Ask, rounds: &[Round]) -> Result<Value, Fault> {
    let mut body = json!({
        "messages": messages(ask, rounds),
        "inferenceConfig": { "maxTokens": ask.settings.answer_tokens_max },
    });
    if !ask.system.trim().is_empty() {
        body["system"] = kept(ask, vec![text(ask.system)]);
    }
    if !ask.tools.is_empty() || ask.answer.is_some() {
        body["toolConfig"] = tools(ask)?;
    }
    if let Some(effort) = ask.settings.effort {
        body["outputConfig"]["effort"] = effort.as_str().into();
    }
    Ok(body)
}

/// A form is asked for by a tool that has it for its input, and a model that has to call
/// one: more models can do that than take a schema for their text.
fn tools(ask: &Ask) -> Result<Value, Fault> {
    let spec = |name: &str, description: &str, schema: &Value| {
        let mut spec = json!({ "name": name, "inputSchema": { "json": schema } });
        if !description.is_empty() {
            spec["description"] = description.into();
        }
        json!({ "toolSpec": spec })
    };
    let mut tools: Vec<_> =
        ask.tools.iter().map(|tool| spec(&tool.name, &tool.description, &tool.input)).collect();
    let Some(shape) = ask.answer else { return Ok(json!({ "tools": tools })) };
    let choice =
        if tools.is_empty() { json!({ "tool": { "name": shape.name } }) } else { json!({ "any": {} }) };
    tools.push(spec(&shape.name, "Gives the answer.", &schema::closed(&shape.schema)?));
    Ok(json!({ "tools": tools, "toolChoice": choice }))
}

fn messages(ask: &Ask, rounds: &[Round]) -> Vec<Value> {
    let last = rounds.len().saturating_sub(1);
    let message = |(at, round): (usize, &Round)| match round {
        Round::Person { replies, text: said } => {
            let mut blocks: Vec<_> = replies.iter().map(result).collect();
            blocks.extend((!said.is_empty()).then(|| text(said)));
            let content = if at == last { kept(ask, blocks) } else { blocks.into() };
            json!({ "role": "user", "content": content })
        }
        Round::Model { turn, calls } => {
            json!({ "role": "assistant", "content": said_by_model(ask, turn, calls) })
        }
    };
    rounds.iter().enumerate().map(message).collect()
}

/// A blank text is refused, and a result has to have content.
fn result(reply: &Reply) -> Value {
    let told = if reply.result.text.trim().is_empty() { "(nothing)" } else { &reply.result.text };
    let mut result = json!({ "toolUseId": reply.id, "content": [text(told)] });
    if reply.result.outcome == Outcome::Failed {
        result["status"] = "error".into();
    }
    json!({ "toolResult": result })
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

fn echoed(parts: &[Value], calls: &[Call]) -> Option<Value> {
    let mut calls = calls.iter();
    let mut blocks = Vec::new();
    for part in parts {
        let is_call = part.get("toolUse").is_some();
        blocks.push(if is_call { called(calls.next()?) } else { part.clone() });
    }
    calls.next().is_none().then_some(blocks.into())
}

fn called(call: &Call) -> Value {
    json!({ "toolUse": { "toolUseId": call.id, "name": call.call.name, "input": call.call.sent_back() } })
}

fn text(text: &str) -> Value {
    json!({ "text": text })
}

/// Says, where it is asked to, that everything up to here stays the same.
fn kept(ask: &Ask, mut blocks: Vec<Value>) -> Value {
    if ask.caches() {
        blocks.push(json!({ "cachePoint": { "type": "default" } }));
    }
    blocks.into()
}
