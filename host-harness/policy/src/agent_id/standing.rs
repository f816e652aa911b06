//! What an agent's record comes to for one question. It only ever narrows: the decision
//! points are asked as well, and all must allow.

use std::collections::BTreeMap;

use agent_contract::{CapabilityName, RunMode, fault::shown};

use super::{
    registry::Resolved,
    word::{Mode, Status, SubjectContext},
};
use crate::{
    Code,
    answer::{Objection, Word},
    context::SubjectKind,
};

/// What is asked of an agent's record.
#[derive(Debug, Clone, Copy)]
pub struct AgentAsk<'a> {
    /// The Runner's clock, in milliseconds since 1970.
    pub now_ms: u64,
    /// The capability.
    pub capability: CapabilityName,
    /// What the operator takes a record's words to mean. A record that names a capability
    /// itself needs no entry; a word without one means nothing.
    pub grants: &'a BTreeMap<String, Vec<CapabilityName>>,
    /// The DID that the agent must have.
    pub did_expected: Option<&'a str>,
    /// The id that the record must have in its registry.
    pub record_id_expected: Option<&'a str>,
    /// How often the request was handed on before it came here.
    pub delegation_depth: u64,
    /// Whether the request asks for certain capabilities only.
    pub narrowed: bool,
    /// How far the run may go.
    pub mode: RunMode,
    /// What kind of subject the agent acts for.
    pub subject_kind: SubjectKind,
}

/// What the record says to the question: the first reason against it, else that a person
/// must approve, else yes.
pub fn judge(resolved: &Resolved, asked: &AgentAsk<'_>) -> Word {
    match RULES.iter().find_map(|rule| rule(resolved, asked)) {
        Some(objection) => Word::deny(objection),
        None if needs_approval(resolved, asked) => {
            Word::ask(format!("the agent's record has a person approve `{}`", asked.capability))
        }
        None => Word::allow(),
    }
}

/// What it comes to that there is no record at all; `None` where none is required.
pub fn absent(required: bool) -> Option<Word> {
    let message = "an Agent ID record is required, and there is none\nhint: name one in `[agent_id]`, as `file` or by `registry`";
    required.then(|| Word::deny(Objection::new(Code::AgentIdMissing, message)))
}

/// A reason against a question, where the record has one.
type Rule = fn(&Resolved, &AgentAsk<'_>) -> Option<Objection>;

/// The order decides which reason is told: who the agent is before what it may.
const RULES: [Rule; 7] = [identity, activity, expiry, depth, attenuation, subject, capability];

fn identity(resolved: &Resolved, asked: &AgentAsk<'_>) -> Option<Objection> {
    let did = Some(resolved.record.agent.did.as_str());
    let id = resolved.record_id.as_deref();
    let (what, expected, found) = match (asked.did_expected, asked.record_id_expected) {
        (Some(expected), _) if did != Some(expected) => ("DID", expected, did?),
        (_, Some(expected)) if id.is_some_and(|id| id != expected) => ("record", expected, id?),
        _ => return None,
    };
    let (expected, found) = (shown(expected), shown(found));
    let message = format!("the agent's {what} should be `{expected}` and is `{found}`");
    Some(Objection::new(Code::AgentIdClash, message))
}

fn activity(resolved: &Resolved, _: &AgentAsk<'_>) -> Option<Objection> {
    let life = resolved.lifecycle.as_deref().filter(|life| *life != "active");
    let status = resolved.record.agent.status;
    let word = life.or((status != Status::Active).then(|| status.as_str()))?;
    Some(Objection::new(Code::AgentIdInactive, format!("the agent is `{}`", shown(word))))
}

fn expiry(resolved: &Resolved, asked: &AgentAsk<'_>) -> Option<Objection> {
    let end = resolved.record.authorization.expires_at?.ms();
    let message = || format!("the agent's authorization ended {} ms ago", asked.now_ms - end);
    (end <= asked.now_ms).then(|| Objection::new(Code::AgentIdExpired, message()))
}

fn depth(resolved: &Resolved, asked: &AgentAsk<'_>) -> Option<Objection> {
    let (depth, max) = (asked.delegation_depth, resolved.record.authorization.max_delegation_depth);
    let message =
        || format!("the request was handed on {depth} times; the agent's record lets it {max} times");
    (depth > max).then(|| Objection::new(Code::AgentIdDepth, message()))
}

fn attenuation(resolved: &Resolved, asked: &AgentAsk<'_>) -> Option<Objection> {
    let handed_on = asked.delegation_depth >= 1;
    let all = resolved.record.authorization.attenuation_required && handed_on && !asked.narrowed;
    let message = "the request was handed on and asks for everything; the agent's record wants less\n\
                   hint: list the capabilities in the request";
    all.then(|| Objection::new(Code::AgentIdAttenuation, message))
}

fn subject(resolved: &Resolved, asked: &AgentAsk<'_>) -> Option<Objection> {
    let authorization = &resolved.record.authorization;
    let expected = match authorization.subject_context {
        SubjectContext::OnBehalfOfUser => SubjectKind::User,
        SubjectContext::OnBehalfOfTeam => SubjectKind::Team,
        SubjectContext::FirstParty | SubjectContext::MultiParty => return None,
    };
    let other = authorization.mode == Mode::Delegated && asked.subject_kind != expected;
    let context = authorization.subject_context.as_str();
    let message =
        || format!("the agent acts `{context}` by its record, and for another kind of subject here");
    other.then(|| Objection::new(Code::AgentIdClash, message()))
}

fn capability(resolved: &Resolved, asked: &AgentAsk<'_>) -> Option<Objection> {
    let grants = |word: &String| {
        *word == asked.capability.as_str()
            || asked.grants.get(word).is_some_and(|granted| granted.contains(&asked.capability))
    };
    let name = asked.capability;
    let message = || {
        format!(
            "no capability in the agent's record stands for `{name}`\n\
             hint: list `{name}` in the record, or one of its words in `[agent_id.grants]`"
        )
    };
    let listed = resolved.record.agent.capabilities.iter().any(grants);
    (!listed).then(|| Objection::new(Code::AgentIdCapability, message()))
}

/// Reading and taking notes has no effect, and nothing has in a dry run.
fn needs_approval(resolved: &Resolved, asked: &AgentAsk<'_>) -> bool {
    use CapabilityName::{AuditWrite, RepoDiff, RepoRead};
    let without_effect = matches!(asked.capability, RepoRead | RepoDiff | AuditWrite);
    resolved.record.authorization.human_approval_required && !without_effect && asked.mode != RunMode::DryRun
}

#[cfg(test)]
mod tests;
