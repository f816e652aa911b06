//! The JSON Schemas of the documents that outsiders see.

use schemars::{Schema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    Failure, Fault, Refusal, Report, Request, RunResult, VERSION, capability::Scope, check::CheckResult,
    description, document, edits::JsonEdits, event::Event, gate::GateResult, limit, lookup, plan, trace,
};

/// A document with a schema of its own.
pub struct Document {
    /// Its name: `request`, `result`...
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    schema: fn() -> Schema,
    check: fn(&str) -> Result<(), Fault>,
}

macro_rules! document {
    ($name:literal, $title:literal, $type:ty) => {
        Document { name: $name, title: $title, schema: of::<$type>, check: parses::<$type> }
    };
}

/// What is refused in every document although its schema can't tell it.
pub(crate) const BEYOND_SCHEMA: &str = "Refused too, although a schema can't tell it: a key given twice; a \
    number beyond 9007199254740991 anywhere; half of a character, as a lone surrogate; nesting deeper than \
    64 levels; a path or a branch whose length in bytes of UTF-8 is too great";

/// Every document, in the order of a run.
pub const DOCUMENTS: &[Document] = &[
    Document {
        name: "request",
        title: "Request",
        schema: of::<Request>,
        check: |text| Request::parse(text).map(drop),
    },
    Document {
        name: "json-edits",
        title: "JSON edits",
        schema: of::<JsonEdits>,
        check: |text| JsonEdits::parse(text).map(drop),
    },
    document!("description", "Description", description::Description),
    document!("scope", "Scope", Scope),
    document!("fault", "Fault", Fault),
    document!("refusal", "Refusal", Refusal),
    document!("failure", "Failure", Failure),
    document!("check-result", "Check result", CheckResult),
    document!("gate-result", "Gate result", GateResult),
    document!("symbols", "Symbols", lookup::Symbols),
    document!("map-query", "Map query", lookup::MapQuery),
    document!("map", "Map", lookup::RepositoryMap),
    document!("find-query", "Find query", lookup::FindQuery),
    document!("found", "Found", lookup::Found),
    document!("plan", "Plan", plan::Plan),
    document!("event", "Event", Event),
    document!("record", "Record", trace::Record),
    document!("report", "Report", Report),
    document!("result", "Result", RunResult),
];

/// No document has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown document `{}`, expected one of {}", name.escape_debug(), names())]
pub struct UnknownDocument {
    name: String,
}

fn names() -> String {
    DOCUMENTS.iter().map(|document| format!("`{}`", document.name)).collect::<Vec<_>>().join(", ")
}

/// The document of that name.
pub fn find(name: &str) -> Result<&'static Document, UnknownDocument> {
    DOCUMENTS
        .iter()
        .find(|document| document.name == name)
        .ok_or_else(|| UnknownDocument { name: name.to_owned() })
}

/// Whether a text is the document of that name, and if not, where it fails.
pub fn check_document(name: &str, text: &str) -> Result<Result<(), Fault>, UnknownDocument> {
    Ok((find(name)?.check)(text))
}

/// The schema of a document as it stands in `schemas/`.
pub fn render(document: &Document) -> String {
    let mut schema: Schema = (document.schema)();
    let id = format!("https://schemas.agennext.dev/code-assist/{VERSION}/{}.json", document.name);
    schema.insert("$id".to_owned(), id.into());
    schema.insert("title".to_owned(), document.title.into());
    schema.insert("x-version".to_owned(), VERSION.into());
    if schema.get("$comment").is_none() {
        schema.insert("$comment".to_owned(), format!("{BEYOND_SCHEMA}.").into());
    }
    let mut schema = schema.to_value();
    without_null(&mut schema);
    bounded(&mut schema);
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    format!("{text}\n")
}

/// An optional field is there or not; a faulty one is then at fault itself, where a
/// choice between it and `null` would hide the place.
fn without_null(schema: &mut Value) {
    if let Some(types) = schema.get_mut("type")
        && let Some([one, Value::String(null)]) = types.as_array().map(Vec::as_slice)
        && null == "null"
    {
        *types = one.clone();
    }
    let choice = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice);
    if let Some([one, null]) = choice
        && null == &json!({ "type": "null" })
    {
        let one = one.clone();
        if let (Some(fields), Value::Object(inner)) = (schema.as_object_mut(), one) {
            fields.remove("anyOf");
            fields.extend(inner);
        }
    }
    each_inner(schema, without_null);
}

/// What holds an integer in Rust is no matter of JSON; its bounds are.
fn bounded(schema: &mut Value) {
    let format = schema.get("format").and_then(Value::as_str);
    let bounds = match format {
        Some("uint64") => Some((0, limit::INTEGER_MAX.into())),
        Some("uint8") => Some((0, json!(u8::MAX))),
        Some("int32") => Some((i32::MIN, json!(i32::MAX))),
        _ => None,
    };
    if let (Some((min, max)), Some(fields)) = (bounds, schema.as_object_mut()) {
        fields.remove("format");
        fields.entry("minimum").or_insert_with(|| min.into());
        fields.entry("maximum").or_insert(max);
    }
    each_inner(schema, bounded);
}

fn each_inner(schema: &mut Value, change: fn(&mut Value)) {
    match schema {
        Value::Object(fields) => fields.values_mut().for_each(change),
        Value::Array(items) => items.iter_mut().for_each(change),
        _ => {}
    }
}

fn of<T: schemars::JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

fn parses<T: DeserializeOwned>(text: &str) -> Result<(), Fault> {
    document::parse::<T>(text).map(drop)
}
