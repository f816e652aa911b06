//! Values that tell nothing.

/// A value of fewer bytes is everywhere.
pub(super) const BYTES_MIN: usize = 6;
/// A number of fewer digits is none that somebody is let in by.
const NUMBER_MIN: usize = 6;
/// A value that is no more than a word.
const WORD_MAX: usize = 12;

/// What a value says when it says nothing.
const TRIVIAL: &[&str] = &[
    "true",
    "false",
    "none",
    "null",
    "undefined",
    "localhost",
    "development",
    "production",
    "staging",
    "testing",
    "default",
    "enabled",
    "disabled",
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
    "password",
    "secret",
    "example",
    "required",
    "warning",
    "verbose",
    "sqlite",
    "postgres",
    "postgresql",
    "mysql",
    "redis",
    "mongodb",
    "utf-8",
    "console",
    "memory",
    "0.0.0.0",
    "127.0.0.1",
    "anonymous",
    "master",
    "bearer",
    "sandbox",
    "database",
    "username",
];

/// How a password is kept that nobody can read any more; whoever has it can guess.
const HASHES: &[&str] =
    &["$apr1$", "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$", "$7$", "$argon2", "$scrypt$", "$pbkdf2"];

/// Whether a value tells nothing, whatever its name says.
pub(super) fn is_trivial(value: &str) -> bool {
    let small = value.to_ascii_lowercase();
    let same = value.bytes().all(|byte| byte == value.as_bytes()[0]);
    value.len() < BYTES_MIN
        || is_number(value)
        || same
        || stands_for_another(value, &small)
        || is_place(value)
        || TRIVIAL.contains(&small.as_str())
}

/// A small number, a version or an address; what is nothing but digits may be a PIN.
fn is_number(value: &str) -> bool {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.bytes().all(|byte| byte.is_ascii_digit() || b".:-,/ ".contains(&byte));
    number && if digits { value.len() < NUMBER_MIN } else { value.len() < 10 }
}

/// A variable, or a place to be filled in.
fn stands_for_another(value: &str, small: &str) -> bool {
    let variable = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let shell = value.strip_prefix('$').is_some_and(|rest| rest.starts_with(['{', '(']) || variable(rest));
    let hash = HASHES.iter().any(|start| value.starts_with(start));
    let braced = value.starts_with('<') || value.starts_with('%') && value.ends_with('%');
    !hash && (shell || braced || value.contains("${") || value.contains("{{") || small.starts_with("your"))
}

/// Addresses and paths that lead somewhere and let nobody in.
pub(super) fn is_place(value: &str) -> bool {
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-._/:~".contains(c));
    let address = value.split_once("://").is_some_and(|(_, rest)| plain(behind_nobody(rest)));
    let path = ["/", "./", "../", "~/"].iter().any(|start| value.starts_with(start)) && plain(value);
    address || path
}

/// An address without a user whose password everybody knows.
fn behind_nobody(rest: &str) -> &str {
    match rest.split_once('@') {
        Some((user_info, host))
            if user_info.split_once(':').is_some_and(|(user, password)| is_known(user, password)) =>
        {
            host
        }
        _ => rest,
    }
}

fn is_known(user: &str, password: &str) -> bool {
    password == user || is_trivial(password)
}

/// The password in `scheme://user:password@host`, unless everybody knows it.
pub(super) fn password(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("://")?;
    let (user_info, _) = rest.split_once('@')?;
    let (user, password) = user_info.split_once(':')?;
    (!is_known(user, password)).then_some(password)
}

/// One word, or several, of nothing but small or of nothing but large letters.
pub(super) fn is_word(value: &str) -> bool {
    let letters = |of: fn(&char) -> bool| value.chars().all(|c| of(&c) || " -_".contains(c));
    value.len() <= WORD_MAX && (letters(char::is_ascii_lowercase) || letters(char::is_ascii_uppercase))
        || is_name(value)
}

/// A small word with a large first letter.
fn is_name(value: &str) -> bool {
    let mut chars = value.chars();
    value.len() <= WORD_MAX
        && chars.next().is_some_and(|c| c.is_ascii_uppercase())
        && chars.all(|c| c.is_ascii_lowercase())
}
