//! YAML that a repository holds, as plain values: within bounds, no key twice, no tag that
//! means anything.

use serde_json::Value;
use serde_saphyr::options::DuplicateKeyPolicy;

/// Every document of a text, or why it is none.
pub(crate) fn documents(text: &str) -> Result<Vec<Value>, String> {
    let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::Error, strict_booleans: true };
    let read = serde_saphyr::from_multiple_with_options::<Value>(text, options);
    read.map_err(|error| agent_contract::fault::shown(error.to_string().lines().next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_as_plain_values() {
        let read = documents("a: &x {b: 1}\nc: {<<: *x, d: [yes, \"2\", true]}\n---\ne: null\n").unwrap();
        assert_eq!(
            read,
            [
                serde_json::json!({"a": {"b": 1}, "c": {"b": 1, "d": ["yes", "2", true]}}),
                serde_json::json!({"e": null})
            ]
        );
    }

    #[test]
    fn a_key_twice_and_a_bomb_are_refused() {
        assert!(documents("a: 1\na: 2\n").is_err());
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", "));
        }
        assert!(documents(&bomb).is_err());
        assert!(documents(&"[".repeat(100_000)).is_err());
    }
}
