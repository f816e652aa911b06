//! generateContent. Document: Google's `GenerateContentRequest`.

use serde_json::Value;

use super::{Role, fields, fields::Fields, schema};

pub(super) fn check(body: &Value) -> Result<(), String> {
    let mut request = Fields::open(body, "")?;
    config(request.need("generationConfig")?)?;
    if let Some(system) = request.take("systemInstruction") {
        let mut system = Fields::open(system, "/systemInstruction")?;
        for part in system.list("parts")? {
            let mut part = Fields::open(part, "/systemInstruction/parts")?;
            part.words("text")?;
            part.close()?;
        }
        system.close()?;
    }
    let mut tools = Vec::new();
    if request.take("tools").is_some() {
        for tool in request.list("tools")? {
            let mut tool = Fields::open(tool, "/tools")?;
            for declaration in tool.list("functionDeclarations")? {
                tools.push(declared(declaration)?);
            }
            tool.close()?;
        }
    }
    contents(request.list("contents")?, &tools)?;
    request.close()
}

fn config(config: &Value) -> Result<(), String> {
    let mut config = Fields::open(config, "/generationConfig")?;
    config.number("maxOutputTokens", 1)?;
    if let Some(thinking) = config.take("thinkingConfig") {
        let mut thinking = Fields::open(thinking, "/generationConfig/thinkingConfig")?;
        thinking.choice("thinkingLevel", &["MINIMAL", "LOW", "MEDIUM", "HIGH"])?;
        thinking.close()?;
    }
    if let Some(schema) = config.take("responseSchema") {
        config.choice("responseMimeType", &["application/json"])?;
        schema::openapi(schema, "/generationConfig/responseSchema")?;
    }
    config.close()
}

fn declared(declaration: &Value) -> Result<String, String> {
    let mut declaration = Fields::open(declaration, "/tools/functionDeclarations")?;
    let name = declaration.text("name")?;
    fields::name(name, "/tools/functionDeclarations/name")?;
    declaration.text("description")?;
    if let Some(parameters) = declaration.take("parameters") {
        schema::openapi(parameters, name)?;
    }
    declaration.close()?;
    Ok(name.to_owned())
}

/// A call: its name, and its id where it has one.
type Call = (String, Option<String>);

fn contents(contents: &[Value], tools: &[String]) -> Result<(), String> {
    let mut next = Role::User;
    let mut open: Vec<Call> = Vec::new();
    for (index, content) in contents.iter().enumerate() {
        let at = format!("/contents/{index}");
        let mut content = Fields::open(content, &at)?;
        let role = content.choice("role", &["user", "model"])?;
        if (role == "user") != (next == Role::User) {
            return Err(format!("{at}: `{role}` out of turn"));
        }
        let parts = content.list("parts")?;
        next = match next {
            Role::User => {
                if user(parts, &at)? != open {
                    return Err(format!("{at}: not the results of the calls before it"));
                }
                open.clear();
                Role::Model
            }
            Role::Model => {
                open = model(parts, tools, &at)?;
                Role::User
            }
        };
        content.close()?;
    }
    if next == Role::Model { Ok(()) } else { Err("the last content is the model's".to_owned()) }
}

fn user(parts: &[Value], at: &str) -> Result<Vec<Call>, String> {
    let mut results = Vec::new();
    for part in parts {
        let mut part = Fields::open(part, at)?;
        if let Some(response) = part.take("functionResponse") {
            let mut response = Fields::open(response, at)?;
            let id = response.take("id").and_then(Value::as_str).map(str::to_owned);
            results.push((response.text("name")?.to_owned(), id));
            let mut told = Fields::open(response.need("response")?, at)?;
            if told.take("output").is_none() {
                told.text("error")?;
            }
            told.close()?;
            response.close()?;
        } else {
            part.words("text")?;
        }
        part.close()?;
    }
    Ok(results)
}

fn model(parts: &[Value], tools: &[String], at: &str) -> Result<Vec<Call>, String> {
    let mut calls = Vec::new();
    for part in parts {
        let mut part = Fields::open(part, at)?;
        let signed = part.take("thoughtSignature").is_some();
        if let Some(call) = part.take("functionCall") {
            let mut call = Fields::open(call, at)?;
            let name = call.text("name")?.to_owned();
            if !tools.contains(&name) {
                return Err(format!("{at}: a call of `{name}`, which is no tool of the request"));
            }
            if calls.is_empty() && !signed {
                return Err(format!("{at}: the first call is not signed"));
            }
            Fields::open(call.need("args")?, at)?;
            calls.push((name, call.take("id").and_then(Value::as_str).map(str::to_owned)));
            call.close()?;
        } else {
            part.text("text")?;
        }
        part.close()?;
    }
    Ok(calls)
}
