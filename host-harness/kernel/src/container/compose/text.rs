//! The texts of a compose file: what variables stand for, lists and mappings of words.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Read, refused};

/// The document with every variable in a text replaced, as the operator says.
pub(super) fn interpolated(value: Value, at: &str, variables: &BTreeMap<String, String>) -> Read<Value> {
    let below = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    Ok(match value {
        Value::String(text) => Value::String(replaced(&text, at, variables)?),
        Value::Array(items) => {
            let items = items.into_iter().enumerate();
            let items = items.map(|(index, item)| interpolated(item, &below(&index.to_string()), variables));
            Value::Array(items.collect::<Read<_>>()?)
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(key, value)| {
                let value = interpolated(value, &below(&key), variables)?;
                Ok((key, value))
            });
            Value::Object(fields.collect::<Read<_>>()?)
        }
        other => other,
    })
}

fn replaced(text: &str, at: &str, variables: &BTreeMap<String, String>) -> Read<String> {
    let (mut done, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('$') {
        done.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            done.push('$');
            rest = after;
            continue;
        }
        let (inside, after) = match after.strip_prefix('{') {
            Some(braced) => {
                braced.split_once('}').map_or_else(|| refused(at, "holds `${` without an end"), Ok)?
            }
            None => after.split_at(name_length(after)),
        };
        done.push_str(&stands_for(inside, at, variables)?);
        rest = after;
    }
    Ok(done + rest)
}

fn name_length(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// `NAME`, `NAME:-default` or `NAME-default`, and what asks for a value with `?`.
fn stands_for(inside: &str, at: &str, variables: &BTreeMap<String, String>) -> Read<String> {
    let (name, rest) = inside.split_at(name_length(inside));
    if name.is_empty() || rest.contains('$') {
        return refused(at, "holds a variable that can't be read");
    }
    let given = variables.get(name);
    let full = given.filter(|value| !value.is_empty());
    let default = match (rest.strip_prefix(":-"), rest.strip_prefix('-')) {
        (Some(default), _) => return Ok(full.cloned().unwrap_or_else(|| default.to_owned())),
        (_, Some(default)) => Some(default.to_owned()),
        _ if rest.is_empty() || rest.starts_with(":?") || rest.starts_with('?') => None,
        _ => return refused(at, "holds a variable that can't be read"),
    };
    match given.cloned().or(default) {
        Some(value) => Ok(value),
        None => refused(at, format!("nothing says what `{name}` stands for; `[container.variables]` may")),
    }
}

/// A text, a number or a truth as a text.
pub(super) fn scalar(at: &str, value: &Value) -> Read<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return refused(at, "is no text"),
    };
    match text.contains(['\0', '\n', '\r']) {
        true => refused(at, "is longer than a line"),
        false => Ok(text),
    }
}

/// A list of texts, or one text.
pub(super) fn list(at: &str, value: &Value) -> Read<Vec<String>> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => items.iter().map(|item| scalar(at, item)).collect(),
        value => Ok(vec![scalar(at, value)?]),
    }
}

/// The words of a command. A text is taken apart at blanks only; what a shell would do more
/// with is refused, not guessed.
pub(super) fn words(at: &str, value: &Value) -> Read<Option<Vec<String>>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.contains(['"', '\'', '\\', '\n']) => {
            refused(at, "is a text with quotes; write it as a list")
        }
        Value::String(text) => Ok(Some(text.split_whitespace().map(str::to_owned).collect())),
        Value::Array(items) => items.iter().map(|item| word(at, item)).collect::<Read<_>>().map(Some),
        _ => refused(at, "is no command"),
    }
}

/// A word of a command may have lines.
fn word(at: &str, value: &Value) -> Read<String> {
    match value {
        Value::String(text) if !text.contains('\0') => Ok(text.clone()),
        value => scalar(at, value),
    }
}

/// A mapping, or a list of `NAME=value`. A name without a value is the operator's to fill.
pub(super) fn pairs(
    at: &str,
    value: &Value,
    variables: &BTreeMap<String, String>,
) -> Read<BTreeMap<String, String>> {
    let given = |name: &str| variables.get(name).cloned();
    let pairs: Vec<(String, Option<String>)> = match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(|item| Ok(pair(&scalar(at, item)?))).collect::<Read<_>>()?,
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value {
                Value::Null => Ok((name.clone(), None)),
                value => Ok((name.clone(), Some(scalar(&format!("{at}.{name}"), value)?))),
            })
            .collect::<Read<_>>()?,
        _ => return refused(at, "is neither a mapping nor a list"),
    };
    let is_name = |name: &str| !name.is_empty() && name_length(name) == name.len();
    if let Some((name, _)) = pairs.iter().find(|(name, _)| !is_name(name)) {
        return refused(at, format!("`{}` is no name of a variable", agent_contract::fault::shown(name)));
    }
    let known =
        pairs.into_iter().filter_map(|(name, value)| Some((name.clone(), value.or_else(|| given(&name))?)));
    Ok(known.collect())
}

pub(super) fn pair(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    }
}
