//! Recipes at work on a map of files. The finder is a small one of its own: it knows
//! strings and comments, and its places are real.

mod bump_cargo;
mod bump_go;
mod bump_npm;
mod bump_python;
mod fix;
mod header;
mod instructions;
mod naming;
mod properties;
mod rename;
mod rewrite;
mod sound;

use std::collections::BTreeMap;

use agent_contract::{Failure, Refusal, RepoPath, operation::FileMode, recipe::RecipeCall};
use serde_json::{Value, json};

use super::*;
use crate::host::{CallError, Change, Content, Hit, Hits};

/// A file, code in it, and what of the code is captured under which name.
type Matching = (&'static str, &'static str, Vec<(&'static str, &'static str)>);

/// A desk over a map.
#[derive(Debug, Default)]
struct Shelf {
    files: BTreeMap<RepoPath, Vec<u8>>,
    /// What matches a pattern.
    matches: Vec<Matching>,
    skipped: Vec<(&'static str, &'static str)>,
    more: bool,
    fixes: Vec<Change>,
    refused: Option<&'static str>,
    /// Whether the files are other ones by the time they are read.
    is_stale: bool,
    queries: Vec<Value>,
    written: usize,
}

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn shelf(files: &[(&str, &str)]) -> Shelf {
    let files = files.iter().map(|(name, text)| (path(name), text.as_bytes().to_vec())).collect();
    Shelf { files, ..Shelf::default() }
}

fn call(name: &str, parameters: &[(&str, &str)]) -> RecipeCall {
    let parameters =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    RecipeCall { name: name.to_owned(), parameters }
}

impl Shelf {
    fn run(&mut self, name: &str, parameters: &[(&str, &str)]) -> Result<Outcome, Stopped<CallError>> {
        let chosen = named(&call(name, parameters))?;
        work(&chosen, self)
    }

    fn did(&mut self, name: &str, parameters: &[(&str, &str)]) -> Outcome {
        self.run(name, parameters).unwrap_or_else(|stopped| panic!("{stopped:?}"))
    }

    /// The code and the message of a fault; nothing may have been written.
    fn fault(&mut self, name: &str, parameters: &[(&str, &str)]) -> (&'static str, String) {
        let before = self.files.clone();
        let stopped = self.run(name, parameters);
        assert_eq!(self.files, before, "a recipe that fails writes nothing");
        match stopped {
            Err(Stopped::Fault(fault)) => (fault.code(), fault.to_string()),
            other => panic!("{other:?}"),
        }
    }

    fn text(&self, name: &str) -> &str {
        std::str::from_utf8(&self.files[&path(name)]).unwrap()
    }

    fn held(&self, within: Option<&RepoPath>) -> impl Iterator<Item = (&RepoPath, &str)> {
        let all =
            self.files.iter().filter(move |(path, _)| within.is_none_or(|within| path.is_within(within)));
        all.filter_map(|(path, bytes)| Some((path, std::str::from_utf8(bytes).ok()?)))
    }

    fn pattern_matches(&self, within: Option<&RepoPath>) -> Vec<Value> {
        let mut matches = Vec::new();
        for (name, code, captures) in &self.matches {
            let Some((_, text)) = self.held(within).find(|(held, _)| held.as_str() == *name) else {
                continue;
            };
            for (from, _) in text.match_indices(code) {
                let mut spans = serde_json::Map::new();
                for (name, captured) in captures {
                    let at = from + code.find(captured).unwrap();
                    spans.insert((*name).to_owned(), json!({ "from": at, "to": at + captured.len() }));
                }
                matches.push(found(name, text, from, from + code.len(), spans));
            }
        }
        matches
    }
}

fn found(name: &str, text: &str, from: usize, to: usize, captures: serde_json::Map<String, Value>) -> Value {
    let line = text[..from].matches('\n').count() + 1;
    json!({ "path": name, "from": from, "to": to, "line": line, "text": &text[from..to], "captures": captures })
}

/// The places of an identifier: not in strings, not after `//` or `#`.
fn identifiers(text: &str, name: &str) -> Vec<usize> {
    let (mut places, mut at) = (Vec::new(), 0);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        at += match c {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if run > 0 => {
                places.extend((&rest[..run] == name).then_some(at));
                run
            }
            _ => c.len_utf8(),
        };
    }
    places
}

const SOURCES: &[&str] = &["rs", "py", "js", "ts", "go", "c"];

impl Desk for Shelf {
    type Error = CallError;

    fn read(&mut self, path: &RepoPath) -> Result<Option<Content>, CallError> {
        if self.refused == Some(path.as_str()) {
            let refusal = Refusal { code: "scope-path".into(), message: path.to_string(), grant: None };
            return Err(CallError::Refused(refusal));
        }
        let content =
            self.files.get(path).map(|bytes| Content { bytes: bytes.clone(), mode: FileMode::Plain });
        Ok(content.map(|mut content| {
            content.bytes.splice(0..0, self.is_stale.then_some(b'\n'));
            content
        }))
    }

    fn list(&mut self, within: Option<&RepoPath>) -> Result<Listed, CallError> {
        let all = self.files.keys().filter(|path| within.is_none_or(|within| path.is_within(within)));
        Ok(Listed { files: all.cloned().collect(), more: self.more })
    }

    fn search(&mut self, text: &str, within: Option<&RepoPath>) -> Result<Hits, CallError> {
        let lines = self.held(within).flat_map(|(path, held)| {
            let lines = held.lines().zip(1..).filter(|(line, _)| line.contains(text));
            lines.map(|(line, at)| Hit { path: path.to_string(), line: at, text: line.to_owned() })
        });
        Ok(Hits { hits: lines.collect(), more: false })
    }

    fn find(&mut self, query: &Value) -> Result<Value, CallError> {
        self.queries.push(query.clone());
        let within = query.get("folder").map(|folder| path(folder.as_str().unwrap()));
        let skipped: Vec<_> =
            self.skipped.iter().map(|(path, why)| json!({ "path": path, "why": why })).collect();
        let is_source = |path: &RepoPath| {
            SOURCES.iter().any(|end| path.as_str().ends_with(&format!(".{end}")))
                && !self.skipped.iter().any(|(skipped, _)| *skipped == path.as_str())
        };
        let name = query["text"].as_str().filter(|_| query["kind"] == "identifier");
        let matches: Vec<Value> = match name {
            Some(name) => self
                .held(within.as_ref())
                .filter(|(path, _)| is_source(path))
                .flat_map(|(path, text)| {
                    let places = identifiers(text, name).into_iter();
                    places.map(|at| found(path.as_str(), text, at, at + name.len(), Default::default()))
                })
                .collect(),
            None => self.pattern_matches(within.as_ref()),
        };
        Ok(json!({ "matches": matches, "files": self.files.len(), "skipped": skipped, "more": self.more }))
    }

    fn fix(&mut self, check: &str) -> Result<Vec<Change>, CallError> {
        match check {
            "fmt" => Ok(self.fixes.clone()),
            _ => Err(CallError::Failed(Failure::new("check-unknown", check))),
        }
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), CallError> {
        self.written += 1;
        for change in changes {
            match change {
                Change::Write { path, bytes, .. } => {
                    self.files.insert(path.clone(), bytes.clone());
                }
                Change::Delete { path } => {
                    self.files.remove(path);
                }
                Change::Rename { from, to } => {
                    let bytes = self.files.remove(from).unwrap_or_default();
                    self.files.insert(to.clone(), bytes);
                }
            }
        }
        Ok(())
    }
}
