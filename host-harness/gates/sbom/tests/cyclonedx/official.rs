//! The official schema and examples, where the machine has them.

use std::{fs, path::PathBuf};

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

fn folder() -> Option<PathBuf> {
    let Some(vectors) = std::env::var_os("CODE_ASSIST_VECTORS") else {
        println!("CODE_ASSIST_VECTORS is not set: nothing is judged by the official schema");
        return None;
    };
    Some(PathBuf::from(vectors).join("gates/cyclonedx"))
}

/// The examples by name.
pub fn examples() -> Option<Vec<(String, Vec<u8>)>> {
    let entries = fs::read_dir(folder()?.join("1.6")).expect("the examples");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    Some(files.iter().map(|path| (name(path), fs::read(path).expect("an example"))).collect())
}

/// The official schema.
pub struct Schema {
    validator: Validator,
    /// Every word of its enumerations and every name of its fields, and some strange ones.
    pub words: Vec<String>,
}

impl Schema {
    /// Reads it, with what it refers to.
    pub fn load() -> Option<Self> {
        let folder = folder()?.join("schema");
        let read = |name: &str| -> Value {
            serde_json::from_slice(&fs::read(folder.join(name)).expect("a schema")).expect("JSON")
        };
        let (bom, spdx, jsf) =
            (read("bom-1.6.schema.json"), read("spdx.schema.json"), read("jsf-0.82.schema.json"));
        let mut words = STRANGE.map(str::to_owned).to_vec();
        collect(&bom, &mut words);
        collect(&jsf, &mut words);
        let at = |name: &str| format!("http://cyclonedx.org/schema/{name}");
        let registry = Registry::new()
            .add(at("spdx.schema.json"), spdx)
            .and_then(|registry| registry.add(at("jsf-0.82.schema.json"), jsf))
            .and_then(|registry| registry.prepare())
            .expect("a registry");
        let validator = jsonschema::options()
            .with_registry(&registry)
            .should_validate_formats(true)
            .build(&bom)
            .expect("a validator");
        Some(Self { validator, words })
    }

    /// Whether a document holds.
    pub fn holds(&self, document: &Value) -> bool {
        self.validator.is_valid(document)
    }
}

const STRANGE: [&str; 22] = [
    "",
    " ",
    "MIT",
    "mit",
    "Bugroff",
    "http://[::1",
    "a b",
    "https://example.com/x",
    "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1",
    "2024-02-29T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2024-01-01",
    "en-US",
    "text/plain",
    "d41d8cd98f00b204e9800998ecf8427e",
    "CRE:1-2",
    "1.0",
    "base64",
    "required",
    "é",
    "Ed25519",
];

fn collect(schema: &Value, words: &mut Vec<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(names)) = fields.get("properties") {
                words.extend(names.keys().cloned());
            }
            if let Some(Value::Array(choices)) = fields.get("enum") {
                words.extend(choices.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            fields.values().for_each(|held| collect(held, words));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        _ => {}
    }
}

/// Changes one place of a document: three numbers say where and how.
pub fn change(document: &mut Value, numbers: &[u32], words: &[String]) {
    let places = count(document);
    let mut left = numbers[0] as usize % places;
    if let Some(place) = descend(document, &mut left) {
        alter(place, numbers[1], numbers[2] as usize, words);
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

fn descend<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Object(fields) => fields.values_mut().find_map(|held| descend(held, left)),
        Value::Array(items) => items.iter_mut().find_map(|held| descend(held, left)),
        _ => None,
    }
}

fn alter(place: &mut Value, how: u32, which: usize, words: &[String]) {
    let word = || words[which % words.len()].clone();
    match (how % 12, &mut *place) {
        (0..3, Value::Object(fields)) if !fields.is_empty() => {
            let key = fields.keys().nth(which % fields.len()).expect("a key").clone();
            fields.remove(&key);
        }
        (3..5, Value::Object(fields)) => {
            let values = [json!("x"), json!({}), json!([]), json!(1), json!(true)];
            fields.insert(word(), values[how as usize / 12 % values.len()].clone());
        }
        (5, Value::Object(fields)) if !fields.is_empty() => {
            let key = fields.keys().nth(which % fields.len()).expect("a key").clone();
            let held = fields.remove(&key).expect("it is there");
            fields.insert(word(), held);
        }
        (0..3, Value::Array(items)) if !items.is_empty() => items.push(items[which % items.len()].clone()),
        (3..5, Value::Array(items)) if !items.is_empty() => {
            items.remove(which % items.len());
        }
        (0..8, Value::String(text)) => *text = word(),
        (8, Value::String(text)) => text.push('\n'),
        (0..6, Value::Number(_)) => {
            *place = [json!(-1), json!(0), json!(1.0), json!(0.5), json!(7), json!(1e3)][which % 6].clone();
        }
        (9, _) => *place = json!({}),
        (10, _) => *place = json!([]),
        (11, _) => *place = Value::Null,
        _ => *place = Value::String(word()),
    }
}
