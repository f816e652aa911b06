//! The host functions as the trait that the mind works with.

use agent_contract::{
    Failure, Refusal, RepoPath,
    check::CheckResult,
    document,
    gate::{GateName, GateResult},
    operation::FileMode,
};
use agent_core::host::{Call, CallError, Change, Content, Entry, Hit, Hits, Host, Listing, Need};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::bindings::agennext::code_assist::{audit, network, process, repo, runner, types};

/// The imports of this instance.
pub struct Imports;

impl Host for Imports {
    type Capability = runner::Capability;

    fn request_capabilities(&mut self, needs: &[Need]) -> Vec<Call<Self::Capability>> {
        let asks: Vec<_> = needs
            .iter()
            .map(|need| runner::Ask {
                operation: need.name.to_string(),
                scope: json(&need.scope),
                reason: need.reason.clone(),
            })
            .collect();
        runner::request_capabilities(&asks).into_iter().map(|answer| answer.map_err(error)).collect()
    }

    fn read(&mut self, capability: &Self::Capability, path: &RepoPath) -> Call<Content> {
        let content = repo::read(capability, path.as_str()).map_err(error)?;
        let mode = content.mode.parse::<FileMode>().map_err(|fault| malformed(&fault))?;
        Ok(Content { bytes: content.bytes, mode })
    }

    fn list(
        &mut self,
        capability: &Self::Capability,
        folder: Option<&RepoPath>,
        after: Option<&str>,
        limit: u32,
    ) -> Call<Listing> {
        let folder = folder.map(RepoPath::as_str);
        let listing = repo::list(capability, folder, after, limit).map_err(error)?;
        let entry = |entry: repo::Entry| Entry { path: entry.path, kind: entry.kind, bytes: entry.bytes };
        Ok(Listing { entries: listing.entries.into_iter().map(entry).collect(), next: listing.next })
    }

    fn search(
        &mut self,
        capability: &Self::Capability,
        text: &str,
        folder: Option<&RepoPath>,
        limit: u32,
    ) -> Call<Hits> {
        let hits = repo::search(capability, text, folder.map(RepoPath::as_str), limit).map_err(error)?;
        let hit = |hit: repo::Hit| Hit { path: hit.path, line: hit.line, text: hit.text };
        Ok(Hits { hits: hits.hits.into_iter().map(hit).collect(), more: hits.more })
    }

    fn symbols(&mut self, capability: &Self::Capability, path: &RepoPath) -> Call<Value> {
        parse(&repo::symbols(capability, path.as_str()).map_err(error)?)
    }

    fn map(&mut self, capability: &Self::Capability, query: &Value) -> Call<Value> {
        parse(&repo::map(capability, &json(query)).map_err(error)?)
    }

    fn find(&mut self, capability: &Self::Capability, query: &Value) -> Call<Value> {
        parse(&repo::find(capability, &json(query)).map_err(error)?)
    }

    fn write(&mut self, capability: &Self::Capability, changes: &[Change]) -> Call<Vec<String>> {
        let changes: Vec<_> = changes.iter().map(change).collect();
        repo::write(capability, &changes).map_err(error)
    }

    fn diff(&mut self, capability: &Self::Capability) -> Call<String> {
        repo::diff(capability).map_err(error)
    }

    fn commit(&mut self, capability: &Self::Capability, message: &str) -> Call<String> {
        repo::commit(capability, message).map_err(error)
    }

    fn run_checks(&mut self, capability: &Self::Capability, names: &[String]) -> Call<Vec<CheckResult>> {
        parse(&process::run_checks(capability, names).map_err(error)?)
    }

    fn scan(&mut self, capability: &Self::Capability, gates: &[GateName]) -> Call<Vec<GateResult>> {
        let names: Vec<_> = gates.iter().map(|gate| gate.to_string()).collect();
        parse(&process::scan(capability, &names).map_err(error)?)
    }

    fn simulate(&mut self, capability: &Self::Capability) -> Call<Value> {
        parse(&process::simulate(capability).map_err(error)?)
    }

    fn push(&mut self, capability: &Self::Capability) -> Call<Value> {
        parse(&repo::push(capability).map_err(error)?)
    }

    fn open_pull_request(&mut self, capability: &Self::Capability, title: &str, body: &str) -> Call<Value> {
        parse(&repo::open_pull_request(capability, title, body).map_err(error)?)
    }

    fn notify(&mut self, capability: &Self::Capability, binding: &str, message: &str) -> Call<()> {
        network::notify(capability, binding, message).map_err(error)
    }

    fn invoke(
        &mut self,
        capability: &Self::Capability,
        binding: &str,
        action: &str,
        input: &Value,
    ) -> Call<Value> {
        parse(&network::invoke(capability, binding, action, &json(input)).map_err(error)?)
    }

    fn note(&mut self, capability: &Self::Capability, kind: &str, note: &Value) -> Call<()> {
        audit::record(capability, kind, &json(note)).map_err(error)
    }

    fn progress(&mut self, capability: &Self::Capability, pass: &str) -> Call<()> {
        audit::progress(capability, pass).map_err(error)
    }
}

fn change(change: &Change) -> repo::Change {
    match change {
        Change::Write { path, bytes, mode } => repo::Change::Write(repo::File {
            path: path.to_string(),
            bytes: bytes.clone(),
            mode: mode.map(|mode| mode.to_string()),
        }),
        Change::Delete { path } => repo::Change::Delete(path.to_string()),
        Change::Rename { from, to } => {
            repo::Change::Rename(repo::Rename { from: from.to_string(), to: to.to_string() })
        }
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("contract types are always JSON")
}

fn parse<T: DeserializeOwned>(text: &str) -> Call<T> {
    document::parse(text).map_err(|fault| malformed(&fault))
}

fn malformed(fault: &dyn std::fmt::Display) -> CallError {
    CallError::Failed(Failure::new("answer-malformed", format!("the Runner's answer can't be read: {fault}")))
}

fn error(error: types::Error) -> CallError {
    match error {
        types::Error::Refused(text) => parse::<Refusal>(&text).map_or_else(|error| error, CallError::Refused),
        types::Error::Failed(text) => parse::<Failure>(&text).map_or_else(|error| error, CallError::Failed),
    }
}
