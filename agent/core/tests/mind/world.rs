//! A Runner over a map, and a model that answers from a script.

use std::collections::{BTreeMap, VecDeque};

use agent_contract::{
    CapabilityName, Failure, Refusal, RepoPath, Report, Request,
    check::{CheckOutcome, CheckResult},
    gate::{GateName, GateOutcome, GateResult},
    operation::FileMode,
};
use agent_core::host::{Call, CallError, Change, Content, Entry, Hit, Hits, Host, Listing, Need};
use serde_json::{Value, json};

/// What a check makes of the files: the output of a failure.
pub type Check = fn(&BTreeMap<RepoPath, Content>) -> Result<(), String>;

/// What a gate makes of the files: a fault, by its place.
pub type Look = fn(&BTreeMap<RepoPath, Content>) -> Option<&'static str>;

/// The Runner.
pub struct World {
    pub files: BTreeMap<RepoPath, Content>,
    pub check: Check,
    pub look: Look,
    /// What the model answers, one after the other.
    pub script: VecDeque<Value>,
    /// What is said once the script is over.
    pub ever: Option<Value>,
    pub offered: Value,
    pub denied: Vec<CapabilityName>,
    /// Files that can't be written.
    pub walls: Vec<&'static str>,
    /// Files that git ignores.
    pub ignored: Vec<&'static str>,
    /// Every request's body.
    pub asked: Vec<Value>,
    pub bindings: Vec<String>,
    pub notes: Vec<(String, Value)>,
    pub passes: Vec<String>,
    /// What earlier runs found out, where that is kept.
    pub memory: Option<String>,
}

/// A model that is reached by that name.
pub fn model(name: &str) -> Value {
    json!({
        "binding": format!("model.{name}"), "dialect": "openai-chat", "flavour": "compatible", "model": name,
        "stream": false, "cache": false, "answer_tokens_max": 1024, "context_tokens": 32_000,
    })
}

/// An answer of a model that says something.
pub fn says(text: &str) -> Value {
    answer(json!({ "role": "assistant", "content": text }), "stop")
}

/// An answer that calls for tools.
pub fn calls(calls: &[(&str, Value)]) -> Value {
    let calls: Vec<_> = calls
        .iter()
        .enumerate()
        .map(|(at, (name, input))| {
            let function = json!({ "name": name, "arguments": input.to_string() });
            json!({ "id": format!("c{at}"), "type": "function", "function": function })
        })
        .collect();
    answer(json!({ "role": "assistant", "content": null, "tool_calls": calls }), "tool_calls")
}

/// An answer that edits one file, and is done.
pub fn edits(path: &str, old: &str, new: &str) -> Value {
    calls(&[("edit", json!({ "edits": [{ "path": path, "old": old, "new": new }], "done": true }))])
}

/// A reviewer's answer.
pub fn reviews(accept: bool, faults: &[&str]) -> Value {
    says(&json!({ "accept": accept, "faults": faults, "summary": "It says what was done." }).to_string())
}

pub fn answer(message: Value, finish: &str) -> Value {
    let body = json!({
        "id": "1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
        "usage": { "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15 },
    });
    json!({ "status": 200, "content_type": "application/json", "headers": {}, "body": body })
}

/// An answer that is none.
pub fn status(status: u16) -> Value {
    let body = json!({ "error": { "message": "no", "type": "server_error" } });
    json!({ "status": status, "content_type": "application/json", "headers": {}, "body": body })
}

pub fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

impl World {
    pub fn new(files: &[(&str, &str)], script: Vec<Value>) -> Self {
        let content = |text: &str| Content { bytes: text.into(), mode: FileMode::Plain };
        Self {
            files: files.iter().map(|(name, text)| (path(name), content(text))).collect(),
            check: |_| Ok(()),
            look: |_| None,
            script: script.into(),
            ever: None,
            offered: json!({
                "models": [model("a"), model("b")],
                "roles": { "plan": [], "edit": ["model.a"], "review": [] },
            }),
            denied: Vec::new(),
            walls: Vec::new(),
            ignored: Vec::new(),
            asked: Vec::new(),
            bindings: Vec::new(),
            notes: Vec::new(),
            passes: Vec::new(),
            memory: None,
        }
    }

    pub fn roles(mut self, plan: &[&str], edit: &[&str], review: &[&str]) -> Self {
        let named = |names: &[&str]| names.iter().map(|name| format!("model.{name}")).collect::<Vec<_>>();
        self.offered["roles"] = json!({ "plan": named(plan), "edit": named(edit), "review": named(review) });
        self
    }

    pub fn checked(self, check: Check) -> Self {
        Self { check, ..self }
    }

    pub fn looked_into(self, look: Look) -> Self {
        Self { look, ..self }
    }

    /// Runs a request, of which only what is not usual is given.
    pub fn run(&mut self, more: Value) -> Report {
        let mut request =
            json!({ "version": "1.0", "instruction": "Fix the greeting", "mode": "proposed_change" });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let request = Request::parse(&request.to_string()).unwrap();
        agent_core::run(request, self)
    }

    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(&self.files[&path(name)].bytes).unwrap()
    }

    /// Bytes of all requests together.
    pub fn bytes(&self) -> usize {
        self.asked.iter().map(|body| body.to_string().len()).sum()
    }
}

fn refused(name: &str) -> CallError {
    CallError::Refused(Refusal {
        code: "policy-denied".to_owned(),
        message: format!("`{name}` is denied"),
        grant: None,
    })
}

fn failed(code: &str) -> CallError {
    CallError::Failed(Failure::new(code, "it failed"))
}

impl Host for World {
    type Capability = CapabilityName;

    fn request_capabilities(&mut self, needs: &[Need]) -> Vec<Call<CapabilityName>> {
        let answer = |need: &Need| match self.denied.contains(&need.name) {
            true => Err(refused(need.name.as_str())),
            false => Ok(need.name),
        };
        needs.iter().map(answer).collect()
    }

    fn read(&mut self, _: &CapabilityName, path: &RepoPath) -> Call<Content> {
        self.files.get(path).cloned().ok_or_else(|| failed("file-missing"))
    }

    fn list(
        &mut self,
        _: &CapabilityName,
        folder: Option<&RepoPath>,
        _: Option<&str>,
        _: u32,
    ) -> Call<Listing> {
        let within =
            |path: &&RepoPath| folder.is_none_or(|folder| path.as_str().starts_with(folder.as_str()));
        let entry = |path: &RepoPath| Entry { path: path.to_string(), kind: "file".to_owned(), bytes: 1 };
        Ok(Listing { entries: self.files.keys().filter(within).map(entry).collect(), next: None })
    }

    fn search(&mut self, _: &CapabilityName, text: &str, _: Option<&RepoPath>, _: u32) -> Call<Hits> {
        let lines = self.files.iter().flat_map(|(path, content)| {
            let held = String::from_utf8_lossy(&content.bytes).into_owned();
            let lines: Vec<_> = held.lines().map(str::to_owned).enumerate().collect();
            lines.into_iter().map(move |(at, line)| Hit {
                path: path.to_string(),
                line: at as u32 + 1,
                text: line,
            })
        });
        Ok(Hits { hits: lines.filter(|hit| hit.text.contains(text)).collect(), more: false })
    }

    fn symbols(&mut self, _: &CapabilityName, _: &RepoPath) -> Call<Value> {
        Ok(json!({ "symbols": [{ "name": "greet", "line": 1, "signature": "fn greet()" }] }))
    }

    fn map(&mut self, _: &CapabilityName, _: &Value) -> Call<Value> {
        let own = || self.files.iter().filter(|(path, _)| !self.ignored.contains(&path.as_str()));
        let files = own().map(|(path, content)| json!({ "path": path, "bytes": content.bytes.len() }));
        let whole: Vec<_> = files.collect();
        let text: String = own().map(|(path, _)| path).map(|path| format!("{path}\n")).collect();
        Ok(
            json!({ "text": text, "files": whole.len(), "read": whole.len(), "whole": if whole.len() > 16 { Vec::new() } else { whole } }),
        )
    }

    fn find(&mut self, _: &CapabilityName, query: &Value) -> Call<Value> {
        let within = query["folder"].as_str().unwrap_or_default();
        let own = self.files.keys().filter(|path| !self.ignored.contains(&path.as_str()));
        let found: Vec<_> = own.filter(|path| path.as_str().starts_with(within)).collect();
        Ok(json!({ "matches": found, "files": found.len(), "more": false }))
    }

    fn write(&mut self, _: &CapabilityName, changes: &[Change]) -> Call<Vec<String>> {
        if let Some(wall) =
            changes.iter().flat_map(Change::paths).find(|path| self.walls.contains(&path.as_str()))
        {
            return Err(refused(wall.as_str()));
        }
        for change in changes {
            match change {
                Change::Write { path, bytes, mode } => {
                    let mode = mode.unwrap_or(FileMode::Plain);
                    self.files.insert(path.clone(), Content { bytes: bytes.clone(), mode });
                }
                Change::Delete { path } => drop(self.files.remove(path)),
                Change::Rename { from, to } => {
                    let content = self.files.remove(from).unwrap();
                    self.files.insert(to.clone(), content);
                }
            }
        }
        Ok(changes.iter().map(|_| "op".to_owned()).collect())
    }

    fn diff(&mut self, _: &CapabilityName) -> Call<String> {
        Ok("--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1 +1 @@\n-wrold\n+world\n".to_owned())
    }

    fn commit(&mut self, _: &CapabilityName, _: &str) -> Call<String> {
        Ok("c0ffee".to_owned())
    }

    fn run_checks(&mut self, _: &CapabilityName, names: &[String]) -> Call<Vec<CheckResult>> {
        let came = (self.check)(&self.files);
        let result = |name: &String| CheckResult {
            name: name.clone(),
            argv: vec!["check".to_owned()],
            outcome: if came.is_ok() { CheckOutcome::Passed } else { CheckOutcome::Failed },
            exit_code: Some(if came.is_ok() { 0 } else { 3 }),
            signal: None,
            duration_ms: 1,
            output: came.clone().err().unwrap_or_default(),
            output_bytes_dropped: 0,
            sandbox: Vec::new(),
            fixed: None,
        };
        Ok(names.iter().map(result).collect())
    }

    fn scan(&mut self, _: &CapabilityName, gates: &[GateName]) -> Call<Vec<GateResult>> {
        let fault = (self.look)(&self.files);
        let outcome = if fault.is_some() { GateOutcome::Fail } else { GateOutcome::Pass };
        let reasons: Vec<_> = fault.map(str::to_owned).into_iter().collect();
        Ok(gates.iter().map(|gate| GateResult::new(*gate, true, outcome, reasons.clone())).collect())
    }

    fn simulate(&mut self, _: &CapabilityName) -> Call<Value> {
        Err(failed("container-unavailable"))
    }

    fn push(&mut self, _: &CapabilityName) -> Call<Value> {
        Err(failed("remote-unknown"))
    }

    fn open_pull_request(&mut self, _: &CapabilityName, _: &str, _: &str) -> Call<Value> {
        Err(failed("remote-unknown"))
    }

    fn notify(&mut self, _: &CapabilityName, _: &str, _: &str) -> Call<()> {
        Ok(())
    }

    fn invoke(&mut self, _: &CapabilityName, binding: &str, action: &str, input: &Value) -> Call<Value> {
        if (binding, action) == ("models", "list") {
            return Ok(self.offered.clone());
        }
        if (binding, action) == ("memory", "read") {
            return Ok(json!({ "text": self.memory }));
        }
        if (binding, action) == ("memory", "write") {
            self.memory = Some(input["text"].as_str().unwrap().to_owned());
            return Ok(json!({}));
        }
        assert_eq!(action, "converse");
        self.bindings.push(binding.to_owned());
        self.asked.push(input["body"].clone());
        let answer = self.script.pop_front().or_else(|| self.ever.clone());
        answer.ok_or_else(|| failed("net-refused"))
    }

    fn note(&mut self, _: &CapabilityName, kind: &str, note: &Value) -> Call<()> {
        self.notes.push((kind.to_owned(), note.clone()));
        Ok(())
    }

    fn progress(&mut self, _: &CapabilityName, pass: &str) -> Call<()> {
        self.passes.push(pass.to_owned());
        Ok(())
    }
}
