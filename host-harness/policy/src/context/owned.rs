//! The fields that the Runner owns: nobody else may name them, however they are written.

use agent_contract::{Refusal, fault::shown};
use serde_json::{Map, Value};

use super::canonical::inexact;
use crate::Code;

/// What a caller or an agent can't say, in any metadata. Compared without case and
/// without the signs between words, so that `runId` is `run_id`.
pub const OWNED: &[&str] = &[
    "decision",
    "decision_id",
    "run",
    "run_id",
    "run_mode",
    "mode",
    "update_mode",
    "time",
    "time_ms",
    "now",
    "subject",
    "agent",
    "agent_did",
    "did",
    "record_sha256",
    "trust_level",
    "component",
    "component_sha256",
    "organization",
    "project",
    "repository",
    "branch",
    "base_branch",
    "work_branch",
    "action",
    "capability",
    "resource",
    "gates",
    "gate_status",
    "audit",
    "audit_status",
    "waivers",
    "waiver_status",
    "approval",
    "approved",
    "approver",
];

/// Refuses metadata that names a field of the Runner's, or that two readers would read
/// differently. `place` is where the metadata stands in the request.
pub fn refuse_owned(place: &str, metadata: &Map<String, Value>) -> Result<(), Refusal> {
    if let Some(name) = metadata.keys().find(|name| is_owned(name)) {
        return Err(Refusal {
            code: Code::ContextOwned.to_string(),
            message: format!("{place}/{}: the Runner says this itself, and nobody else can", shown(name)),
            grant: Some(format!("{place} without `{}`", shown(name))),
        });
    }
    match metadata.values().find_map(inexact) {
        None => Ok(()),
        Some(number) => Err(Refusal {
            code: Code::ContextClash.to_string(),
            message: format!("{place}: {number} is a number that not every reader takes for the same"),
            grant: Some("the number as text".to_owned()),
        }),
    }
}

fn is_owned(name: &str) -> bool {
    let plain = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    OWNED.iter().any(|owned| plain(owned) == plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(metadata: Value) -> Option<String> {
        let fields = metadata.as_object().expect("an object");
        refuse_owned("/decision_metadata/opa", fields).err().map(|refusal| refusal.code)
    }

    #[test]
    fn owned_fields_are_known_however_they_are_written() {
        for name in ["run_id", "runId", "RUN-ID", "run.id", "Run Mode", "agentDid", "timeMs", "subject"] {
            assert_eq!(refused(json!({ name: "x" })).as_deref(), Some("context-owned"), "{name}");
        }
        for name in ["ticket", "running", "model", "timezone", "subjects"] {
            assert_eq!(refused(json!({ name: "x" })), None, "{name}");
        }
    }

    #[test]
    fn numbers_that_readers_round_are_refused() {
        assert_eq!(refused(json!({ "n": 9_007_199_254_740_993_u64 })).as_deref(), Some("context-clash"));
        assert_eq!(refused(json!({ "n": [-9_007_199_254_740_993_i64] })).as_deref(), Some("context-clash"));
        assert_eq!(refused(json!({ "n": 9_007_199_254_740_991_u64, "f": 0.1 })), None);
    }
}
