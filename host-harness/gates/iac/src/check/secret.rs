//! Secrets that are written out where a reference belongs.

use super::Hit;
use crate::{
    document::{Node, Value, truth},
    subject::Item,
};

const WORDS: &[&str] =
    &["password", "passwd", "secret", "token", "apikey", "privatekey", "accesskey", "credential"];
/// What such names also end in when they hold no secret.
const HARMLESS_ENDS: &[&str] = &[
    "name",
    "id",
    "arn",
    "path",
    "file",
    "ref",
    "key_id",
    "url",
    "uri",
    "enabled",
    "length",
    "policy",
    "type",
    "version",
    "ttl",
    "expiry",
    "rotation",
    "days",
    "endpoint",
    "manager",
    "mount",
    "dir",
    "algorithm",
    "field",
    "prefix",
    "seconds",
    "selector",
    "passwordkey",
    "tokenkey",
    "secretsecretkey",
    "header",
    "hash",
    "label",
    "volume",
    "duration",
    "namespace",
    "keys",
    "class",
    "method",
    "lifetime",
    "timeout",
    "wo_version",
    "required",
];
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "example",
    "placeholder",
    "redacted",
    "dummy",
    "xxxx",
    "todo",
    "your",
];

/// Keys whose name says that they hold a secret, with a value written out.
pub(super) fn literal(item: &Item<'_>) -> Vec<Hit> {
    let entries = item.node.entries().iter();
    let secret = entries.filter(|entry| names_a_secret(&entry.key) && is_literal(&entry.node));
    secret.map(|entry| Hit { span: entry.node.span, value: entry.key.clone() }).collect()
}

/// The same for a map with `name` and `value`, or for a named block with a `default`.
pub(super) fn pair(item: &Item<'_>) -> Vec<Hit> {
    let name = item.node.key_text("name").unwrap_or(&item.kind);
    let value = item.node.get("value").or(item.node.get("default"));
    match value {
        Some(value) if names_a_secret(name) && is_literal(value) => {
            vec![Hit { span: value.span, value: name.to_owned() }]
        }
        _ => Vec::new(),
    }
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let joined: String = name.chars().filter(|c| !matches!(c, '_' | '-' | '.')).collect();
    let ends = |end: &&str| joined.ends_with(&end.replace('_', ""));
    WORDS.iter().any(|word| joined.contains(word)) && !HARMLESS_ENDS.iter().any(ends)
}

fn is_literal(node: &Node) -> bool {
    let Value::Scalar { text, .. } = &node.value else { return false };
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let reference = ["${", "$(", "{{", "<", "arn:", "vault:", "ref+", "projects/", "/", "http"];
    text.len() >= 4
        && !node.is_null()
        && truth(text).is_none()
        && !text.contains(char::is_whitespace)
        && !text.bytes().all(|byte| byte.is_ascii_digit() && text.len() < 6)
        && !reference.iter().any(|start| text.starts_with(start))
        && !text.contains("${")
        && !PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_only_speak_of_secrets_are_let_be() {
        for name in ["password", "db_password", "DB_PASSWORD", "api-key", "clientSecret", "AUTH_TOKEN"] {
            assert!(names_a_secret(name), "{name}");
        }
        for name in ["secretName", "token_ttl", "password_length", "secretKeyRef", "user", "secret_arn"] {
            assert!(!names_a_secret(name), "{name}");
        }
    }
}
