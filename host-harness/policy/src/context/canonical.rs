//! The canonical text of a decision context (RFC 8785) and the digests made of it.

use serde::Serialize;
use serde_json::{Value, json};

use super::{DecisionContext, Question, Setting};
use crate::blob::sha256;

/// What every reader of JSON takes for the same number.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// The canonical text of a value. A setting holds no number that RFC 8785 rounds: `build`
/// lets none in. An agent's own note may, and then it is written as it stands, so that two
/// different ones never have one text.
pub fn canonical(value: &impl Serialize) -> String {
    text(&json!(value))
}

fn text(value: &Value) -> String {
    let exact = inexact(value).is_none();
    let canonical = exact.then(|| serde_json_canonicalizer::to_string(value).ok()).flatten();
    canonical.unwrap_or_else(|| value.to_string())
}

/// The digest of a setting, made once in a run.
pub fn setting_digest(setting: &Setting) -> String {
    sha256(canonical(setting).as_bytes())
}

/// The digest of a question in its setting: of everything but which decision it is, of
/// which run, and when. The same question has the same digest in every run.
pub fn digest(setting_sha256: &str, question: &Question) -> String {
    sha256(text(&json!({ "setting": setting_sha256, "question": question })).as_bytes())
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
    sha256(text(&key).as_bytes())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_readers_round_keep_their_own_text() {
        let notes = [9_007_199_254_740_991_u64, 9_007_199_254_740_992, 9_007_199_254_740_993, u64::MAX];
        let texts = notes.map(|number| canonical(&json!({ "note": number })));
        let distinct: std::collections::BTreeSet<_> = texts.iter().collect();
        assert_eq!(distinct.len(), notes.len(), "{texts:?}");
        assert!(texts.iter().all(|text| text.starts_with("{\"note\":9") || text.starts_with("{\"note\":1")));
    }

    #[test]
    fn keys_and_numbers_have_one_form() {
        let text = canonical(&json!({ "b": 1.0, "a": [1e21, 0.1], "\u{20ac}": null }));
        assert_eq!(text, "{\"a\":[1e+21,0.1],\"b\":1,\"\u{20ac}\":null}");
    }
}
