use serde_json::{Map, Value, json};

use super::super::{
    Ask, Fault, Outcome, Turn,
    conversation::{Call, Reply, Round},
    schema,
};

/// What stands in place of a signature where a call was made by another model: newer
/// models refuse a call without one.
const UNSIGNED: &str = "skip_thought_signature_validator";

/// The request. The model and whether it streams are in the path.
pub(in super::super) fn body(ask: &Ask, rounds: &[Round]) -> Result<Value, Fault> {
    let mut config = json!({ "maxOutputTokens": ask.settings.answer_tokens_max });
    if let Some(effort) = ask.settings.effort {
        config["thinkingConfig"] = json!({ "thinkingLevel": effort.as_str().to_ascii_uppercase() });
    }
    if let Some(shape) = ask.answer {
        config["responseMimeType"] = "application/json".into();
        config["responseSchema"] = schema::openapi(&shape.schema)?;
    }
    let mut body = json!({ "contents": contents(ask, rounds), "generationConfig": config });
    if !ask.system.trim().is_empty() {
        body["systemInstruction"] = json!({ "parts": [text(ask.system)] });
    }
    if !ask.tools.is_empty() {
        body["tools"] = json!([{ "functionDeclarations": declarations(ask)? }]);
    }
    Ok(body)
}

fn declarations(ask: &Ask) -> Result<Vec<Value>, Fault> {
    let declaration = |tool: &super::super::Tool| {
        let mut declaration = json!({ "name": tool.name, "description": tool.description });
        let parameters = schema::openapi(&tool.input)?;
        // An object without fields is refused: such a tool takes no parameters.
        if parameters.get("properties").is_some() {
            declaration["parameters"] = parameters;
        }
        Ok(declaration)
    };
    ask.tools.iter().map(declaration).collect()
}

fn contents(ask: &Ask, rounds: &[Round]) -> Vec<Value> {
    let mut have_ids = Vec::new();
    let mut contents = Vec::new();
    for round in rounds {
        contents.push(match round {
            Round::Person { replies, text: said } => {
                let replies = replies.iter().zip(have_ids.drain(..));
                let mut parts: Vec<_> = replies.map(|(reply, has_id)| result(reply, has_id)).collect();
                parts.extend((!said.is_empty()).then(|| text(said)));
                json!({ "role": "user", "parts": parts })
            }
            Round::Model { turn, calls } => {
                let parts = said_by_model(ask, turn, calls);
                let calls = parts.iter().filter_map(|part| part.get("functionCall"));
                have_ids = calls.map(|call| call.get("id").is_some()).collect();
                json!({ "role": "model", "parts": parts })
            }
        });
    }
    contents
}

/// Results are told apart by their names and order, and by ids where their calls have any.
fn result(reply: &Reply, has_id: bool) -> Value {
    let key = match reply.result.outcome {
        Outcome::Done => "output",
        Outcome::Failed => "error",
    };
    let told = Map::from_iter([(key.to_owned(), reply.result.text.as_str().into())]);
    let mut response = json!({ "name": reply.result.name, "response": told });
    if has_id {
        response["id"] = reply.id.as_str().into();
    }
    json!({ "functionResponse": response })
}

fn said_by_model(ask: &Ask, turn: &Turn, calls: &[Call]) -> Vec<Value> {
    let echoed = turn.echoed(ask.settings).and_then(|parts| echoed(parts, calls));
    echoed.unwrap_or_else(|| {
        let mut parts = Vec::new();
        parts.extend((!turn.text.trim().is_empty()).then(|| text(&turn.text)));
        parts.extend(calls.iter().map(|call| json!({ "functionCall": called(call) })));
        // Of calls made together the first one alone is signed.
        let first = parts.iter_mut().find(|part| part.get("functionCall").is_some());
        if let Some(call) = first {
            call["thoughtSignature"] = UNSIGNED.into();
        }
        parts
    })
}

/// The parts as they came, signatures included, with the calls as we have them.
fn echoed(parts: &[Value], calls: &[Call]) -> Option<Vec<Value>> {
    let mut calls = calls.iter();
    let mut echoed = Vec::new();
    for part in parts {
        let mut part = part.clone();
        if let Some(was) = part.get("functionCall") {
            let had_id = was["id"].is_string();
            let call = calls.next()?;
            let mut function = called(call);
            if had_id {
                function["id"] = call.id.as_str().into();
            }
            part["functionCall"] = function;
        }
        echoed.push(part);
    }
    calls.next().is_none().then_some(echoed)
}

fn called(call: &Call) -> Value {
    json!({ "name": call.call.name, "args": call.call.sent_back() })
}

fn text(text: &str) -> Value {
    json!({ "text": text })
}
