//! AuthZEN against the documents of those who made it, which are not kept here.
//! `CODE_ASSIST_VECTORS` names the folder that holds `protocols/authzen`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use policy::{
    Code,
    answer::{Stance, Word},
    context,
    point::{
        Heard,
        authzen::{evaluation, evaluations, read, read_batch},
        heard,
    },
};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

#[path = "../src/context/generate.rs"]
mod generate;

fn vectors() -> Option<PathBuf> {
    let folder =
        env::var_os("CODE_ASSIST_VECTORS").map(|folder| PathBuf::from(folder).join("protocols/authzen"));
    if folder.is_none() {
        println!("skipped: CODE_ASSIST_VECTORS is not set");
    }
    folder
}

fn document(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn schema(folder: &Path, name: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&document(&folder.join("schemas").join(name))).unwrap()
}

#[test]
fn every_request_is_one_to_the_official_schema() {
    let Some(folder) = vectors() else { return };
    let schema = schema(&folder, "evaluation-request.schema.json");
    assert!(
        !schema.is_valid(&json!({ "subject": {}, "action": {}, "resource": {} })),
        "the schema asks for nothing"
    );
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(256) });
    let valid = |context| {
        let (one, batch) = (evaluation(&context), evaluations(&[context.clone(), context]));
        assert!(schema.is_valid(&one), "{one}");
        batch["evaluations"]
            .as_array()
            .unwrap()
            .iter()
            .for_each(|item| assert!(schema.is_valid(item), "{item}"));
        Ok(())
    };
    runner.run(&generate::any_context(), valid).unwrap();
}

/// What a decision point that says `decision` comes to, from its bytes on.
fn obeyed(answer: &Value) -> Value {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let said = Heard { status: 200, headers, date_ms: None, body: answer.to_string().into_bytes() };
    let expected = heard::Expected { request_id: None, now_ms: 0, skew_ms_max: 0 };
    heard::object(&said, &expected).unwrap()
}

fn agrees(word: &Word, expected: &Value) -> bool {
    match expected {
        Value::Bool(true) => *word == Word::allow(),
        Value::Bool(false) => {
            word.stance == Stance::Deny
                && word.objection.as_ref().is_some_and(|why| why.code == Code::PointDenied)
        }
        _ => false,
    }
}

#[test]
fn the_interop_decisions_are_obeyed() {
    let Some(folder) = vectors() else { return };
    let schema = schema(&folder, "evaluation-request.schema.json");
    let (mut ones, mut batches) = (0, 0);
    for file in fs::read_dir(folder.join("interop-todo")).unwrap() {
        let decisions = document(&file.unwrap().path());
        let cases: Vec<_> = decisions["evaluation"].as_array().unwrap().iter().collect();
        for case in &cases {
            assert!(schema.is_valid(&case["request"]), "{case}");
            let word = read(&obeyed(&json!({ "decision": case["expected"] }))).unwrap();
            assert!(agrees(&word, &case["expected"]), "{case}");
            ones += 1;
        }
        let expected: Vec<_> = cases.iter().map(|case| json!({ "decision": case["expected"] })).collect();
        batch_agrees(&expected);
        for case in decisions["evaluations"].as_array().into_iter().flatten() {
            let asked = case["request"]["evaluations"].as_array().unwrap();
            let expected = case["expected"].as_array().unwrap();
            assert_eq!(asked.len(), expected.len());
            batch_agrees(expected);
            batches += 1;
        }
    }
    assert!(ones >= 120 && batches >= 3, "{ones} evaluations and {batches} batches");
}

fn batch_agrees(expected: &[Value]) {
    let words = read_batch(&obeyed(&json!({ "evaluations": expected })), expected.len());
    assert_eq!(words.len(), expected.len());
    for (word, expected) in words.into_iter().zip(expected) {
        assert!(agrees(&word.unwrap(), &expected["decision"]), "{expected}");
    }
}

#[test]
fn the_examples_of_the_specification_are_read() {
    let Some(folder) = vectors() else { return };
    let schema = schema(&folder, "evaluation-response.schema.json");
    let examples = document(&folder.join("spec-examples.json"));
    let mut count = 0;
    for example in examples.as_array().unwrap().iter().map(|example| &example["json"]) {
        match (&example["decision"], &example["evaluations"][0]["decision"]) {
            (Value::Bool(decision), Value::Null) => {
                assert!(schema.is_valid(example), "{example}");
                let word = read(example).unwrap();
                assert_eq!(word.stance == Stance::Allow, *decision, "{example}");
            }
            (_, Value::Bool(_)) => {
                let list = example["evaluations"].as_array().unwrap();
                for (word, answer) in read_batch(example, list.len()).into_iter().zip(list) {
                    assert_eq!(word.unwrap().stance == Stance::Allow, answer["decision"] == true, "{answer}");
                }
            }
            _ => continue,
        }
        count += 1;
    }
    assert!(count >= 8, "{count} examples with a decision");
}
