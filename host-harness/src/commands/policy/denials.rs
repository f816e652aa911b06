//! What a run was denied, as its trace tells it.

use agent_contract::{CapabilityName, Refusal, RepoPath, Request, RunMode, document};
use ledger::{Kind, Record, Store};
use policy::{
    Config,
    answer::Stance,
    local::{OwnedMatter, OwnedObject, learn::Denied},
};
use serde_json::Value;

use crate::Problem;

/// The denials of a run, and the policy that it had.
pub(super) struct Seen {
    pub denied: Vec<Denied>,
    pub policy_sha256: Option<String>,
}

/// Reads the denials of a run out of its trace.
pub(super) fn of(store: &Store, run: &str, config: &Config) -> Result<Seen, Problem> {
    let records = store.records(run)?;
    let started = records.iter().find(|record| record.kind == Kind::RunStarted);
    let text = |name: &str| started.and_then(|record| record.body.get(name)?.as_str().map(str::to_owned));
    let request = text("request").and_then(|sha256| payload(store, run, &sha256));
    let mode = text("mode").and_then(|mode| mode.parse::<RunMode>().ok());
    let (Some(request), Some(mode)) = (request, mode) else {
        return Err(Problem::integrity(
            "trace-unreadable",
            format!("`{run}` does not say what was asked of it"),
        ));
    };
    let setting = Setting { request: &request, base: text("branch"), mode };
    let denied = records.iter().flat_map(|record| setting.denied(record, &records, config)).collect();
    Ok(Seen { denied, policy_sha256: text("policy") })
}

fn payload(store: &Store, run: &str, sha256: &str) -> Option<Request> {
    let bytes = store.payload(run, sha256).ok()??;
    Request::parse(std::str::from_utf8(&bytes).ok()?).ok()
}

struct Setting<'a> {
    request: &'a Request,
    base: Option<String>,
    mode: RunMode,
}

impl Setting<'_> {
    fn denied(&self, record: &Record, records: &[Record], config: &Config) -> Vec<Denied> {
        let refusal = |value: Option<&Value>| document::from_value::<Refusal>(value?.clone()).ok();
        match record.kind {
            Kind::CapabilityRefused => {
                let name = record.body.get("operation").and_then(Value::as_str).unwrap_or_default();
                let Some(refusal) = refusal(record.body.get("refusal")) else { return Vec::new() };
                let Ok(name) = name.parse() else { return vec![Denied { matter: None, refusal }] };
                let matters = asked(record).into_iter().map(|object| self.matter(name, object));
                matters.map(|matter| Denied { matter: Some(matter), refusal: refusal.clone() }).collect()
            }
            Kind::CallOpened => {
                let given = record.body.get("decision").and_then(|decision| decision.get("refusal"));
                let name = capability(record, records);
                let Some((refusal, name)) = refusal(given).zip(name) else { return Vec::new() };
                self.of_call(name, &record.body["arguments"], refusal, config)
            }
            _ => Vec::new(),
        }
    }

    /// The objects of a call that the policy does not allow; the call as a whole where that
    /// is not why it was denied.
    fn of_call(
        &self,
        name: CapabilityName,
        arguments: &Value,
        refusal: Refusal,
        config: &Config,
    ) -> Vec<Denied> {
        let objects = objects(arguments);
        let objects = if objects.is_empty() { vec![OwnedObject::Capability] } else { objects };
        let matters = objects.into_iter().map(|object| self.matter(name, object));
        let denied: Vec<_> = matters
            .filter(|matter| config.policy.judge(&matter.matter()).stance > Stance::Allow)
            .map(|matter| Denied { matter: Some(matter), refusal: refusal.clone() })
            .collect();
        match denied.is_empty() {
            true => vec![Denied { matter: None, refusal }],
            false => denied,
        }
    }

    fn matter(&self, capability: CapabilityName, object: OwnedObject) -> OwnedMatter {
        let branches = &self.request.branches;
        let base = branches.base.as_ref().map(ToString::to_string);
        OwnedMatter {
            capability,
            mode: self.mode,
            branch: branches.work.as_ref().map(ToString::to_string),
            base_branch: base.or_else(|| self.base.clone()),
            object,
        }
    }
}

/// What a capability was asked for: its objects, else all of it.
fn asked(record: &Record) -> Vec<OwnedObject> {
    let scope = record.body.pointer("/proof/question/capability/scope");
    let list = |name: &str| {
        let list = scope.and_then(|scope| scope.get(name)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let paths =
        list("paths").into_iter().filter_map(|path| RepoPath::parse(&path).ok()).map(OwnedObject::Path);
    let names = list("checks").into_iter().map(OwnedObject::Check);
    let bindings = list("bindings").into_iter().map(OwnedObject::Binding);
    let all: Vec<_> = paths.chain(names).chain(bindings).collect();
    if all.is_empty() { vec![OwnedObject::Capability] } else { all }
}

/// The capability that a call was made under.
fn capability(record: &Record, records: &[Record]) -> Option<CapabilityName> {
    let id = record.body.get("capability")?;
    let issued = records
        .iter()
        .find(|one| one.kind == Kind::CapabilityIssued && one.body.get("capability") == Some(id))?;
    issued.body.get("operation")?.as_str()?.parse().ok()
}

/// What a call is about, by its arguments in the trace.
fn objects(arguments: &Value) -> Vec<OwnedObject> {
    let list = |name: &str| arguments.get(name).and_then(Value::as_array).into_iter().flatten();
    let changes = list("changes").chain(list("changed"));
    let fields = ["path", "folder", "write", "delete", "rename", "to"];
    let paths = changes.chain([arguments]).flat_map(|part| fields.map(|field| part.get(field)));
    let paths = paths.flatten().filter_map(Value::as_str).filter_map(|path| RepoPath::parse(path).ok());
    let names = list("names").filter_map(Value::as_str).map(|name| OwnedObject::Check(name.to_owned()));
    let binding = arguments.get("binding").and_then(Value::as_str);
    let binding = binding.map(|name| OwnedObject::Binding(name.to_owned()));
    paths.map(OwnedObject::Path).chain(names).chain(binding).collect()
}
