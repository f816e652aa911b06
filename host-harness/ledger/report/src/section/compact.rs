//! A document in a line: what is empty is left out, hashes are short.

use serde_json::Value;

/// Levels that are told.
const DEPTH_MAX: usize = 6;
/// Fields of an object that are looked at.
const FIELDS_MAX: usize = 100;
/// What is told after everything else.
const ASIDE: [&str; 5] = ["bytes", "limit", "mode", "more", "sha256"];

/// The document in about so many characters at most.
pub(super) fn compact(value: &Value, chars_max: usize) -> String {
    let mut out = Out { text: String::new(), chars_max };
    out.put(value, DEPTH_MAX);
    if out.is_full() {
        out.text.push('…');
    }
    out.text
}

struct Out {
    text: String,
    chars_max: usize,
}

impl Out {
    fn is_full(&self) -> bool {
        self.text.len() >= self.chars_max
    }

    fn put(&mut self, value: &Value, depth: usize) {
        match value {
            _ if self.is_full() || depth == 0 => {}
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) => self.text.push_str(&value.to_string()),
            Value::String(text) => self.text(text),
            Value::Array(items) => self.list(items, depth),
            Value::Object(fields) => self.fields(fields, depth),
        }
    }

    fn text(&mut self, text: &str) {
        let hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let max = if hash { 12 } else { self.chars_max.saturating_sub(self.text.len()) };
        self.text.extend(text.chars().take(max));
    }

    fn list(&mut self, items: &[Value], depth: usize) {
        for (index, item) in items.iter().enumerate() {
            if self.is_full() {
                break;
            }
            self.text.push_str(if index == 0 { "" } else { ", " });
            self.put(item, depth - 1);
        }
    }

    fn fields(&mut self, fields: &serde_json::Map<String, Value>, depth: usize) {
        let mut told: Vec<_> = fields.iter().filter(|(_, value)| !is_empty(value)).take(FIELDS_MAX).collect();
        told.sort_by_key(|(name, _)| ASIDE.contains(&name.as_str()));
        for (index, (name, value)) in told.into_iter().enumerate() {
            if self.is_full() {
                break;
            }
            self.text.push_str(if index == 0 { "" } else { "; " });
            self.text.extend(name.chars().take(40));
            self.text.push(' ');
            self.put(value, depth - 1);
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_are_told_in_a_line() {
        for (value, told) in [
            (json!({ "path": "src/lib.rs" }), "path src/lib.rs"),
            (json!({ "a": null, "b": [], "c": { "d": {} } }), ""),
            (json!({ "n": [1, true], "sha256": "a".repeat(64) }), "n 1, true; sha256 aaaaaaaaaaaa"),
            (json!(["x".repeat(50), "y"]), &format!("{}…", "x".repeat(40))),
        ] {
            assert_eq!(compact(&value, 40), told);
        }
    }

    #[test]
    fn a_deep_document_has_an_end() {
        let deep = (0..100).fold(json!(1), |value, _| json!([value]));
        assert_eq!(compact(&deep, 40), "");
    }
}
