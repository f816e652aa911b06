//! Chat Completions. Documents: OpenAI's `CreateChatCompletionRequest`, Mistral's
//! `ChatCompletionRequest`, OpenRouter's `ChatRequest`, and Ollama's list of supported fields.

use serde_json::{Value, json};

use super::{Pairing, Role, fields, fields::Fields, schema};
use crate::Delivery;

const EFFORTS: [&str; 7] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

pub(super) fn check(flavour: &str, delivery: Delivery, body: &Value) -> Result<(), String> {
    let mut request = Fields::open(body, "")?;
    request.words("model")?;
    let limit = match flavour {
        "openai" | "azure" => "max_completion_tokens",
        _ => "max_tokens",
    };
    request.number(limit, 1)?;
    if request.only("stream", &true.into())? != (delivery == Delivery::Streamed) {
        return Err("`stream` does not fit the delivery".to_owned());
    }
    stream_options(flavour, delivery, &mut request)?;
    effort(flavour, &mut request)?;
    if let Some(format) = request.take("response_format") {
        response_format(format)?;
    }
    let mut pairing = Pairing::default();
    if request.take("tools").is_some() {
        for tool in request.list("tools")? {
            pairing.tools.insert(declared(flavour, tool)?);
        }
    }
    messages(flavour, request.list("messages")?, &mut pairing)?;
    request.close()
}

fn stream_options(flavour: &str, delivery: Delivery, request: &mut Fields) -> Result<(), String> {
    // These two always count, and have no use for the field.
    if matches!(flavour, "mistral" | "openrouter") {
        return Ok(());
    }
    let counts = request.only("stream_options", &json!({ "include_usage": true }))?;
    match counts == (delivery == Delivery::Streamed) {
        true => Ok(()),
        false => Err("`stream_options` does not fit the delivery".to_owned()),
    }
}

fn effort(flavour: &str, request: &mut Fields) -> Result<(), String> {
    let (name, known): (_, &[&str]) = match flavour {
        "mistral" => ("reasoning_effort", &["high", "none"]),
        "openrouter" => {
            let Some(reasoning) = request.take("reasoning") else { return Ok(()) };
            let mut reasoning = Fields::open(reasoning, "/reasoning")?;
            reasoning.choice("effort", &EFFORTS)?;
            return reasoning.close();
        }
        _ => ("reasoning_effort", &EFFORTS),
    };
    if request.take(name).is_some() {
        request.choice(name, known)?;
    }
    Ok(())
}

fn response_format(format: &Value) -> Result<(), String> {
    let mut format = Fields::open(format, "/response_format")?;
    format.choice("type", &["json_schema"])?;
    let mut named = Fields::open(format.need("json_schema")?, "/response_format/json_schema")?;
    fields::name(named.text("name")?, "/response_format/json_schema/name")?;
    if named.only("strict", &true.into())? {
        schema::strict(named.need("schema")?, "/response_format/json_schema/schema")?;
    }
    named.close()?;
    format.close()
}

fn declared(flavour: &str, tool: &Value) -> Result<String, String> {
    let mut tool = Fields::open(tool, "/tools")?;
    tool.choice("type", &["function"])?;
    let mut function = Fields::open(tool.need("function")?, "/tools/function")?;
    let name = function.text("name")?;
    fields::name(name, "/tools/function/name")?;
    function.text("description")?;
    let parameters = function.need("parameters")?;
    match flavour != "ollama" && function.only("strict", &true.into())? {
        true => schema::strict(parameters, name)?,
        false => schema::object(parameters, name)?,
    }
    function.close()?;
    tool.close()?;
    Ok(name.to_owned())
}

fn messages(flavour: &str, messages: &[Value], pairing: &mut Pairing) -> Result<(), String> {
    let mut last = None;
    for (index, message) in messages.iter().enumerate() {
        let at = format!("/messages/{index}");
        let mut message = Fields::open(message, &at)?;
        let role = message.choice("role", &["system", "user", "assistant", "tool"])?;
        if role != "tool" {
            pairing.closed().map_err(|fault| format!("{at}: {fault}"))?;
        }
        let is_in_place = match role {
            "system" => index == 0,
            "user" => last != Some("user") && !(flavour == "mistral" && last == Some("tool")),
            "assistant" => matches!(last, Some("user" | "tool")),
            _ => matches!(last, Some("assistant" | "tool")),
        };
        if !is_in_place {
            return Err(format!("{at}: `{role}` out of place after {last:?}"));
        }
        match role {
            "assistant" => assistant(flavour, &mut message, pairing, &at)?,
            "tool" => {
                message.text("content")?;
                pairing.result(message.text("tool_call_id")?)?;
            }
            _ => drop(message.words("content")?),
        }
        message.close()?;
        last = Some(role);
    }
    pairing.closed()?;
    match last {
        Some("user" | "tool") => Ok(()),
        other => Err(format!("the last message is of {other:?} and not of {:?}", Role::User)),
    }
}

fn assistant(flavour: &str, message: &mut Fields, pairing: &mut Pairing, at: &str) -> Result<(), String> {
    let has_content = message.take("content").is_some();
    if has_content {
        message.words("content")?;
    }
    if message.take("tool_calls").is_none() {
        return if has_content { Ok(()) } else { Err(format!("{at}: says nothing")) };
    }
    for call in message.list("tool_calls")? {
        called(flavour, call, pairing, at)?;
    }
    if flavour == "openrouter" && message.take("reasoning_details").is_some() {
        message.list("reasoning_details")?;
    }
    if flavour == "compatible" && message.take("reasoning_content").is_some() {
        message.text("reasoning_content")?;
    }
    Ok(())
}

fn called(flavour: &str, call: &Value, pairing: &mut Pairing, at: &str) -> Result<(), String> {
    let mut call = Fields::open(call, at)?;
    call.choice("type", &["function"])?;
    let id = call.words("id")?;
    let mistral = id.len() == 9 && id.chars().all(|c| c.is_ascii_alphanumeric());
    if id.len() > 40 || (flavour == "mistral" && !mistral) {
        return Err(format!("{at}: the id `{id}` is not one of theirs"));
    }
    let mut function = Fields::open(call.need("function")?, at)?;
    let arguments: Result<Value, _> = serde_json::from_str(function.text("arguments")?);
    if !arguments.is_ok_and(|arguments| arguments.is_object()) {
        return Err(format!("{at}: `arguments` is no JSON object"));
    }
    pairing.call(id, function.text("name")?)?;
    function.close()?;
    call.close()
}
