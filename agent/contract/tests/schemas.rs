//! Code and schemas say the same: the files are what the code renders, and of every
//! example schema and code think alike, with the same place of the fault.

mod common;

use std::{collections::BTreeMap, fs};

use agent_contract::schema::{DOCUMENTS, check_document, find, render};
use common::{examples, folder, places, validator};
use serde_json::Value;

/// `BLESS=1` writes the files anew.
#[test]
fn the_files_are_what_the_code_renders() {
    for document in DOCUMENTS {
        let (path, rendered) = (folder().join(format!("{}.json", document.name)), render(document));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &rendered).unwrap();
        }
        let file = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            file == rendered,
            "{} differs; `BLESS=1 cargo test -p code-assist-agent-contract` writes it",
            path.display()
        );
    }
}

#[test]
fn every_schema_is_one_of_json_schema_2020_12() {
    for document in DOCUMENTS {
        let schema: Value = serde_json::from_str(&render(document)).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(schema["$id"].as_str().unwrap().ends_with(&format!("/1.0/{}.json", document.name)));
        assert!(jsonschema::meta::is_valid(&schema), "{}", document.name);
    }
}

#[test]
fn every_valid_example_is_accepted_by_schema_and_code() {
    let examples = examples("valid");
    assert!(examples.len() >= 12);
    for example in examples {
        let value = serde_json::from_str(&example.text).unwrap();
        assert_eq!(places(&validator(example.document), &value), Vec::<String>::new(), "{}", example.name);
        assert_eq!(check_document(example.document.name, &example.text).unwrap(), Ok(()), "{}", example.name);
    }
}

#[test]
fn every_invalid_example_is_refused_by_schema_and_code_at_the_same_place() {
    let expected: BTreeMap<String, String> =
        serde_json::from_str(&fs::read_to_string(folder().join("examples/places.json")).unwrap()).unwrap();
    let examples = examples("invalid");
    assert!(examples.len() >= 40);
    for example in examples {
        let value = serde_json::from_str(&example.text).unwrap();
        let fault = check_document(example.document.name, &example.text).unwrap().expect_err(&example.name);
        assert_eq!(Some(&fault.at), expected.get(&example.name), "{}: {fault}", example.name);
        let places = places(&validator(example.document), &value);
        assert!(
            places.contains(&fault.at),
            "{}: the code says {}, the schema {places:?}",
            example.name,
            fault.at
        );
    }
}

#[test]
fn every_place_belongs_to_an_example() {
    let expected: BTreeMap<String, String> =
        serde_json::from_str(&fs::read_to_string(folder().join("examples/places.json")).unwrap()).unwrap();
    let named: Vec<_> = ["contradictory", "invalid"].into_iter().flat_map(examples).collect();
    let without = expected.keys().filter(|name| !named.iter().any(|example| example.name == **name));
    assert_eq!(without.collect::<Vec<_>>(), Vec::<&String>::new());
    for kind in ["contradictory", "invalid", "valid"] {
        let files = fs::read_dir(folder().join("examples").join(kind)).unwrap().count();
        assert_eq!(examples(kind).len(), files, "a file of {kind} is named after no document");
    }
}

/// What JSON Schema can't tell, the code alone refuses.
#[test]
fn every_contradictory_example_is_refused_by_the_code() {
    let expected: BTreeMap<String, String> =
        serde_json::from_str(&fs::read_to_string(folder().join("examples/places.json")).unwrap()).unwrap();
    for example in examples("contradictory") {
        let fault = check_document(example.document.name, &example.text).unwrap().expect_err(&example.name);
        assert_eq!(Some(&fault.at), expected.get(&example.name), "{}: {fault}", example.name);
        if let Ok(value) = serde_json::from_str(&example.text) {
            assert_eq!(
                places(&validator(example.document), &value),
                Vec::<String>::new(),
                "{}",
                example.name
            );
        }
    }
}

/// Every number and length that the schema of a request limits, the code limits too.
#[test]
fn every_limit_of_the_schema_is_one_of_the_code() {
    let text = fs::read_to_string(folder().join("examples/valid/request.everything.json")).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    let document = find("request").unwrap();
    let schema: Value = serde_json::from_str(&render(document)).unwrap();
    let mut broken = Vec::new();
    breaches(
        &schema,
        &schema,
        &whole,
        &mut |pointer, value| {
            let mut changed = whole.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            broken.push((pointer.to_owned(), changed.to_string()));
        },
        String::new(),
    );
    let validator = validator(document);
    assert!(broken.len() > 100, "{}", broken.len());
    for (pointer, text) in broken {
        let value = serde_json::from_str(&text).unwrap();
        assert!(places(&validator, &value).contains(&pointer), "the schema takes {pointer}");
        let fault = check_document("request", &text).unwrap().expect_err(&pointer);
        assert_eq!(fault.at, pointer, "{fault}");
    }
}

/// For each limited value of an example, that value just beyond its limit.
fn breaches(root: &Value, schema: &Value, value: &Value, breach: &mut dyn FnMut(&str, Value), at: String) {
    if let Some(name) = schema["$ref"].as_str() {
        return breaches(root, root.pointer(name.trim_start_matches('#')).unwrap(), value, breach, at);
    }
    for option in schema["anyOf"].as_array().into_iter().chain(schema["oneOf"].as_array()).flatten() {
        breaches(root, option, value, breach, at.clone());
    }
    if let Some(max) = schema["maximum"].as_u64() {
        breach(&at, (max + 1).into());
    }
    if let Some(min) = schema["minimum"].as_i64() {
        breach(&at, (min - 1).into());
    }
    if let (Some(max), Some(_)) = (schema["maxLength"].as_u64(), value.as_str()) {
        breach(&at, "x".repeat(usize::try_from(max).unwrap() + 1).into());
    }
    if let (Some(1), Some(_)) = (schema["minLength"].as_u64(), value.as_str()) {
        breach(&at, "".into());
    }
    if let (Some(1), Some(_)) = (schema["minItems"].as_u64(), value.as_array()) {
        breach(&at, Vec::<Value>::new().into());
    }
    if let (Some(max), Some([first, ..])) = (schema["maxItems"].as_u64(), value.as_array().map(Vec::as_slice))
    {
        breach(&at, vec![first.clone(); usize::try_from(max).unwrap() + 1].into());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(inner) = value.get(name) {
            breaches(root, property, inner, breach, format!("{at}/{name}"));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate().take(1) {
        breaches(root, &schema["items"], item, breach, format!("{at}/{index}"));
    }
}
