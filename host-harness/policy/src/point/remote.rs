//! Another AGenNext Runner as a decision point: `POST /v1/capabilities/request`.

use agent_contract::{CapabilityName, capability::Scope, document, fault::shown};
use serde_json::{Value, json};

use super::Exchange;
use crate::{
    Code,
    agent_id::Instant,
    answer::{Behind, Objection, Word},
    context::DecisionContext,
};

/// Where a Runner takes requests for capabilities.
pub const PATH: &str = "/v1/capabilities/request";

/// A capability may be allowed for this long ahead; longer is a broken clock.
const AHEAD_MS_MAX: u64 = 366 * 24 * 3600 * 1000;

/// The request for a capability.
pub fn exchange(context: &DecisionContext) -> Exchange {
    Exchange {
        path: PATH.to_owned(),
        body: Some(request(context)),
        request_id: Some(context.decision.id.clone()),
    }
}

/// What is posted: the capability by name, and the whole context that it is asked in.
pub fn request(context: &DecisionContext) -> Value {
    json!({
        "capability": context.question.capability.name,
        "agent_did": context.setting.agent.did,
        "run_id": context.decision.run_id,
        "context": context,
    })
}

/// Reads the answer: `allowed`, `capability_id`, `expires_at`, `constraints`.
pub fn read(answer: &Value, now_ms: u64, asked: CapabilityName) -> Result<Word, Objection> {
    let allowed = match answer.get("allowed") {
        None => return Err(Objection::new(Code::PointUndecided, "the answer has no `allowed`")),
        Some(Value::Bool(allowed)) => *allowed,
        Some(_) => {
            return Err(Objection::new(Code::PointDecisionKind, "`allowed` is neither `true` nor `false`"));
        }
    };
    if let Some(name) = contradiction(answer, allowed, asked) {
        return Err(Objection::new(
            Code::PointClash,
            format!("`{name}` contradicts `allowed`, or the question"),
        ));
    }
    let id = text(answer, "capability_id")?;
    match (allowed, id) {
        (false, None) => Ok(denied(answer)),
        (false, Some(_)) => Err(Objection::new(
            Code::PointClash,
            "the answer has a `capability_id` and says that nothing is allowed",
        )),
        (true, None) => Err(Objection::new(Code::PointShape, "the answer allows without a `capability_id`")),
        (true, Some(capability_id)) => {
            let expires_ms = expiry(answer, now_ms)?;
            let behind = Some(Behind { capability_id, expires_ms });
            Ok(Word { narrowing: constraints(answer)?, behind, reasons: reasons(answer), ..Word::allow() })
        }
    }
}

/// What else in the answer says something other than `allowed` does.
fn contradiction(answer: &Value, allowed: bool, asked: CapabilityName) -> Option<&'static str> {
    let of = |name: &str| answer.get(name).filter(|value| !value.is_null());
    let says = |name: &str, yes: bool| of(name).is_some_and(|value| *value != Value::Bool(yes));
    let error = ["error", "errors"].into_iter().find(|name| allowed && of(name).is_some());
    let agreeing = ["decision", "allow", "granted"].into_iter().find(|name| says(name, allowed));
    let opposed = ["denied", "revoked", "expired"].into_iter().find(|name| says(name, !allowed));
    let other =
        of("capability").is_some_and(|name| name.as_str() != Some(asked.as_str())).then_some("capability");
    let status = of("status").and_then(Value::as_str).map(str::to_ascii_lowercase);
    let well = ["allowed", "active", "granted", "issued", "ok"];
    let ill = allowed && status.is_some_and(|status| !well.contains(&status.as_str()));
    error.or(agreeing).or(opposed).or(other).or(ill.then_some("status"))
}

fn text(answer: &Value, name: &str) -> Result<Option<String>, Objection> {
    match answer.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.is_empty() && text.len() <= 512 => Ok(Some(text.clone())),
        Some(_) => Err(Objection::new(Code::PointShape, format!("`{name}` is no text, empty or too long"))),
    }
}

fn denied(answer: &Value) -> Word {
    let reasons = reasons(answer);
    let why = if reasons.is_empty() { "it gave no reason".to_owned() } else { reasons.join("; ") };
    Word { reasons, ..Word::deny(Objection::new(Code::PointDenied, why)) }
}

fn reasons(answer: &Value) -> Vec<String> {
    let listed = answer.get("reasons").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let one = answer.get("reason").into_iter();
    listed.iter().chain(one).filter_map(Value::as_str).map(shown).collect()
}

fn expiry(answer: &Value, now_ms: u64) -> Result<u64, Objection> {
    let Some(text) = text(answer, "expires_at")? else {
        return Err(Objection::new(Code::PointShape, "the answer allows without `expires_at`"));
    };
    let expires = Instant::parse(&text)
        .map_err(|_| Objection::new(Code::PointShape, "`expires_at` is no moment as RFC 3339 writes it"))?;
    match expires.ms() {
        end if end <= now_ms => {
            Err(Objection::new(Code::PointLate, format!("what it allows was over at {}", shown(&text))))
        }
        end if end > now_ms.saturating_add(AHEAD_MS_MAX) => Err(Objection::new(
            Code::PointClock,
            format!("what it allows ends at {}, more than a year ahead", shown(&text)),
        )),
        end => Ok(end),
    }
}

/// A constraint that this Runner doesn't know can't be kept, and so nothing is allowed.
fn constraints(answer: &Value) -> Result<Scope, Objection> {
    let constraints = answer.get("constraints").filter(|value| !value.is_null());
    let scope = constraints.map(|value| document::from_value::<Scope>(value.clone())).transpose();
    scope.map(Option::unwrap_or_default).map_err(|fault| {
        Objection::new(Code::PointObligation, format!("the constraints can't be kept: {fault}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_800_000_000_000;

    fn code(answer: Value) -> Option<&'static str> {
        let word = Word::from(read(&answer, NOW_MS, CapabilityName::RepoWrite));
        word.objection.map(|objection| objection.code.as_str())
    }

    #[test]
    fn only_a_whole_yes_allows() {
        let yes = json!({ "allowed": true, "capability_id": "cap-9", "expires_at": "2027-01-15T08:00:01Z" });
        let with = |name: &str, value: Value| {
            let mut answer = yes.clone();
            answer[name] = value;
            answer
        };
        let without = |name: &str| {
            let mut answer = yes.clone();
            answer.as_object_mut().map(|fields| fields.remove(name));
            answer
        };
        for (answer, expected) in [
            (yes.clone(), None),
            (with("constraints", json!({ "paths": ["src"], "uses": 3 })), None),
            (with("constraints", Value::Null), None),
            (with("allowed", json!("true")), Some("point-decision-kind")),
            (without("allowed"), Some("point-undecided")),
            (without("capability_id"), Some("point-shape")),
            (with("capability_id", json!("")), Some("point-shape")),
            (without("expires_at"), Some("point-shape")),
            (with("expires_at", json!("tomorrow")), Some("point-shape")),
            (with("expires_at", json!("2027-01-15T08:00:00Z")), Some("point-late")),
            (with("expires_at", json!("2097-01-15T08:00:00Z")), Some("point-clock")),
            (with("constraints", json!({ "branches": ["x"] })), Some("point-obligation")),
            (with("constraints", json!({ "uses": 0 })), Some("point-obligation")),
            (with("allowed", json!(false)), Some("point-clash")),
            (with("error", json!("boom")), Some("point-clash")),
            (with("error", Value::Null), None),
            (with("denied", json!(true)), Some("point-clash")),
            (with("denied", json!(false)), None),
            (with("decision", json!(false)), Some("point-clash")),
            (with("decision", json!("true")), Some("point-clash")),
            (with("status", json!("denied")), Some("point-clash")),
            (with("status", json!("active")), None),
            (with("capability", json!("repo.push")), Some("point-clash")),
            (with("capability", json!("repo.write")), None),
            (json!({ "allowed": false, "reason": "no" }), Some("point-denied")),
        ] {
            assert_eq!(code(answer.clone()), expected, "{answer}");
        }
    }

    #[test]
    fn what_it_allows_is_kept() {
        let word = read(
            &json!({
                "allowed": true, "capability_id": "cap-9", "expires_at": "2027-01-15T08:00:01Z",
                "constraints": { "paths": ["src"], "uses": 3 },
            }),
            NOW_MS,
            CapabilityName::RepoWrite,
        )
        .unwrap();
        let behind = word.behind.unwrap();
        assert_eq!((behind.capability_id.as_str(), behind.expires_ms), ("cap-9", NOW_MS + 1000));
        assert_eq!(word.narrowing.uses, Some(3));
    }
}
