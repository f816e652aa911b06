//! The canonical text of a decision context (RFC 8785) and the digests made of it.

use serde::Serialize;
use serde_json::{Value, json};

use super::{DecisionContext, Question, Setting};
use crate::blob::sha256;

/// What every reader of JSON takes for the same number.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// The canonical text of a value. Numbers are ones that every reader takes for the same:
/// `build` lets no other in.
pub fn canonical(value: &impl Serialize) -> String {
    serde_json_canonicalizer::to_string(value).unwrap_or_default()
}

/// The digest of a setting, made once in a run.
pub fn setting_digest(setting: &Setting) -> String {
    sha256(canonical(setting).as_bytes())
}

/// The digest of a question in its setting: of everything but which decision it is, of
/// which run, and when. The same question has the same digest in every run.
pub fn digest(setting_sha256: &str, question: &Question) -> String {
    sha256(canonical(&json!({ "setting": setting_sha256, "question": question })).as_bytes())
}

impl DecisionContext {
    /// The digest of what is asked.
    pub fn digest(&self) -> String {
        digest(&setting_digest(&self.setting), &self.question)
    }
}

/// What an answer is kept under: who answered, by which policy and model, to what.
pub fn cache_key(
    point: &str,
    policy_sha256: Option<&str>,
    model: Option<&str>,
    request_sha256: &str,
) -> String {
    let key = json!({ "point": point, "policy": policy_sha256, "model": model, "request": request_sha256 });
    sha256(canonical(&key).as_bytes())
}

/// A number in a value that not every reader of JSON takes for the same.
pub(super) fn inexact(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let exact = match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => number <= EXACT_MAX,
                (None, Some(number)) => number.unsigned_abs() <= EXACT_MAX,
                (None, None) => true,
            };
            (!exact).then(|| number.to_string())
        }
        Value::Array(list) => list.iter().find_map(inexact),
        Value::Object(fields) => fields.values().find_map(inexact),
        Value::Null | Value::Bool(_) | Value::String(_) => None,
    }
}
