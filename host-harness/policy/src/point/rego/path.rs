//! The path of the rule that decides.

use std::fmt;

use agent_contract::fault::shown;

use super::RegoError;

/// Deeper paths are refused: no policy needs them, and the engine takes no longer ones.
const SEGMENTS_MAX: usize = 32;

/// Where a rule is: `data.code_assist.allow`, or `data.teams["platform-1"].allow`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePath(Vec<String>);

impl RulePath {
    /// Parses the path of a rule.
    pub fn parse(text: &str) -> Result<Self, RegoError> {
        let fault = |message: &str| RegoError::Rule { rule: shown(text), message: message.to_owned() };
        let mut rest = text.strip_prefix("data").ok_or_else(|| fault("it does not begin with `data`"))?;
        let mut segments = Vec::new();
        while !rest.is_empty() {
            let (segment, after) =
                segment(rest).ok_or_else(|| fault("it is not of the form `data.package.rule`"))?;
            segments.push(segment);
            rest = after;
        }
        match segments.len() {
            0 | 1 => Err(fault("it names no rule in a package")),
            2..=SEGMENTS_MAX => Ok(Self(segments)),
            _ => Err(fault("it has more than 32 segments")),
        }
    }

    /// Its segments below `data`.
    pub fn below_data(&self) -> &[String] {
        &self.0
    }
}

/// The first segment of what follows `data`, and what is left.
fn segment(rest: &str) -> Option<(String, &str)> {
    if let Some(rest) = rest.strip_prefix('.') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        return is_name(name).then(|| (name.to_owned(), after));
    }
    let mut texts = serde_json::Deserializer::from_str(rest.strip_prefix('[')?).into_iter::<String>();
    let text = texts.next()?.ok()?;
    let after = rest.get(1 + texts.byte_offset()..)?.strip_prefix(']')?;
    Some((text, after))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl fmt::Display for RulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spelled(std::iter::once("data").chain(self.0.iter().map(String::as_str))))
    }
}

/// A path as Rego spells it.
pub(super) fn spelled<'a>(mut segments: impl Iterator<Item = &'a str>) -> String {
    let root = segments.next().unwrap_or_default().to_owned();
    segments.fold(root, |path, segment| match is_name(segment) {
        true => path + "." + segment,
        false => format!("{path}[{}]", serde_json::Value::from(segment)),
    })
}
