//! Names for places beyond the machine.

use schemars::json_schema;

use crate::{closed::parsed_string, fault::Malformed, limit, pattern::END};

/// The name of a binding in the Runner's configuration: all that the agent ever knows of
/// a place beyond the machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BindingName(String);

impl BindingName {
    /// Parses a name.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let reason = match text {
            "" => "it is empty",
            _ if text.len() > limit::NAME_CHARS_MAX => "it is longer than 200 characters",
            _ if !text.chars().all(plain) => "it holds something else than letters, digits, `.`, `_` and `-`",
            _ => return Ok(Self(text.to_owned())),
        };
        Err(Malformed { text: text.to_owned(), expected: "the name of a binding", reason })
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

parsed_string!(
    BindingName,
    json_schema!({
        "type": "string",
        "description": "The name of a binding in the Runner's configuration.",
        "maxLength": limit::NAME_CHARS_MAX,
        "pattern": format!("^[A-Za-z0-9._-]+{END}")
    })
);
