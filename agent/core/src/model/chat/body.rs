use serde_json::{Value, json};

use super::super::{
    Ask, Effort, Fault, Flavour, Outcome, Turn,
    conversation::{Call, Reply, Round},
    schema,
};

pub(in super::super) fn body(ask: &Ask, rounds: &[Round]) -> Result<Value, Fault> {
    let (settings, flavour) = (ask.settings, ask.settings.voice.flavour);
    let limit = if flavour.is_exact() { "max_completion_tokens" } else { "max_tokens" };
    let mut body = json!({
        "model": settings.model,
        limit: settings.answer_tokens_max,
        "messages": messages(ask, rounds),
    });
    if !ask.tools.is_empty() {
        body["tools"] = ask.tools.iter().map(|tool| declared(tool, flavour)).collect();
    }
    if ask.is_streamed() {
        body["stream"] = true.into();
        // These two always count.
        if !matches!(flavour, Flavour::Mistral | Flavour::Openrouter) {
            body["stream_options"] = json!({ "include_usage": true });
        }
    }
    match (settings.effort, flavour) {
        (None, _) | (Some(Effort::Low), Flavour::Mistral) => {}
        // It knows thinking and not thinking.
        (Some(_), Flavour::Mistral) => body["reasoning_effort"] = "high".into(),
        (Some(effort), Flavour::Openrouter) => body["reasoning"] = json!({ "effort": effort.as_str() }),
        (Some(effort), _) => body["reasoning_effort"] = effort.as_str().into(),
    }
    if let Some(shape) = ask.answer {
        let schema = schema::closed(&shape.schema)?;
        let named = json!({ "name": shape.name, "strict": true, "schema": schema });
        body["response_format"] = json!({ "type": "json_schema", "json_schema": named });
    }
    Ok(body)
}

fn declared(tool: &super::super::Tool, flavour: Flavour) -> Value {
    let mut function = json!({
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.input,
    });
    if flavour.is_exact() && schema::is_closed(&tool.input) {
        function["strict"] = true.into();
    }
    json!({ "type": "function", "function": function })
}

fn messages(ask: &Ask, rounds: &[Round]) -> Vec<Value> {
    let mut messages = Vec::new();
    if !ask.system.trim().is_empty() {
        messages.push(json!({ "role": "system", "content": ask.system }));
    }
    for round in rounds {
        match round {
            Round::Person { replies, text } => {
                messages.extend(replies.iter().map(result));
                let is_refused = ask.settings.voice.flavour == Flavour::Mistral && !replies.is_empty();
                // A person may not speak right after a tool there.
                if is_refused && !text.is_empty() {
                    messages.push(json!({ "role": "assistant", "content": "Noted." }));
                }
                messages.extend((!text.is_empty()).then(|| json!({ "role": "user", "content": text })));
            }
            Round::Model { turn, calls } => messages.push(said_by_model(ask, turn, calls)),
        }
    }
    messages
}

/// There is no place that says that a call failed, so its text does.
fn result(reply: &Reply) -> Value {
    json!({ "role": "tool", "tool_call_id": reply.id, "content": told(reply) })
}

pub(in super::super) fn told(reply: &Reply) -> String {
    let text = &reply.result.text;
    let says_so = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("error"));
    match reply.result.outcome {
        Outcome::Failed if !says_so => format!("error: {text}"),
        Outcome::Failed | Outcome::Done => text.clone(),
    }
}

fn said_by_model(ask: &Ask, turn: &Turn, calls: &[Call]) -> Value {
    let mut message = json!({ "role": "assistant" });
    if !turn.text.trim().is_empty() {
        message["content"] = turn.text.as_str().into();
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.iter().map(called).collect();
        // Thoughts matter to the rest of a turn that is not over, and not later.
        let thoughts = turn.echoed(ask.settings).and_then(|parts| parts.first()?.as_object());
        for (name, thought) in thoughts.into_iter().flatten() {
            message[name.as_str()] = thought.clone();
        }
    }
    message
}

fn called(call: &Call) -> Value {
    let input = Value::Object(call.call.sent_back()).to_string();
    json!({
        "id": call.id,
        "type": "function",
        "function": { "name": call.call.name, "arguments": input },
    })
}
