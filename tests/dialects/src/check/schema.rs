//! JSON Schemas in requests.

use serde_json::Value;

use super::fields::Fields;

/// A schema of an object, for a tool that is not held to it.
pub(super) fn object(schema: &Value, at: &str) -> Result<(), String> {
    match schema["type"] == "object" && (schema["properties"].is_object() || schema["properties"].is_null()) {
        true => Ok(()),
        false => Err(format!("{at}: no schema of an object")),
    }
}

/// A schema that the answer is held to: every object is closed and requires all its fields.
pub(super) fn strict(schema: &Value, at: &str) -> Result<(), String> {
    let mut fields = Fields::open(schema, at)?;
    let kinds = kinds(fields.take("type"), at)?;
    for plain in ["description", "enum", "const"] {
        fields.take(plain);
    }
    if let Some(items) = fields.take("items") {
        strict(items, &format!("{at}/items"))?;
    }
    for choice in fields.take("anyOf").and_then(Value::as_array).into_iter().flatten() {
        strict(choice, &format!("{at}/anyOf"))?;
    }
    if kinds.contains(&"object") {
        if fields.need("additionalProperties")? != &Value::Bool(false) {
            return Err(format!("{at}: open to other properties"));
        }
        let required: Vec<_> =
            fields.need("required")?.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = fields.need("properties")?.as_object().ok_or(format!("{at}: no properties"))?;
        for (name, schema) in properties {
            strict(schema, &format!("{at}/{name}"))?;
            if !required.contains(&name.as_str()) {
                return Err(format!("{at}: `{name}` is not required"));
            }
        }
        if required.len() != properties.len() {
            return Err(format!("{at}: requires what it does not have"));
        }
    }
    fields.close()
}

fn kinds<'a>(kind: Option<&'a Value>, at: &str) -> Result<Vec<&'a str>, String> {
    const KNOWN: [&str; 7] = ["object", "array", "string", "integer", "number", "boolean", "null"];
    let kinds: Vec<_> = match kind {
        None => return Ok(Vec::new()),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        Some(kind) => kind.as_str().into_iter().collect(),
    };
    match !kinds.is_empty() && kinds.iter().all(|kind| KNOWN.contains(kind)) {
        true => Ok(kinds),
        false => Err(format!("{at}/type: no type")),
    }
}

/// A schema in the words of OpenAPI 3.0, as Gemini's `Schema` has them.
pub(super) fn openapi(schema: &Value, at: &str) -> Result<(), String> {
    const KINDS: [&str; 7] = ["OBJECT", "ARRAY", "STRING", "INTEGER", "NUMBER", "BOOLEAN", "NULL"];
    let mut fields = Fields::open(schema, at)?;
    let has_choices = fields.take("anyOf");
    for choice in has_choices.and_then(Value::as_array).into_iter().flatten() {
        openapi(choice, &format!("{at}/anyOf"))?;
    }
    let kind = if has_choices.is_some() { "" } else { fields.choice("type", &KINDS)? };
    for plain in ["description", "nullable", "pattern", "minimum", "maximum", "minItems", "maxItems"] {
        fields.take(plain);
    }
    if let Some(list) = fields.take("enum") {
        let is_texts =
            list.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_string));
        if kind != "STRING" || !is_texts {
            return Err(format!("{at}/enum: only texts can be listed"));
        }
    }
    if let Some(items) = fields.take("items") {
        openapi(items, &format!("{at}/items"))?;
    } else if kind == "ARRAY" {
        return Err(format!("{at}: a list of nothing"));
    }
    let properties = fields.take("properties").and_then(Value::as_object);
    for (name, schema) in properties.into_iter().flatten() {
        openapi(schema, &format!("{at}/{name}"))?;
    }
    for name in fields.take("required").and_then(Value::as_array).into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if properties.is_none_or(|properties| !properties.contains_key(name)) {
            return Err(format!("{at}: `{name}` is required and not there"));
        }
    }
    if kind == "OBJECT" && properties.is_none_or(|properties| properties.is_empty()) {
        return Err(format!("{at}: an object without properties"));
    }
    fields.close()
}
