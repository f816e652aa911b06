//! Names that say that a secret follows, and values that look like one.

const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "accesskey",
    "credential",
];
/// What such names end in when they hold no secret.
const HARMLESS_ENDS: &[&str] = &[
    "file",
    "path",
    "dir",
    "url",
    "uri",
    "name",
    "ttl",
    "length",
    "policy",
    "type",
    "expiry",
    "timeout",
    "enabled",
    "header",
    "keyid",
    "accesskeyid",
    "endpoint",
    "algorithm",
    "version",
    "hash",
    "days",
    "seconds",
    "expiration",
    "lifetime",
    "server",
    "service",
    "provider",
    "required",
    "limit",
    "tokens",
    "duration",
    "public",
    "issuer",
    "audience",
    "prefix",
    "allowemptypassword",
    "randomrootpassword",
    "emptypassword",
    "tokenizer",
    "location",
    "store",
    "backend",
    "mode",
];
const PLACEHOLDERS: &[&str] = &[
    "change",
    "example",
    "placeholder",
    "redacted",
    "dummy",
    "xxxx",
    "todo",
    "your",
    "replace",
    "sample",
    "insecure",
    "notsecret",
    "default",
    "****",
];
/// Words that everybody tries first: wrong in production, yet no leak.
const COMMON: &[&str] = &[
    "password",
    "passwd",
    "passw0rd",
    "p@ssw0rd",
    "secret",
    "admin",
    "root",
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "rabbitmq",
    "guest",
    "test",
    "user",
    "demo",
    "dev",
    "local",
    "minio",
    "wordpress",
    "keycloak",
    "token",
    "pass",
    "docker",
    "none",
    "null",
    "elastic",
    "grafana",
];

/// Whether a name says that a secret is in it.
pub(crate) fn names_one(name: &str) -> bool {
    let joined: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    WORDS.iter().any(|word| joined.contains(word)) && !HARMLESS_ENDS.iter().any(|end| joined.ends_with(end))
}

/// What a value beside such a name may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// Empty, a reference, a placeholder, a switch.
    Nothing,
    /// A word that anybody guesses.
    Guessable,
    /// It looks like a secret.
    Real,
}

/// Judges a value beside a name that says that a secret is in it.
pub(crate) fn worth(value: &str) -> Worth {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    let switches = ["true", "false", "yes", "no", "on", "off"];
    let reference = ["$", "{{", "<", "/", "http:", "https:", "file:", "vault:", "%", "op://", "arn:"];
    if value.len() < 2
        || switches.contains(&lower.as_str())
        || reference.iter().any(|start| value.starts_with(start))
        || value.contains("${")
        || PLACEHOLDERS.iter().any(|word| lower.contains(word))
    {
        return Worth::Nothing;
    }
    let letters: String = lower.chars().filter(|c| c.is_ascii_alphabetic()).collect();
    let without_common = COMMON.iter().fold(letters, |rest, word| rest.replace(word, ""));
    let kinds = [
        value.bytes().any(|byte| byte.is_ascii_lowercase()),
        value.bytes().any(|byte| byte.is_ascii_uppercase()),
        value.bytes().any(|byte| byte.is_ascii_digit()),
        value.bytes().any(|byte| byte.is_ascii_punctuation()),
    ];
    let mixed = kinds.iter().filter(|kind| **kind).count() >= 2;
    let words = value.contains(char::is_whitespace);
    if value.len() >= 8 && mixed && without_common.len() >= 4 && !words {
        Worth::Real
    } else {
        Worth::Guessable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_only_speak_of_secrets_are_let_be() {
        for name in ["DB_PASSWORD", "api-key", "AWS_SECRET_ACCESS_KEY", "NPM_TOKEN", "clientSecret"] {
            assert!(names_one(name), "{name}");
        }
        for name in ["GPG_KEY", "PASSWORD_FILE", "TOKEN_TTL", "AWS_ACCESS_KEY_ID", "MAX_TOKENS"] {
            assert!(!names_one(name), "{name}");
        }
    }

    #[test]
    fn a_value_is_nothing_or_guessable_or_real() {
        for value in ["", "$TOKEN", "changeme", "${A}", "true", "your-token", "/run/secrets/x"] {
            assert_eq!(worth(value), Worth::Nothing, "{value}");
        }
        for value in ["postgres", "password123", "root", "12345678"] {
            assert_eq!(worth(value), Worth::Guessable, "{value}");
        }
        for value in ["hunter22xyz", "s3cr3t-V4lue-91", "ghp_abcdEFGH1234"] {
            assert_eq!(worth(value), Worth::Real, "{value}");
        }
    }
}
