//! JSON Schemas in the subsets that providers take.

use agent_contract::fault::shown;
use serde_json::{Map, Value, json};

use super::Fault;

/// Schemas nested deeper than this are refused.
const DEPTH_MAX: usize = 32;

/// Keywords that every subset takes as they are.
const PLAIN: [&str; 4] = ["type", "enum", "const", "description"];

/// Keywords that say what a value may be and that a subset may leave out: the answer is
/// read by someone who looks at it again.
const LIMITS: [&str; 19] = [
    "$schema",
    "$id",
    "title",
    "default",
    "examples",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

fn fields(schema: &Value, depth: usize) -> Result<&Map<String, Value>, Fault> {
    match schema.as_object() {
        Some(fields) if depth < DEPTH_MAX => Ok(fields),
        Some(_) => Err(Fault::invalid(format!("a schema is nested deeper than {DEPTH_MAX} levels"))),
        None => Err(Fault::invalid(format!("`{}` is no schema", shown(&schema.to_string())))),
    }
}

fn unknown(keyword: &str) -> Fault {
    Fault::invalid(format!("the keyword `{}` of a schema is not taken by every provider", shown(keyword)))
}

fn is_required(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|n| n == name))
}

/// A schema whose objects have exactly the fields that it names. A field that it does not
/// require may be `null` instead.
pub(super) fn closed(schema: &Value) -> Result<Value, Fault> {
    close(schema, 0)
}

fn close(schema: &Value, depth: usize) -> Result<Value, Fault> {
    let from = fields(schema, depth)?;
    let mut to = Map::new();
    for (keyword, value) in from {
        match keyword.as_str() {
            "items" => drop(to.insert(keyword.clone(), close(value, depth + 1)?)),
            "anyOf" | "oneOf" => drop(to.insert("anyOf".to_owned(), each(value, depth, close)?)),
            "properties" => to.extend(closed_properties(from, value, depth)?),
            plain if PLAIN.contains(&plain) => drop(to.insert(keyword.clone(), value.clone())),
            "required" | "additionalProperties" => {}
            limit if LIMITS.contains(&limit) => {}
            other => return Err(unknown(other)),
        }
    }
    if from.get("type").is_some_and(|name| name == "object") && !from.contains_key("properties") {
        return Err(Fault::invalid("a schema has an object without `properties`"));
    }
    Ok(Value::Object(to))
}

fn each(list: &Value, depth: usize, one: fn(&Value, usize) -> Result<Value, Fault>) -> Result<Value, Fault> {
    let list = list.as_array().ok_or_else(|| Fault::invalid("an `anyOf` of a schema is no list"))?;
    list.iter().map(|schema| one(schema, depth + 1)).collect()
}

fn closed_properties(
    from: &Map<String, Value>,
    properties: &Value,
    depth: usize,
) -> Result<Map<String, Value>, Fault> {
    let mut closed = Map::new();
    for (name, schema) in fields(properties, depth)? {
        let schema = close(schema, depth + 1)?;
        let schema = if is_required(from, name) { schema } else { or_null(schema) };
        closed.insert(name.clone(), schema);
    }
    let names = closed.keys().cloned().collect::<Vec<_>>();
    let to = [
        ("properties".to_owned(), Value::Object(closed)),
        ("required".to_owned(), names.into()),
        ("additionalProperties".to_owned(), false.into()),
    ];
    Ok(to.into_iter().collect())
}

fn or_null(mut schema: Value) -> Value {
    let is_plain = schema.get("enum").is_none() && schema.get("const").is_none();
    match schema.get("type").and_then(Value::as_str).map(str::to_owned) {
        Some(name) if is_plain => {
            schema["type"] = json!([name, "null"]);
            schema
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

/// Whether a schema is closed already, so that a provider can hold a model to it.
pub(super) fn is_closed(schema: &Value) -> bool {
    is_closed_at(schema, 0)
}

fn is_closed_at(schema: &Value, depth: usize) -> bool {
    let Ok(from) = fields(schema, depth) else { return false };
    let is_object = from.get("type").is_some_and(|name| name == "object");
    let below = |schema: &Value| is_closed_at(schema, depth + 1);
    let holds = from.iter().all(|(keyword, value)| match keyword.as_str() {
        "items" => below(value),
        "anyOf" => value.as_array().is_some_and(|list| list.iter().all(below)),
        "properties" => value.as_object().is_some_and(|properties| {
            properties.iter().all(|(name, schema)| is_required(from, name) && below(schema))
        }),
        "required" => true,
        "additionalProperties" => *value == false,
        plain => PLAIN.contains(&plain),
    });
    let is_whole =
        ["properties", "required", "additionalProperties"].iter().all(|key| from.contains_key(*key));
    holds && (!is_object || is_whole)
}

/// A schema in the words of Gemini, which are those of OpenAPI 3.0.
pub(super) fn openapi(schema: &Value) -> Result<Value, Fault> {
    rewrite(schema, 0)
}

fn rewrite(schema: &Value, depth: usize) -> Result<Value, Fault> {
    let mut to = Map::new();
    for (keyword, value) in fields(schema, depth)? {
        match keyword.as_str() {
            "type" => to.extend(typed(value)?),
            "items" => drop(to.insert(keyword.clone(), rewrite(value, depth + 1)?)),
            "anyOf" | "oneOf" => drop(to.insert("anyOf".to_owned(), each(value, depth, rewrite)?)),
            "properties" => drop(to.insert(keyword.clone(), rewritten_properties(value, depth)?)),
            "enum" => to.extend(choices(value)),
            "const" => to.extend(choices(&json!([value]))),
            "description" | "required" | "pattern" | "minItems" | "maxItems" | "minimum" | "maximum" => {
                to.insert(keyword.clone(), value.clone());
            }
            "additionalProperties" => {}
            limit if LIMITS.contains(&limit) => {}
            other => return Err(unknown(other)),
        }
    }
    // An empty list of required fields is refused, and so is an object without fields.
    to.retain(|keyword, value| match keyword.as_str() {
        "required" => value.as_array().is_some_and(|names| !names.is_empty()),
        "properties" => value.as_object().is_some_and(|fields| !fields.is_empty()),
        _ => true,
    });
    Ok(Value::Object(to))
}

fn rewritten_properties(properties: &Value, depth: usize) -> Result<Value, Fault> {
    let properties = fields(properties, depth)?.iter();
    let properties = properties.map(|(name, schema)| Ok((name.clone(), rewrite(schema, depth + 1)?)));
    properties.collect::<Result<Map<_, _>, Fault>>().map(Value::Object)
}

/// Only texts can be listed.
fn choices(list: &Value) -> Option<(String, Value)> {
    let list = list.as_array()?;
    let texts: Vec<_> = list.iter().filter(|choice| !choice.is_null()).cloned().collect();
    texts.iter().all(Value::is_string).then(|| ("enum".to_owned(), texts.into()))
}

/// One type, and whether there may be nothing instead.
fn typed(value: &Value) -> Result<Map<String, Value>, Fault> {
    let names: Vec<_> = match value {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    };
    let mut kinds = names.iter().filter(|name| **name != "null");
    let is_nullable = names.contains(&"null");
    let name = match (kinds.next(), kinds.next()) {
        (Some(name), None) => name.to_ascii_uppercase(),
        (None, _) if is_nullable => return Ok([("type".to_owned(), "NULL".into())].into_iter().collect()),
        _ => return Err(Fault::invalid("a schema has not one `type` but several, or none")),
    };
    let mut to = Map::from_iter([("type".to_owned(), name.into())]);
    if is_nullable {
        to.insert("nullable".to_owned(), true.into());
    }
    Ok(to)
}
