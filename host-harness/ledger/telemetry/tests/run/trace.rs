//! Records as the tests read and make them.

use std::{fs, path::PathBuf};

use ledger::Record;
use serde_json::{Map, Value, json};
use telemetry::Options;

/// A run with its result, where it has one.
pub struct Run {
    pub name: String,
    pub lines: Vec<Value>,
    pub result: Option<Value>,
}

impl Run {
    pub fn records(&self) -> Vec<Record> {
        self.lines.iter().map(record).collect()
    }

    pub fn spans(&self, options: &Options) -> Value {
        telemetry::spans(&self.records(), self.result.as_ref(), options)
    }

    pub fn metrics(&self) -> String {
        telemetry::metrics(&self.records(), self.result.as_ref())
    }
}

/// A record of its five fields. What else a record has is no business of telemetry's, and
/// is filled in here.
pub fn record(fields: &Value) -> Record {
    let filled = |names: &[&str]| {
        let fill = names.iter().map(|name| ((*name).to_owned(), json!("0".repeat(64))));
        let all: Map<_, _> = fields.as_object().expect("an object").clone().into_iter().chain(fill).collect();
        serde_json::from_value(Value::Object(all))
    };
    filled(&["previous", "hash"])
        .or_else(|_| filled(&["previous"]))
        .or_else(|_| filled(&[]))
        .expect("a record")
}

pub fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/run").join(name)
}

/// Every run of `traces/`.
pub fn all() -> Vec<Run> {
    let entries = fs::read_dir(folder("traces")).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.iter().map(|name| named(name)).collect()
}

pub fn named(name: &str) -> Run {
    let text = fs::read_to_string(folder("traces").join(format!("{name}.jsonl"))).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let result = fs::read_to_string(folder("traces").join(format!("{name}.result.json")));
    let result = result.ok().map(|text| serde_json::from_str(&text).unwrap());
    Run { name: name.to_owned(), lines, result }
}

/// A service with a name and nothing else.
pub fn plain() -> Options {
    Options { service_name: "code-assist".to_owned(), ..Options::default() }
}

/// Holds a text against the one in `expected/`, or writes it there.
#[track_caller]
pub fn expect(name: &str, text: &str) {
    let path = folder("expected").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} is not as expected\nhint: look at it with `BLESS=1` and `git diff`");
}
