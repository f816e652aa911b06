//! Branch names, by git's own rules.

use schemars::json_schema;

use crate::{
    closed::parsed_string,
    fault::Malformed,
    pattern::{BLANK, END},
};

/// The short name of a branch, such as `main` or `agent/fix-typo`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchName(String);

impl BranchName {
    /// Parses a name by the rules of `git check-ref-format`, and a little stricter.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match fault_in(text) {
            None => Ok(Self(text.to_owned())),
            Some(reason) => Err(Malformed { text: text.to_owned(), expected: "a branch name", reason }),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fault_in(text: &str) -> Option<&'static str> {
    let forbidden = |c: char| c.is_control() || c.is_whitespace() || "\u{feff}~^:?*[\\".contains(c);
    if text.is_empty() || text.len() > 200 {
        return Some("it must have 1 to 200 bytes");
    }
    if text.contains(forbidden) {
        return Some("it holds a space, a control character or one of `~^:?*[\\`");
    }
    if text.contains("..") || text.contains("@{") || text == "@" || text == "HEAD" {
        return Some("it has a form that git reserves");
    }
    if text.starts_with('-') || text.starts_with("refs/") {
        return Some("it starts with `-` or `refs/`");
    }
    text.split('/')
        .any(odd_component)
        .then_some("a component is empty, starts or ends with `.` or ends with `.lock`")
}

fn odd_component(name: &str) -> bool {
    name.is_empty() || name.starts_with('.') || name.ends_with('.') || name.ends_with(".lock")
}

fn pattern() -> String {
    let component = format!(r"[^{BLANK}\u0000-\u001f\u007f-\u009f~^:?*\[\\/]+");
    format!(
        r"^(?!-)(?!refs/)(?!(@|HEAD){END})(?!.*(\.\.|@\{{))(?!.*(^|/)\.)(?!.*\.(lock)?(/|{END})){component}(/{component})*{END}"
    )
}

parsed_string!(
    BranchName,
    json_schema!({
        "type": "string",
        "description": "The short name of a branch, by git's rules.",
        "minLength": 1,
        "maxLength": 200,
        "$comment": "The length is counted in bytes of UTF-8.",
        "pattern": pattern()
    })
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_gits_rules() {
        for good in ["main", "agent/fix-typo", "release-1.2", "@a", "naïve"] {
            assert!(BranchName::parse(good).is_ok(), "{good:?}");
        }
        for bad in [
            "",
            "a b",
            "a..b",
            "-x",
            "a.lock",
            "a/.b",
            "a//b",
            "/a",
            "a/",
            "@",
            "HEAD",
            "a@{b",
            "a~1",
            "refs/heads/x",
            "a\0",
        ] {
            assert!(BranchName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
