//! What is wrong with a document, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fault in a document that a stranger wrote.
///
/// `at` is a JSON pointer; the whole document is the empty pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(deny_unknown_fields)]
#[error("{}: {message}", place(at))]
pub struct Fault {
    /// JSON pointer to the offending value.
    pub at: String,
    /// What is wrong, and how to mend it.
    pub message: String,
}

impl Fault {
    /// A fault at a JSON pointer.
    pub fn new(at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { at: at.into(), message: message.into() }
    }

    /// The same fault seen from one level further out.
    pub(crate) fn within(mut self, key: &str) -> Self {
        self.at.insert_str(0, &format!("/{}", segment(key)));
        self
    }
}

/// A place as it may be printed: a key is a stranger's and may hold anything.
fn place(at: &str) -> String {
    if at.is_empty() { "the whole document".to_owned() } else { shown(at) }
}

/// A key as it stands in a JSON pointer.
pub(crate) fn segment(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A stranger's text as it stands in a message: its start, on one line, without what
/// could be a secret in an address, and without characters that can't be seen.
pub fn shown(text: &str) -> String {
    const CHARS_MAX: usize = 200;
    let (text, cut) = without_secrets(text);
    let more = if cut || text.chars().nth(CHARS_MAX).is_some() { "..." } else { "" };
    let start = text.chars().take(CHARS_MAX).map(|c| match is_unseen(c) {
        true => c.escape_unicode().to_string(),
        false if "'\"".contains(c) => c.to_string(),
        false => c.escape_debug().to_string(),
    });
    format!("{}{more}", start.collect::<String>())
}

/// A stranger's text on one line, with nothing in it that can't be seen.
pub fn plain(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().fold(String::new(), |mut plain, c| {
        match c.is_control() || is_unseen(c) {
            true => plain.extend(c.escape_unicode()),
            false => plain.push(c),
        }
        plain
    })
}

/// The same as a piece of Markdown that holds no HTML.
pub fn prose(text: &str) -> String {
    plain(text).replace('<', "&lt;")
}

/// Characters that move or hide the text around them and that Rust prints as they are.
pub fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// An address is told up to its path, and only where its host is nothing but a host;
/// says whether anything was left out.
fn without_secrets(text: &str) -> (&str, bool) {
    let Some(start) = text.find("://").map(|at| at + 3) else {
        let password = text.rsplit_once('@').is_some_and(|(before, _)| before.contains(':'));
        return if password { ("", true) } else { (text, false) };
    };
    let rest = &text[start..];
    let authority = rest.split(['/', '?', '#', ';', '\\']).next().unwrap_or_default();
    let hides = rest.contains(['@', '\u{ff20}', '\u{fe6b}']) || rest.to_ascii_lowercase().contains("%40");
    if hides || !is_plain_host(authority) {
        return (&text[..start], true);
    }
    let end = rest.find(['?', '#', ';']).unwrap_or(rest.len());
    (&text[..start + end], end < rest.len())
}

fn is_plain_host(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let name = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
    let bracketed = host.starts_with('[') && host.ends_with(']');
    port.bytes().all(|byte| byte.is_ascii_digit())
        && host.chars().all(name)
        && (bracketed || !host.contains(':'))
}

/// A string that does not have the form that its place asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not {expected}: {reason}", shown(text))]
pub struct Malformed {
    /// The text as it came.
    pub text: String,
    /// What was expected there.
    pub expected: &'static str,
    /// Why it is not that.
    pub reason: &'static str,
}

/// A name outside a closed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown name `{}`; known here: {known}", shown(text))]
pub struct Unknown {
    text: String,
    known: String,
}

impl Unknown {
    /// A name, and those that would have been known.
    pub fn new(text: &str, known: impl Iterator<Item = &'static str>) -> Self {
        let known = known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        Self { text: text.to_owned(), known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_holds_no_secret() {
        for text in [
            "https://user:s3cret@a/",
            "https://s3cret:x-oauth-basic#@github.com/o/r",
            "https://user:s3#cret@github.com/o/r",
            "ssh://user:s3?cret@h/o",
            "https://user:s3cret%40github.com/o/r",
            "https://user:s3cret\u{ff20}github.com/o/r",
            "https://user:s3cret",
            "https://github.com/o/r;token=s3cret",
            "https://github.com/o/r?token=s3cret",
            "https://github.com/o/r#s3cret",
            "see https://user:s3cret@a/",
            "https://a/b@s3cret",
        ] {
            let shown = shown(text);
            assert!(!shown.contains("s3") && !shown.contains("cret"), "{shown}");
        }
        for (text, expected) in [
            ("https://github.com/o/r", "https://github.com/o/r"),
            ("https://a:8443/x", "https://a:8443/x"),
            ("https://[::1]:8443/x", "https://[::1]:8443/x"),
            ("git@github.com:o/r", "git@github.com:o/r"),
            ("a\u{202e}b\u{200b}\u{e0041}\n", "a\\u{202e}b\\u{200b}\\u{e0041}\\n"),
        ] {
            assert_eq!(shown(text), expected);
        }
        assert_eq!(shown(&"k".repeat(5_000)).len(), 203);
    }
}
