//! What the tests of the schemas share: the examples, and what a schema says of them.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use agent_contract::schema::{Document, find, render};
use jsonschema::{Validator, error::ValidationErrorKind};
use serde_json::Value;

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

pub fn validator(document: &Document) -> Validator {
    let schema: Value = serde_json::from_str(&render(document)).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

pub struct Example {
    pub name: String,
    pub document: &'static Document,
    pub text: String,
}

pub fn examples(kind: &str) -> Vec<Example> {
    let entries = fs::read_dir(folder().join("examples").join(kind)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let example = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.to_owned();
        let document = find(name.split('.').next()?).ok()?;
        Some(Example { text: fs::read_to_string(&path).unwrap(), name, document })
    };
    paths.into_iter().filter_map(example).collect()
}

/// The places at which a schema finds fault. A field that is missing or unknown is at
/// fault itself, not what holds it.
pub fn places(validator: &Validator, value: &Value) -> Vec<String> {
    let place = |error: jsonschema::ValidationError| {
        let at = error.instance_path().to_string();
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                unexpected.iter().map(|name| format!("{at}/{name}")).collect()
            }
            ValidationErrorKind::Required { property } => {
                vec![format!("{at}/{}", property.as_str().unwrap_or_default())]
            }
            ValidationErrorKind::PropertyNames { error } => {
                vec![format!("{at}/{}", error.instance().as_str().unwrap_or_default())]
            }
            _ => vec![at],
        }
    };
    validator.iter_errors(value).flat_map(place).collect()
}
