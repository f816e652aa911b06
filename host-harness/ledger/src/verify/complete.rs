//! Whether the records of a run account for its result.

use std::collections::BTreeSet;

use agent_contract::{
    RepoPath, RunResult,
    operation::Operation,
    trace::{Kind, Record},
};
use policy::recorded::{Changed, differences};
use serde_json::Value;

use super::fault::Faults;

/// What the records say that matters for the whole.
#[derive(Default)]
pub(crate) struct Account {
    operations: Vec<Operation>,
    issued: BTreeSet<String>,
    /// The hash of the result.
    pub result: Option<String>,
    /// What the last record says of the outcome.
    ended: Option<Value>,
}

impl Account {
    /// Takes a record in, and says what it can't be.
    pub fn take(&mut self, record: &Record, faults: &mut Faults) {
        let text = |name: &str| record.body.get(name).and_then(Value::as_str);
        match record.kind {
            Kind::CapabilityIssued => self.issued.extend(text("capability").map(str::to_owned)),
            Kind::CallOpened => self.opened(record, text("capability").unwrap_or_default(), faults),
            Kind::CallClosed => self.closed(record, faults),
            Kind::RunResult => self.result = text("result").map(str::to_owned),
            Kind::RunFinished => self.ended = Some(record.body.clone()),
            _ => {}
        }
    }

    fn opened(&self, record: &Record, capability: &str, faults: &mut Faults) {
        let allowed = record.body.pointer("/decision/allow") == Some(&Value::Bool(true));
        if allowed && !self.issued.contains(capability) {
            let message = format!("a call was allowed under `{capability}`, which was never issued");
            faults.add("capability-unknown", format!("record {}", record.seq), message);
        }
    }

    fn closed(&mut self, record: &Record, faults: &mut Faults) {
        let Some(operations) = record.body.get("operations") else { return };
        match serde_json::from_value::<Vec<Operation>>(operations.clone()) {
            Ok(operations) => self.operations.extend(operations),
            Err(error) => {
                faults.add(
                    "record-unreadable",
                    format!("record {}", record.seq),
                    format!("its operations: {error}"),
                );
            }
        }
    }

    /// Compares what was recorded with the result.
    pub fn compare(&self, result: &[u8], faults: &mut Faults) {
        let result: RunResult = match serde_json::from_slice(result) {
            Ok(result) => result,
            Err(error) => return faults.add("result-unreadable", "result", error.to_string()),
        };
        for difference in differences(&self.operations, &changed(&result)) {
            faults.add("incomplete", "result", difference);
        }
        let told = |name: &str| self.ended.as_ref().and_then(|ended| ended.get(name));
        let ended = told("outcome").and_then(Value::as_str);
        if ended.is_some_and(|ended| ended != result.outcome.to_string()) {
            faults.add("incomplete", "result", "its outcome is not that of the last record");
        }
        if self.ended.is_some() && told("exit_code") != Some(&Value::from(result.exit_code)) {
            faults.add("incomplete", "result", "its exit code is not that of the last record");
        }
    }
}

fn changed(result: &RunResult) -> Vec<Changed> {
    let mut changed: Vec<Changed> = Vec::new();
    for file in &result.changed_files {
        if let Some(from) = &file.from {
            changed.push((RepoPath::clone(from), file.before.clone(), None));
        }
        let before = file.before.clone().filter(|_| file.from.is_none());
        changed.push((file.path.clone(), before, file.after.clone()));
    }
    changed
}
