//! Runs as folders: `trace.jsonl`, and what the records name in `payloads/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ledger::Record;
use report::{Proof, Run, html};
use serde_json::Value;

/// A run as it lies in a folder.
pub struct Folder {
    pub records: Vec<Record>,
    payloads: PathBuf,
}

impl Folder {
    pub fn read(folder: &Path) -> Self {
        let trace = fs::read_to_string(folder.join("trace.jsonl")).unwrap();
        let line = |line| record(serde_json::from_str(line).unwrap());
        Self { records: trace.lines().map(line).collect(), payloads: folder.join("payloads") }
    }

    /// The page of the run.
    pub fn page(&self, proof: &Proof) -> String {
        let payload = |hash: &str| fs::read(self.payloads.join(hash)).ok();
        html(&Run { records: &self.records, payload: &payload, proof })
    }
}

/// A record from what a page needs of it.
pub fn record(mut value: Value) -> Record {
    let zeros = Value::String("0".repeat(64));
    value.as_object_mut().unwrap().remove("hash");
    value.as_object_mut().unwrap().entry("previous").or_insert_with(|| zeros.clone());
    serde_json::from_value(value.clone()).unwrap_or_else(|_| {
        value["hash"] = zeros;
        serde_json::from_value(value).unwrap()
    })
}

/// What verification says of a whole run that a trusted key signed.
pub fn proof(records: usize) -> Proof {
    Proof {
        status: "complete".to_owned(),
        records: records as u64,
        head: "4f".repeat(32),
        root: Some("a7".repeat(32)),
        signed_by: Some("runner.example".to_owned()),
        trusted: true,
        notes: vec!["witness.example cosigned the checkpoint".to_owned()],
        checkpoint: Some(format!(
            "runner.example/log\n{records}\np6enp6enp6c=\n\n— runner.example Az3grl…\n"
        )),
        ..Proof::default()
    }
}

/// Elements that have no end.
const VOID: [&str; 3] = ["link", "meta", "br"];

/// The elements of a page with the names of their attributes; or how its markup is broken.
#[allow(dead_code, reason = "not every user of this file looks into pages")]
pub fn tags(page: &str) -> Result<std::collections::BTreeSet<String>, String> {
    let (mut found, mut open, mut ids) =
        (std::collections::BTreeSet::new(), Vec::new(), std::collections::BTreeSet::new());
    let body = page.strip_prefix("<!DOCTYPE html>").unwrap_or(page);
    for start in body.match_indices('<').map(|(at, _)| at) {
        let tag = &body[start + 1..];
        let tag = &tag[..end(tag)];
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop().unwrap_or_default();
            if last != name {
                return Err(format!("`</{name}>` ends `{last}`"));
            }
            continue;
        }
        let (name, attributes) = attributes(tag);
        if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Err(format!("`<{}` is no tag", tag.chars().take(2).collect::<String>()));
        }
        if let Some((_, id)) = attributes.iter().find(|(name, _)| *name == "id")
            && !ids.insert(*id)
        {
            return Err(format!("`{id}` is an id twice"));
        }
        let names = attributes.iter().map(|(name, _)| *name);
        found.insert([name].into_iter().chain(names).collect::<Vec<_>>().join(" "));
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    open.pop().map_or(Ok(found), |name| Err(format!("`{name}` has no end")))
}

/// Where a tag ends: a `>` in an attribute is none.
fn end(tag: &str) -> usize {
    let mut within = false;
    let end = tag.char_indices().find(|(_, char)| {
        within ^= *char == '"';
        *char == '>' && !within
    });
    end.map_or(tag.len(), |(at, _)| at)
}

fn attributes(tag: &str) -> (&str, Vec<(&str, &str)>) {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while let Some((attribute, more)) = rest.split_once("=\"") {
        let (value, more) = more.split_once('"').unwrap_or((more, ""));
        attributes.push((attribute.trim(), value));
        rest = more;
    }
    (name, attributes)
}
