//! Responses. Document: OpenAI's `CreateResponse`.

use serde_json::{Value, json};

use super::{Pairing, fields, fields::Fields, schema};
use crate::Delivery;

pub(super) fn check(delivery: Delivery, body: &Value) -> Result<(), String> {
    let mut request = Fields::open(body, "")?;
    request.words("model")?;
    request.number("max_output_tokens", 16)?;
    if !request.only("store", &false.into())? {
        return Err("the provider would keep the answer".to_owned());
    }
    if request.only("stream", &true.into())? != (delivery == Delivery::Streamed) {
        return Err("`stream` does not fit the delivery".to_owned());
    }
    request.only("include", &json!(["reasoning.encrypted_content"]))?;
    if request.take("instructions").is_some() {
        request.words("instructions")?;
    }
    if let Some(reasoning) = request.take("reasoning") {
        let mut reasoning = Fields::open(reasoning, "/reasoning")?;
        reasoning.choice("effort", &["none", "minimal", "low", "medium", "high", "xhigh", "max"])?;
        reasoning.close()?;
    }
    if let Some(text) = request.take("text") {
        format(text)?;
    }
    let mut pairing = Pairing::default();
    if request.take("tools").is_some() {
        for tool in request.list("tools")? {
            pairing.tools.insert(declared(tool)?);
        }
    }
    input(request.list("input")?, &mut pairing)?;
    request.close()
}

fn format(text: &Value) -> Result<(), String> {
    let mut text = Fields::open(text, "/text")?;
    let mut format = Fields::open(text.need("format")?, "/text/format")?;
    format.choice("type", &["json_schema"])?;
    fields::name(format.text("name")?, "/text/format/name")?;
    let schema = format.need("schema")?;
    if format.only("strict", &true.into())? {
        schema::strict(schema, "/text/format/schema")?;
    }
    format.close()?;
    text.close()
}

fn declared(tool: &Value) -> Result<String, String> {
    let mut tool = Fields::open(tool, "/tools")?;
    tool.choice("type", &["function"])?;
    let name = tool.text("name")?;
    fields::name(name, "/tools/name")?;
    tool.text("description")?;
    let parameters = tool.need("parameters")?;
    match tool.need("strict")?.as_bool() {
        Some(true) => schema::strict(parameters, name)?,
        Some(false) => schema::object(parameters, name)?,
        None => return Err(format!("{name}: `strict` is neither true nor false")),
    }
    tool.close()?;
    Ok(name.to_owned())
}

fn input(items: &[Value], pairing: &mut Pairing) -> Result<(), String> {
    let mut last = "";
    for (index, item) in items.iter().enumerate() {
        let at = format!("/input/{index}");
        let mut item = Fields::open(item, &at)?;
        let kind = match item.take("type") {
            None => "message",
            Some(_) => {
                item.choice("type", &["message", "function_call", "function_call_output", "reasoning"])?
            }
        };
        if kind == "message" || kind == "reasoning" {
            pairing.closed().map_err(|fault| format!("{at}: {fault}"))?;
        }
        match kind {
            "message" => {
                item.words("content")?;
                last = item.choice("role", &["user", "assistant"])?;
                if last == "assistant" && item.take("phase").is_some() {
                    item.choice("phase", &["commentary", "final_answer"])?;
                }
            }
            "function_call" => called(&mut item, pairing, &at)?,
            "function_call_output" => {
                item.text("output")?;
                pairing.result(item.text("call_id")?)?;
                last = "output";
            }
            _ => reasoning(&mut item)?,
        }
        item.close()?;
    }
    pairing.closed()?;
    match last {
        "user" | "output" => Ok(()),
        other => Err(format!("the last of the input is of `{other}`")),
    }
}

fn called(item: &mut Fields, pairing: &mut Pairing, at: &str) -> Result<(), String> {
    let id = item.words("call_id")?;
    if id.len() > 64 {
        return Err(format!("{at}: the id is too long"));
    }
    pairing.call(id, item.text("name")?)?;
    let arguments: Result<Value, _> = serde_json::from_str(item.text("arguments")?);
    match arguments.is_ok_and(|arguments| arguments.is_object()) {
        true => Ok(()),
        false => Err(format!("{at}: `arguments` is no JSON object")),
    }
}

fn reasoning(item: &mut Fields) -> Result<(), String> {
    item.words("id")?;
    item.words("encrypted_content")?;
    item.need("summary")?.as_array().map(|_| ()).ok_or_else(|| "`summary` is no list".to_owned())
}
