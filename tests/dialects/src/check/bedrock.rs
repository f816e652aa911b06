//! Converse. Document: the service model of Amazon Bedrock Runtime.

use serde_json::{Value, json};

use super::{Pairing, Role, fields, fields::Fields, schema};

pub(super) fn check(body: &Value) -> Result<(), String> {
    let mut request = Fields::open(body, "")?;
    let mut inference = Fields::open(request.need("inferenceConfig")?, "/inferenceConfig")?;
    inference.number("maxTokens", 1)?;
    inference.close()?;
    if request.take("system").is_some() {
        blocks(request.list("system")?, "/system")?;
    }
    if let Some(config) = request.take("outputConfig") {
        let mut config = Fields::open(config, "/outputConfig")?;
        config.choice("effort", &["low", "medium", "high", "xhigh", "max"])?;
        config.close()?;
    }
    let mut pairing = Pairing::default();
    if let Some(config) = request.take("toolConfig") {
        tools(config, &mut pairing)?;
    }
    messages(request.list("messages")?, &mut pairing)?;
    request.close()
}

/// Texts, and marks of a cache after them.
fn blocks(blocks: &[Value], at: &str) -> Result<(), String> {
    for block in blocks {
        let mut fields = Fields::open(block, at)?;
        if !fields.only("cachePoint", &json!({ "type": "default" }))? {
            fields.words("text")?;
        }
        fields.close()?;
    }
    Ok(())
}

fn tools(config: &Value, pairing: &mut Pairing) -> Result<(), String> {
    let mut config = Fields::open(config, "/toolConfig")?;
    for tool in config.list("tools")? {
        let mut tool = Fields::open(tool, "/toolConfig/tools")?;
        let mut spec = Fields::open(tool.need("toolSpec")?, "/toolConfig/tools/toolSpec")?;
        let name = spec.text("name")?;
        fields::name(name, "/toolConfig/tools/toolSpec/name")?;
        if spec.take("description").is_some() {
            spec.words("description")?;
        }
        let mut input = Fields::open(spec.need("inputSchema")?, name)?;
        schema::object(input.need("json")?, name)?;
        pairing.tools.insert(name.to_owned());
        input.close()?;
        spec.close()?;
        tool.close()?;
    }
    if let Some(choice) = config.take("toolChoice") {
        let mut choice = Fields::open(choice, "/toolConfig/toolChoice")?;
        if !choice.only("any", &json!({}))? {
            let mut tool = Fields::open(choice.need("tool")?, "/toolConfig/toolChoice/tool")?;
            if !pairing.tools.contains(tool.text("name")?) {
                return Err("/toolConfig/toolChoice: no such tool".to_owned());
            }
            tool.close()?;
        }
        choice.close()?;
    }
    config.close()
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
        let content = message.list("content")?;
        if next == Role::User {
            content.iter().try_for_each(|block| user(block, pairing, &at))?;
            pairing.closed().map_err(|fault| format!("{at}: {fault}"))?;
            next = Role::Model;
        } else {
            content.iter().try_for_each(|block| assistant(block, pairing, &at))?;
            next = Role::User;
        }
        message.close()?;
    }
    if next == Role::Model { Ok(()) } else { Err("the last message is the assistant's".to_owned()) }
}

fn user(block: &Value, pairing: &mut Pairing, at: &str) -> Result<(), String> {
    if block.get("toolResult").is_none() {
        return blocks(std::slice::from_ref(block), at);
    }
    let mut block = Fields::open(block, at)?;
    let mut result = Fields::open(block.need("toolResult")?, at)?;
    pairing.result(result.text("toolUseId")?)?;
    for content in result.list("content")? {
        let mut content = Fields::open(content, at)?;
        content.words("text")?;
        content.close()?;
    }
    result.only("status", &"error".into())?;
    result.close()?;
    block.close()
}

fn assistant(block: &Value, pairing: &mut Pairing, at: &str) -> Result<(), String> {
    let mut block = Fields::open(block, at)?;
    if let Some(call) = block.take("toolUse") {
        let mut call = Fields::open(call, at)?;
        let id = call.words("toolUseId")?;
        let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || "_.:-".contains(c));
        if !plain || id.len() > 64 {
            return Err(format!("{at}: the id `{id}` is not one of theirs"));
        }
        pairing.call(id, call.text("name")?)?;
        Fields::open(call.need("input")?, at)?;
        call.close()?;
    } else if let Some(thought) = block.take("reasoningContent") {
        let mut thought = Fields::open(thought, at)?;
        if thought.take("redactedContent").is_none() {
            let mut told = Fields::open(thought.need("reasoningText")?, at)?;
            told.text("text")?;
            told.take("signature");
            told.close()?;
        }
        thought.close()?;
    } else {
        block.words("text")?;
    }
    block.close()
}
