//! Looking into documents that may be of another version, cut short or a stranger's: what is
//! not there is empty.

use serde_json::Value;

pub(crate) trait Look {
    /// What stands at a path of names with dots between them.
    fn at(&self, path: &str) -> &Value;

    fn text(&self, path: &str) -> &str {
        self.at(path).as_str().unwrap_or_default()
    }

    fn number(&self, path: &str) -> Option<u64> {
        self.at(path).as_u64()
    }

    fn list(&self, path: &str) -> &[Value] {
        self.at(path).as_array().map_or(&[], Vec::as_slice)
    }

    fn is(&self, path: &str) -> bool {
        self.at(path) == &Value::Bool(true)
    }

    /// The texts of a list.
    fn texts(&self, path: &str) -> Vec<&str> {
        self.list(path).iter().filter_map(Value::as_str).collect()
    }
}

impl Look for Value {
    fn at(&self, path: &str) -> &Value {
        path.split('.').fold(self, |value, name| value.get(name).unwrap_or(&Value::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_there_is_empty() {
        let value = json!({ "a": { "b": "c", "n": 1, "l": ["x", 2], "t": true }, "s": "a" });
        assert_eq!((value.text("a.b"), value.text("a.b.c"), value.text("s.b")), ("c", "", ""));
        assert_eq!((value.number("a.n"), value.number("a.b")), (Some(1), None));
        assert_eq!((value.texts("a.l"), value.list("a.n").len()), (vec!["x"], 0));
        assert!(value.is("a.t") && !value.is("a.n"));
    }
}
