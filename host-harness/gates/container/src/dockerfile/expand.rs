//! Variables in the arguments of instructions.

use std::collections::BTreeMap;

/// A text with the variables that are known put in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Expanded {
    pub(crate) text: String,
    /// Variables that were named and of which no value is known.
    pub(crate) unknown: Vec<String>,
}

/// So far the braces of a variable may reach.
const NAME_BYTES_MAX: usize = 1024;
/// What a variable holds may hold variables: together they may not grow beyond this.
const TEXT_BYTES_MAX: usize = 1 << 10;

/// Puts in what is known; a variable without a value stays as it is written.
pub(crate) fn expand(text: &str, known: &BTreeMap<String, Option<String>>) -> Expanded {
    let mut out = Expanded::default();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let before = &rest[..at];
        if let Some(plain) = before.strip_suffix('\\') {
            out.text.push_str(plain);
            out.text.push('$');
            rest = &rest[at + 1..];
            continue;
        }
        out.text.push_str(before);
        rest = &rest[at..];
        let Some(variable) = variable(rest) else {
            out.text.push('$');
            rest = &rest[1..];
            continue;
        };
        put(&variable, &rest[..variable.length], known, &mut out);
        rest = &rest[variable.length..];
    }
    out.text.push_str(rest);
    out
}

struct Variable<'a> {
    name: &'a str,
    /// What stands after `:-`, `:+` and the like, with the sign.
    modifier: Option<(&'a str, &'a str)>,
    length: usize,
}

fn variable(text: &str) -> Option<Variable<'_>> {
    let after = text.strip_prefix('$')?;
    if let Some(inner) = after.strip_prefix('{') {
        let window = inner.get(..inner.len().min(NAME_BYTES_MAX)).unwrap_or(inner);
        let end = closing(window)?;
        let inner = &inner[..end];
        let name_end = name_length(inner);
        let (name, rest) = inner.split_at(name_end);
        if name.is_empty() {
            return None;
        }
        let modifier = [":-", ":+", ":?", "-", "+", "?"]
            .iter()
            .find_map(|sign| rest.strip_prefix(sign).map(|word| (*sign, word)));
        return Some(Variable { name, modifier, length: end + 3 });
    }
    let length = name_length(after);
    (length > 0).then(|| Variable { name: &after[..length], modifier: None, length: length + 1 })
}

fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let length = text.bytes().take_while(|byte| name(byte)).count();
    if text.starts_with(|c: char| c.is_ascii_digit()) { 0 } else { length }
}

fn put(variable: &Variable<'_>, written: &str, known: &BTreeMap<String, Option<String>>, out: &mut Expanded) {
    let value = known.get(variable.name).cloned().flatten();
    let fallback = match variable.modifier {
        Some((":-" | "-", word)) => Some(word),
        _ => None,
    };
    match (value, fallback) {
        (Some(value), _) if out.text.len() + value.len() <= TEXT_BYTES_MAX => out.text.push_str(&value),
        (None, Some(word)) => out.text.push_str(word),
        _ => {
            out.text.push_str(written);
            out.unknown.push(variable.name.to_owned());
        }
    }
}
