//! Messages. Document: Anthropic's `MessageCreateParams`.

use serde_json::{Value, json};

use super::{Pairing, Role, fields, fields::Fields, schema};
use crate::Delivery;

/// Marks of a cache in one request.
const MARKS_MAX: usize = 4;

pub(super) fn check(delivery: Delivery, body: &Value) -> Result<(), String> {
    let mut request = Fields::open(body, "")?;
    request.words("model")?;
    request.number("max_tokens", 1)?;
    if request.only("stream", &true.into())? != (delivery == Delivery::Streamed) {
        return Err("`stream` does not fit the delivery".to_owned());
    }
    if let Some(config) = request.take("output_config") {
        output_config(config)?;
    }
    match request.take("system") {
        Some(Value::Array(_)) => {
            request.list("system")?.iter().try_for_each(|block| text(block, "/system"))?
        }
        Some(_) => drop(request.words("system")?),
        None => {}
    }
    let mut pairing = Pairing::default();
    if request.take("tools").is_some() {
        for tool in request.list("tools")? {
            pairing.tools.insert(declared(tool)?);
        }
    }
    messages(request.list("messages")?, &mut pairing)?;
    let marks = body.to_string().matches(r#""cache_control":{"#).count();
    if marks > MARKS_MAX {
        return Err(format!("{marks} marks of a cache"));
    }
    request.close()
}

fn output_config(config: &Value) -> Result<(), String> {
    let mut config = Fields::open(config, "/output_config")?;
    if config.take("effort").is_some() {
        config.choice("effort", &["low", "medium", "high", "xhigh", "max"])?;
    }
    if let Some(format) = config.take("format") {
        let mut format = Fields::open(format, "/output_config/format")?;
        format.choice("type", &["json_schema"])?;
        schema::strict(format.need("schema")?, "/output_config/format/schema")?;
        format.close()?;
    }
    config.close()
}

fn declared(tool: &Value) -> Result<String, String> {
    let mut tool = Fields::open(tool, "/tools")?;
    let name = tool.text("name")?;
    fields::name(name, "/tools/name")?;
    tool.text("description")?;
    schema::object(tool.need("input_schema")?, name)?;
    mark(&mut tool)?;
    tool.close()?;
    Ok(name.to_owned())
}

fn mark(block: &mut Fields) -> Result<(), String> {
    block.only("cache_control", &json!({ "type": "ephemeral" })).map(|_| ())
}

fn text(block: &Value, at: &str) -> Result<(), String> {
    let mut block = Fields::open(block, at)?;
    block.choice("type", &["text"])?;
    block.words("text")?;
    mark(&mut block)?;
    block.close()
}

fn messages(messages: &[Value], pairing: &mut Pairing) -> Result<(), String> {
    let mut next = Role::User;
    for (index, message) in messages.iter().enumerate() {
        let at = format!("/messages/{index}");
        let mut message = Fields::open(message, &at)?;
        let role = message.choice("role", &["user", "assistant"])?;
        if (role == "user") != (next == Role::User) {
            return Err(format!("{at}: `{role}` out of turn"));
        }
        let has_blocks = message.take("content").is_some_and(Value::is_array);
        let content =
            if has_blocks { message.list("content")? } else { message.words("content").map(|_| &[][..])? };
        next = match next {
            Role::User => {
                user(content, pairing, &at)?;
                pairing.closed().map_err(|fault| format!("{at}: {fault}"))?;
                Role::Model
            }
            Role::Model => {
                assistant(content, pairing, &at)?;
                Role::User
            }
        };
        message.close()?;
    }
    if next == Role::Model { Ok(()) } else { Err("the last message is the assistant's".to_owned()) }
}

/// Results come before anything else.
fn user(blocks: &[Value], pairing: &mut Pairing, at: &str) -> Result<(), String> {
    let mut only_text = false;
    for block in blocks {
        if block["type"] == "text" {
            only_text = true;
            text(block, at)?;
            continue;
        }
        let mut block = Fields::open(block, at)?;
        block.choice("type", &["tool_result"])?;
        if only_text {
            return Err(format!("{at}: a result after a text"));
        }
        pairing.result(block.text("tool_use_id")?)?;
        if block.take("content").is_some() {
            block.words("content")?;
        }
        block.only("is_error", &true.into())?;
        mark(&mut block)?;
        block.close()?;
    }
    Ok(())
}

fn assistant(blocks: &[Value], pairing: &mut Pairing, at: &str) -> Result<(), String> {
    for block in blocks {
        let mut fields = Fields::open(block, at)?;
        match fields.choice("type", &["text", "tool_use", "thinking", "redacted_thinking"])? {
            "text" => drop(fields.words("text")?),
            "tool_use" => {
                let id = fields.words("id")?;
                if !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                    return Err(format!("{at}: the id `{id}` is not one of theirs"));
                }
                pairing.call(id, fields.text("name")?)?;
                Fields::open(fields.need("input")?, at)?;
            }
            "thinking" => {
                fields.text("thinking")?;
                fields.words("signature")?;
            }
            _ => drop(fields.words("data")?),
        }
        fields.close()?;
    }
    Ok(())
}
