//! Schema and code give one verdict on whatever an example can be turned into, but for
//! what the schema says of itself that it can't tell.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::{
    RepoPath,
    address::Endpoint,
    branch::BranchName,
    schema::check_document,
    target::{LocalPath, TargetUrl},
};
use common::{Example, examples, validator};
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

/// The pointers to all that a value holds, itself first.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    for (key, inner) in value.as_object().into_iter().flatten() {
        pointers(inner, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        pointers(inner, &format!("{at}/{index}"), found);
    }
}

/// What may stand in the place of any value.
fn strangers() -> Vec<Value> {
    json!([
        null, true, false, 0, -1, 1, 1.0, 1.5, 255, 256, 2147483648_u64, 9007199254740991_u64, 9007199254740992_u64,
        1e300, "", " ", "x", "\u{85}", "\u{feff}", "a\nb", "\u{0}", "a/../b", ".git", "é", "merge", "unit", "main",
        "100644", "dry_run", "repo.push", "opa", "https://a.example/o/r", "http://localhost:1/x", [], ["x"], [[]],
        {}, { "x": 1 }, { "merge": 1 }, { "path": "a" }, { "dry_run": null }
    ])
    .as_array()
    .unwrap()
    .clone()
}

/// What a value can be turned into where it stands.
fn turned(value: &Value) -> Vec<Value> {
    let mut found = strangers();
    match value {
        Value::String(text) => {
            let marks = ["/", ".", "-", ":", "@", " ", "\n", "\u{85}", "\u{200c}", ".lock", "é", "?"];
            found.extend(
                marks
                    .iter()
                    .flat_map(|mark| [json!(format!("{text}{mark}")), json!(format!("{mark}{text}"))]),
            );
        }
        Value::Array(items) => {
            found.extend(items.first().map(|first| {
                let mut more = items.clone();
                more.push(first.clone());
                more.into()
            }));
            found.push(items.iter().skip(1).cloned().collect());
        }
        Value::Object(fields) => {
            found.extend(fields.keys().map(|key| {
                let mut less = fields.clone();
                less.remove(key);
                less.into()
            }));
            let more = |key: &str| {
                let mut more = fields.clone();
                more.insert(key.to_owned(), json!(true));
                Value::from(more)
            };
            found.extend(["x", "merge", "required", "enabled", "commit"].map(more));
        }
        _ => {}
    }
    found
}

/// What the schema's own comment says that it can't tell.
fn is_beyond_schema(value: &Value) -> bool {
    let mut all = Vec::new();
    pointers(value, "", &mut all);
    let inexact = |at: &String| {
        value.pointer(at).and_then(Value::as_f64).is_some_and(|number| number.abs() > 9_007_199_254_740_991.0)
    };
    let branches = &value["branches"];
    let repeats = |at: &str, name: &str| {
        let mut seen = BTreeSet::new();
        let items = value.pointer(at).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| item[name].as_str()).any(|name| !seen.insert(name))
    };
    let of_target = value["target"]["url"].as_str().is_some_and(|url| url.contains("/tree/"));
    let long = |branch: &Value| branch.as_str().is_some_and(|name| name.len() > 200);
    all.iter().any(inexact)
        || long(&branches["work"])
        || (of_target && (branches["work"].is_string() || branches["base"].is_string()))
        || long(&branches["base"])
        || (branches["work"].is_string() && branches["work"] == branches["base"])
        || (value["proposal"].is_object() && value["recipe"].is_object())
        || repeats("/capabilities", "capability")
        || repeats("/checks/commands", "name")
}

/// The verdicts that differ, told as text.
fn disagreements(example: &Example, seen: &mut BTreeSet<String>) -> Vec<String> {
    let Ok(whole) = serde_json::from_str::<Value>(&example.text) else { return Vec::new() };
    let (name, schema) = (example.document.name, validator(example.document));
    let mut places = Vec::new();
    pointers(&whole, "", &mut places);
    let mut differ = Vec::new();
    for at in places {
        for other in turned(whole.pointer(&at).unwrap()) {
            let mut changed = whole.clone();
            *changed.pointer_mut(&at).unwrap() = other;
            let text = changed.to_string();
            if !seen.insert(format!("{name} {text}")) {
                continue;
            }
            let (told, code) = (schema.is_valid(&changed), check_document(name, &text).unwrap());
            if told != code.is_ok() && !(told && is_beyond_schema(&changed)) {
                differ.push(format!("{name} {at}: schema {told}, code {code:?}: {:?}", changed.pointer(&at)));
            }
        }
    }
    differ
}

#[test]
fn schema_and_code_agree_on_whatever_an_example_is_turned_into() {
    let mut seen = BTreeSet::new();
    let all = ["valid", "invalid", "contradictory"].into_iter().flat_map(examples);
    let differ: Vec<_> = all.flat_map(|example| disagreements(&example, &mut seen)).collect();
    assert!(seen.len() > 20_000, "{}", seen.len());
    assert!(
        differ.is_empty(),
        "{} of {} differ: {:#?}",
        differ.len(),
        seen.len(),
        &differ[..differ.len().min(20)]
    );
}

/// Every text of up to four of the given pieces.
fn texts(pieces: &[&str]) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..4 {
        last =
            last.iter().flat_map(|text| pieces.iter().map(move |piece| format!("{text}{piece}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

fn agrees<T: JsonSchema>(start: &str, pieces: &[&str], takes: fn(&str) -> bool) {
    let schema = jsonschema::draft202012::new(schema_for!(T).as_value()).unwrap();
    let mut verdicts = BTreeMap::new();
    for text in texts(pieces) {
        let text = format!("{start}{text}");
        let code = takes(&text);
        assert_eq!(schema.is_valid(&json!(text)), code, "{} {text:?}", T::schema_name());
        *verdicts.entry(code).or_insert(0) += 1;
    }
    assert!(verdicts.len() == 2, "{}: {verdicts:?} proves nothing", T::schema_name());
}

#[test]
fn patterns_and_parsers_agree_on_paths() {
    let pieces = ["a", "/", ".", "..", ".git", "GIT~1", "\u{200c}", " ", ":", "\\", "\0", "\n", "é"];
    agrees::<RepoPath>("", &pieces, |text| RepoPath::parse(text).is_ok());
    let pieces = ["i", ".g", "t", "\u{feff}", "\u{202e}", "/", ":", "b", "git~", "1"];
    agrees::<RepoPath>("", &pieces, |text| RepoPath::parse(text).is_ok());
    agrees::<LocalPath>("", &["a", "/", "\0", "\n", "é"], |text| LocalPath::parse(text).is_ok());
}

#[test]
fn patterns_and_parsers_agree_on_branches() {
    let pieces =
        ["a", "/", ".", "-", "@", "{", "HEAD", "refs/", ".lock", "\n", "\u{85}", "\u{feff}", "é", "~"];
    agrees::<BranchName>("", &pieces, |text| BranchName::parse(text).is_ok());
}

#[test]
fn patterns_and_parsers_agree_on_addresses() {
    let takes = |text: &str| TargetUrl::parse(text).is_ok();
    agrees::<TargetUrl>("https://", &["a", "A", "1", ".", "-", "/", ":", "@", "é", "a.b/o/r"], takes);
    agrees::<TargetUrl>(
        "https://a.b/o/r",
        &["/", "pull", "7", "0", "tree", ".", ".git", "a", "?", "-"],
        takes,
    );
    let pieces = ["/", ".", "-", "@", "{", "HEAD", "refs", ".lock", "#", "]", "a", "%"];
    agrees::<TargetUrl>("https://a.b/o/r/tree/", &pieces, takes);
    let takes = |text: &str| Endpoint::parse(text).is_ok();
    agrees::<Endpoint>("https://", &["a", "A", "1", ".", "-", "/", ":", "@", "é", "[::1]", "256"], takes);
    agrees::<Endpoint>(
        "http://",
        &["localhost", "127.0.0.1", "[::1]", ":", "8", "/", "x", "?", "65536"],
        takes,
    );
    agrees::<Endpoint>("https://a:", &["6", "5", "0", "65535", "/", "%", "\n", ":"], takes);
}

/// What a pattern counts, at its edge.
#[test]
fn lengths_agree_at_their_edges() {
    let (label, name) = ("a".repeat(63), "a".repeat(100));
    let host = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    for text in [
        format!("https://{label}.b/o/r"),
        format!("https://{label}a.b/o/r"),
        format!("https://{host}/o/r"),
        format!("https://{host}a/o/r"),
        format!("https://a.b/{name}/{name}"),
        format!("https://a.b/{name}a/r"),
        format!("https://a.b/o/{name}.git"),
        format!("https://a.b/o/{name}a.git"),
        format!("https://a.b/o/r/tree/{name}{name}"),
        format!("https://a.b/o/r/tree/{name}{name}a"),
        format!("https://a.b/o/r/pull/{}", "9".repeat(15)),
        format!("https://a.b/o/r/pull/{}", "9".repeat(16)),
    ] {
        let schema = jsonschema::draft202012::new(schema_for!(TargetUrl).as_value()).unwrap();
        assert_eq!(schema.is_valid(&json!(text)), TargetUrl::parse(&text).is_ok(), "{text}");
    }
    let component = "a".repeat(255);
    for text in
        [component.clone(), format!("{component}a"), format!("b/{component}"), format!("b/{component}a/b")]
    {
        let schema = jsonschema::draft202012::new(schema_for!(RepoPath).as_value()).unwrap();
        assert_eq!(schema.is_valid(&json!(text)), RepoPath::parse(&text).is_ok(), "{text}");
    }
}
