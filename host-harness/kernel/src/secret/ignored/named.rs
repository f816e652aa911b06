//! What the name of a value says about it.

/// Words that say that a value is secret, where they are a whole word of the name.
const WORDS: &[&str] = &[
    "pass",
    "passwd",
    "pw",
    "pwd",
    "pin",
    "key",
    "keys",
    "auth",
    "cred",
    "creds",
    "salt",
    "dsn",
    "sign",
    "signing",
    "signature",
    "session",
    "cookie",
    "cookies",
    "private",
];
/// What says it within a word too: names are not always split.
const WITHIN: &[&str] = &["password", "passphrase", "passcode", "passwd", "secret", "credential", "token"];
/// What says it at the end of a word, as in `apikey`.
const AT_END: &[&str] = &["key", "keys", "pass", "pwd", "auth", "creds"];
/// Words that merely look like one of these.
const OTHERS: &[&str] = &[
    "author",
    "authors",
    "keyboard",
    "monkey",
    "turkey",
    "donkey",
    "hockey",
    "whiskey",
    "design",
    "assign",
    "passive",
    "compass",
    "bypass",
    "tokenizer",
    "tokenizers",
    "tokenize",
];
/// A name that ends so names something that belongs to a secret, and not the secret.
const ENDS: &[&str] = &[
    "id",
    "ids",
    "name",
    "url",
    "uri",
    "host",
    "hostname",
    "port",
    "region",
    "path",
    "file",
    "dir",
    "alg",
    "algo",
    "algorithm",
    "type",
    "ttl",
    "lifetime",
    "expire",
    "in",
    "timeout",
    "expiry",
    "expires",
    "expiration",
    "age",
    "ms",
    "seconds",
    "secs",
    "minutes",
    "hours",
    "days",
    "length",
    "size",
    "count",
    "limit",
    "rounds",
    "enabled",
    "domain",
    "endpoint",
    "driver",
    "engine",
    "backend",
    "provider",
    "issuer",
    "audience",
    "scope",
    "scopes",
    "header",
    "prefix",
    "format",
    "mode",
    "version",
    "user",
    "username",
    "email",
    "samesite",
    "registry",
];
/// What is counted or bounded is a number, whatever else the name says.
const BOUNDS: &[&str] = &["max", "min"];
/// With one of these the weak words say nothing: such a key is for everybody, or none of
/// a lock.
const OPEN: &[&str] = &["public", "primary", "foreign", "partition", "sort", "shard", "routing"];

/// Whether a name says that its value is secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let belongs = words.last().is_some_and(|last| ENDS.contains(&last.as_str()));
    let bounded = words.iter().any(|word| BOUNDS.contains(&word.as_str()));
    let open = words.iter().any(|word| OPEN.contains(&word.as_str()));
    !belongs && !bounded && words.iter().any(|word| says(word, open))
}

fn says(word: &str, open: bool) -> bool {
    let strong = WITHIN.iter().any(|part| word.contains(part)) || matches!(word, "pass" | "pwd" | "pw");
    let weak = || WORDS.contains(&word) || AT_END.iter().any(|end| word.ends_with(end));
    !OTHERS.contains(&word) && (strong || !open && weak())
}

/// The words of a name, in small letters: what signs, digits or a large letter part.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let parts = !c.is_alphabetic() || c.is_uppercase() && before.is_lowercase();
        if parts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_by_its_words_that_its_value_is_secret() {
        for name in [
            "DB_PASSWORD",
            "dbpassword",
            "PASSWORD2",
            "PGPASSWORD",
            "MYSQL_PWD",
            "apiKey",
            "APIKEY",
            "_authToken",
            "secretKeyBase",
            "PIN",
            "private_key",
            "SENTRY_DSN",
            "SESSION",
            "SECRET",
            "Auth:ApiKey",
            "PUBLIC_SECRET",
            "REDISCLI_AUTH",
            "userPass",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "PUBLIC_KEY_ID",
            "AUTHOR",
            "authorName",
            "KEYBOARD",
            "MONKEY",
            "DESIGN",
            "ASSIGNEE",
            "PASSIVE_MODE",
            "COMPASS",
            "SPIN",
            "TOKEN_URL",
            "KEY_FILE",
            "accessKeyId",
            "SESSION_TTL",
            "AUTH_TYPE",
            "JWT_ALGORITHM",
            "NEXT_PUBLIC_KEY",
            "TOKENIZER",
            "MAX_TOKENS",
            "SALT_ROUNDS",
            "PASSWORD_MIN_LENGTH",
            "USERNAME",
            "TOKEN_LIFETIME",
            "TOKEN_EXPIRES_IN",
            "SORT_KEY",
            "TZ",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
