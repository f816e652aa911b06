use serde_json::{Value, json};

use super::*;
use crate::{
    agent_id::registry::{read, tests::record},
    answer::Stance,
};

const NOW_MS: u64 = 1_800_000_000_000;

/// A case: places of the record that are different, and what is asked.
struct Case {
    record: Value,
    lifecycle: Option<&'static str>,
    capability: CapabilityName,
    grants: BTreeMap<String, Vec<CapabilityName>>,
    did: Option<&'static str>,
    id: Option<&'static str>,
    depth: u64,
    narrowed: bool,
    mode: RunMode,
    kind: SubjectKind,
}

/// What is allowed until a case says otherwise.
fn case() -> Case {
    Case {
        record: record(),
        lifecycle: None,
        capability: CapabilityName::RepoWrite,
        grants: BTreeMap::from([("code-change".to_owned(), vec![CapabilityName::RepoWrite])]),
        did: None,
        id: None,
        depth: 0,
        narrowed: false,
        mode: RunMode::ProposedChange,
        kind: SubjectKind::User,
    }
}

impl Case {
    fn with(mut self, at: &str, value: Value) -> Self {
        *self.record.pointer_mut(at).expect("a place") = value;
        self
    }

    fn delegated(self, context: &str) -> Self {
        self.with("/authorization/mode", json!("delegated"))
            .with("/authorization/subject_context", json!(context))
            .with("/authorization/scope_reference", json!("policy/1"))
            .with("/governance/identity_chain_preserved", json!(true))
            .with("/governance/audit_endpoint", json!("https://audit.example.com/"))
    }

    fn word(&self) -> Word {
        let mut resolved = read(&json!({ "id": "rec-1", "record": self.record })).expect("a record");
        resolved.lifecycle = self.lifecycle.map(str::to_owned);
        let asked = AgentAsk {
            now_ms: NOW_MS,
            capability: self.capability,
            grants: &self.grants,
            did_expected: self.did,
            record_id_expected: self.id,
            delegation_depth: self.depth,
            narrowed: self.narrowed,
            mode: self.mode,
            subject_kind: self.kind,
        };
        judge(&resolved, &asked)
    }
}

fn status(status: &str) -> Case {
    case().with("/agent/status", json!(status))
}

fn life(life: &'static str) -> Case {
    Case { lifecycle: Some(life), ..case() }
}

fn ends(end: &str) -> Case {
    case().with("/authorization/expires_at", json!(end))
}

/// An agent whose record has a person approve.
fn approved(capability: CapabilityName, mode: RunMode) -> Case {
    let case = case().with("/authorization/human_approval_required", json!(true));
    Case { capability, mode, ..case.with("/agent/capabilities", json!(CapabilityName::ALL)) }
}

/// Holds each case to the code that is expected, if any.
fn hold(table: impl IntoIterator<Item = (&'static str, Case, Option<Code>)>) {
    for (name, case, expected) in table {
        let word = case.word();
        let stance = match expected {
            None => Stance::Allow,
            Some(Code::ApprovalNeeded) => Stance::Ask,
            Some(_) => Stance::Deny,
        };
        let code = word.objection.as_ref().map(|objection| objection.code);
        assert_eq!((word.stance, code), (stance, expected), "{name}: {word:?}");
    }
}

#[test]
fn who_and_when_have_their_words() {
    use Code::*;
    hold([
        ("as it is", case(), None),
        ("the DID expected", Case { did: Some("did:web:agents.example.com:builder"), ..case() }, None),
        ("another DID", Case { did: Some("did:web:agents.example.com:other"), ..case() }, Some(AgentIdClash)),
        (
            "a DID in capitals",
            Case { did: Some("did:web:agents.example.com:Builder"), ..case() },
            Some(AgentIdClash),
        ),
        ("the id expected", Case { id: Some("rec-1"), ..case() }, None),
        ("another id", Case { id: Some("rec-2"), ..case() }, Some(AgentIdClash)),
        ("disabled", status("disabled"), Some(AgentIdInactive)),
        ("in quarantine", status("quarantine"), Some(AgentIdInactive)),
        ("an active life", life("active"), None),
        ("suspended", life("suspended"), Some(AgentIdInactive)),
        ("quarantined", life("quarantined"), Some(AgentIdInactive)),
        ("deprovisioned", life("deprovisioned"), Some(AgentIdInactive)),
        ("a life nobody knows", life("Active"), Some(AgentIdInactive)),
        ("ends later", ends("2027-01-15T08:00:00.001Z"), None),
        ("ends now", ends("2027-01-15T08:00:00Z"), Some(AgentIdExpired)),
        ("ended", ends("2020-01-01T00:00:00Z"), Some(AgentIdExpired)),
        ("ended before time began", ends("1950-01-01T00:00:00Z"), Some(AgentIdExpired)),
    ]);
}

#[test]
fn what_and_for_whom_have_their_words() {
    let attenuated = |depth, narrowed| {
        let case = case().with("/authorization/attenuation_required", json!(true));
        Case { depth, narrowed, ..case }
    };
    let acts = |context, kind| Case { kind, ..case().delegated(context) };
    let may = |capability| Case { capability, ..case() };
    use {CapabilityName::*, Code::*, RunMode::*, SubjectKind::*};
    hold([
        ("handed on as often as may be", Case { depth: 1, ..case() }, None),
        ("handed on once more", Case { depth: 2, ..case() }, Some(AgentIdDepth)),
        ("attenuated and not handed on", attenuated(0, false), None),
        ("attenuated, handed on, for everything", attenuated(1, false), Some(AgentIdAttenuation)),
        ("attenuated, handed on, narrowed", attenuated(1, true), None),
        ("for a user", acts("on_behalf_of_user", User), None),
        ("for a team instead of a user", acts("on_behalf_of_user", Team), Some(AgentIdClash)),
        ("for a service instead of a user", acts("on_behalf_of_user", Service), Some(AgentIdClash)),
        ("for a team", acts("on_behalf_of_team", Team), None),
        ("for a user instead of a team", acts("on_behalf_of_team", User), Some(AgentIdClash)),
        ("for several", acts("multi_party", Service), None),
        ("either way", acts("on_behalf_of_user", Team).with("/authorization/mode", json!("hybrid")), None),
        ("for itself, whoever runs it", Case { kind: Team, ..case() }, None),
        ("named itself", may(RepoRead), None),
        ("granted by a word", may(RepoWrite), None),
        ("neither named nor granted", may(RepoPush), Some(AgentIdCapability)),
        ("a word without meaning", Case { grants: BTreeMap::new(), ..case() }, Some(AgentIdCapability)),
        ("no capabilities", case().with("/agent/capabilities", json!([])), Some(AgentIdCapability)),
        (
            "a name in capitals",
            case().with("/agent/capabilities", json!(["REPO.WRITE"])),
            Some(AgentIdCapability),
        ),
        ("approval to write", approved(RepoWrite, ProposedChange), Some(ApprovalNeeded)),
        ("approval to write in production", approved(RepoWrite, ProductionChange), Some(ApprovalNeeded)),
        ("approval to check", approved(RepoCheck, ProposedChange), Some(ApprovalNeeded)),
        ("approval to call", approved(ProtocolInvoke, ProposedChange), Some(ApprovalNeeded)),
        ("no approval to read", approved(RepoRead, ProposedChange), None),
        ("no approval to diff", approved(RepoDiff, ProductionChange), None),
        ("no approval to take notes", approved(AuditWrite, ProposedChange), None),
        ("no approval in a dry run", approved(RepoWrite, DryRun), None),
        (
            "identity before activity",
            Case { did: Some("did:web:x"), lifecycle: Some("suspended"), ..case() },
            Some(AgentIdClash),
        ),
        (
            "activity before expiry",
            Case { lifecycle: Some("suspended"), ..ends("2020-01-01T00:00:00Z") },
            Some(AgentIdInactive),
        ),
        (
            "a refusal before an approval",
            approved(RepoWrite, ProposedChange).with("/agent/capabilities", json!([])),
            Some(AgentIdCapability),
        ),
    ]);
}

#[test]
fn the_word_of_an_inactive_agent_is_told() {
    for (case, word) in [
        (case().with("/agent/status", json!("disabled")), "disabled"),
        (
            Case { lifecycle: Some("suspended"), ..case().with("/agent/status", json!("disabled")) },
            "suspended",
        ),
        (
            Case { lifecycle: Some("active"), ..case().with("/agent/status", json!("quarantine")) },
            "quarantine",
        ),
    ] {
        let message = case.word().objection.expect("an objection").message;
        assert_eq!(message, format!("the agent is `{word}`"));
    }
}

#[test]
fn only_what_is_required_is_missed() {
    assert_eq!(absent(false), None);
    let word = absent(true).expect("a word");
    assert_eq!((word.stance, word.objection.map(|o| o.code)), (Stance::Deny, Some(Code::AgentIdMissing)));
}
