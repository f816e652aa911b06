//! What the answers to one question come to: the strictest of them.

use agent_contract::{CapabilityName, Refusal, capability::Scope};
use serde_json::{Value, json};

use crate::{
    Code,
    answer::{Answer, Behind, Protocol, Stance},
    narrow::narrow,
};

/// The answers of all decision points to one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The Runner's id of the decision.
    pub id: String,
    /// The digest of the question in its setting.
    pub request_sha256: String,
    /// Every answer; the local policy's is the first.
    pub answers: Vec<Answer>,
}

impl Decision {
    /// The strictest stance. Where nobody answered, nothing is allowed.
    pub fn stance(&self) -> Stance {
        self.answers.iter().map(|answer| answer.word.stance).max().unwrap_or(Stance::Deny)
    }

    /// The answer that decided: the first of the strictest.
    fn deciding(&self) -> Option<&Answer> {
        let stance = self.stance();
        self.answers.iter().find(|answer| answer.word.stance == stance)
    }

    /// The refusal that the decision amounts to, unless it allows or asks. `local` is the
    /// local policy's own, which knows the lines that would allow it.
    pub fn refusal(&self, what: &str, local: Option<Refusal>) -> Option<Refusal> {
        if self.stance() != Stance::Deny {
            return None;
        }
        let Some(deciding) = self.deciding() else {
            return Some(Refusal {
                code: Code::PointUndecided.to_string(),
                message: format!("{what}: no decision point answered"),
                grant: None,
            });
        };
        let others = self.answers.iter().filter(|answer| answer.word.stance == Stance::Deny).skip(1);
        let others: Vec<_> = others.map(said).collect();
        let refusal = match (deciding.protocol, local) {
            (Protocol::LocalPolicy, Some(local)) => local,
            _ => foreign(what, deciding, &self.request_sha256),
        };
        Some(match others.is_empty() {
            true => refusal,
            false => {
                Refusal { message: format!("{}; also: {}", refusal.message, others.join("; ")), ..refusal }
            }
        })
    }

    /// Why a person has to be asked.
    pub fn asks(&self) -> Vec<String> {
        self.answers.iter().filter(|answer| answer.word.stance == Stance::Ask).map(said).collect()
    }

    /// Why others than the local policy want a person to be asked. The local policy says so
    /// again at each call.
    pub fn foreign_asks(&self) -> Vec<String> {
        let asks = self.answers.iter().filter(|answer| answer.word.stance == Stance::Ask);
        asks.filter(|answer| answer.protocol != Protocol::LocalPolicy).map(said).collect()
    }

    /// The scope that all who answered leave, or what can't be fulfilled of it.
    pub fn narrowed(&self, name: CapabilityName, scope: Scope) -> Result<Scope, Refusal> {
        self.answers.iter().try_fold(scope, |scope, answer| {
            narrow(name, &scope, answer.word.narrowing.clone()).map_err(|refusal| Refusal {
                code: Code::PointObligation.to_string(),
                message: format!("`{}` narrows the capability to nothing: {}", answer.point, refusal.message),
                grant: None,
            })
        })
    }

    /// The capabilities of other Runners that stand behind this one.
    pub fn behind(&self) -> impl Iterator<Item = &Behind> {
        self.answers.iter().filter_map(|answer| answer.word.behind.as_ref())
    }

    /// The decision as it stands in the trace.
    pub fn describe(&self) -> Value {
        json!({
            "id": self.id, "request_sha256": self.request_sha256, "answer": self.stance(),
            "points": self.answers.iter().map(describe).collect::<Vec<_>>(),
        })
    }
}

/// A refusal as the agent may see it. What decision points say is for people: it may name
/// addresses, paths of the machine, and what an administrator should know.
pub fn for_agent(refusal: &Refusal) -> Refusal {
    const FOREIGN: [&str; 3] = ["point-", "rego-", "agent-id-"];
    if !FOREIGN.iter().any(|family| refusal.code.starts_with(family)) {
        return refusal.clone();
    }
    let meaning = Code::ALL.iter().find(|(_, code, _)| *code == refusal.code).map(|(.., meaning)| *meaning);
    let message = meaning.unwrap_or("A decision point denies it.").trim().to_owned();
    Refusal { code: refusal.code.clone(), message, grant: None }
}

fn said(answer: &Answer) -> String {
    let objection = answer.word.objection.as_ref();
    let message = objection.map(|objection| objection.message.clone()).unwrap_or_default();
    let code = objection.map(|objection| format!(" [{}]", objection.code)).unwrap_or_default();
    format!("`{}`: {message}{code}", answer.point)
}

/// The refusal of a decision point that is not the local policy.
fn foreign(what: &str, answer: &Answer, request_sha256: &str) -> Refusal {
    let objection = answer.word.objection.as_ref();
    let code = objection.map_or(Code::PointDenied, |objection| objection.code);
    let message = objection.map(|objection| objection.message.as_str()).unwrap_or_default();
    Refusal {
        code: code.to_string(),
        message: format!("{what} is denied by `{}` at {}: {message}", answer.point, answer.by),
        grant: Some(format!("`{}` allowing the request {}", answer.point, &request_sha256[..16])),
    }
}

fn describe(answer: &Answer) -> Value {
    let word = &answer.word;
    let mut value = json!({
        "point": answer.point, "protocol": answer.protocol, "by": answer.by, "answer": word.stance,
        "latency_us": answer.latency_us,
    });
    let mut add = |name: &str, part: Value| value[name] = part;
    if let Some(objection) = &word.objection {
        add("code", json!(objection.code.as_str()));
        add("message", json!(objection.message));
    }
    if !word.reasons.is_empty() {
        add("reasons", json!(word.reasons));
    }
    if !word.narrowing.is_unlimited() {
        add("narrowing", json!(word.narrowing));
    }
    if let Some(behind) = &word.behind {
        add("capability_id", json!(behind.capability_id));
        add("expires_ms", json!(behind.expires_ms));
    }
    if let Some(policy) = &answer.policy_sha256 {
        add("policy_sha256", json!(policy));
    }
    if let Some(model) = &answer.model {
        add("model", json!(model));
    }
    if answer.cached {
        add("cached", json!(true));
    }
    value
}
