//! Ids of ours as ids of OpenFGA: every id has one form there, and every form one id.

use agent_contract::fault::shown;

use super::unaskable;
use crate::answer::Objection;

/// The longest object, type and all.
const OBJECT_CHARS_MAX: usize = 256;

/// Stands between a repository and a branch of it; `encode` never makes one.
const OF: char = '~';

/// An id with nothing in it that separates one thing from another there: letters, digits
/// and `-._/` stay, every other byte is `%` and two hexadecimal digits.
pub fn encode(id: &str) -> String {
    let byte = |b: u8| match b {
        b'-' | b'.' | b'_' | b'/' => char::from(b).to_string(),
        _ if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    id.bytes().map(byte).collect()
}

/// The id that was encoded; `None` where the text is not what `encode` makes.
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? * 16 + hex(rest.next()?)?,
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok().filter(|id| encode(id) == text)
}

fn hex(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// An object of a type.
pub(super) fn object(kind: &str, id: &str) -> Result<String, Objection> {
    legal(kind, id, format!("{kind}:{}", encode(id)))
}

/// A branch of a repository.
pub(super) fn branch(repository: &str, branch: &str) -> Result<String, Objection> {
    if repository.is_empty() {
        return object("repository", repository);
    }
    legal("branch", branch, format!("branch:{}{OF}{}", encode(repository), encode(branch)))
}

fn legal(kind: &str, id: &str, object: String) -> Result<String, Objection> {
    if id.is_empty() {
        return Err(unaskable(format!("the {kind} has an empty id")));
    }
    match object.len() <= OBJECT_CHARS_MAX {
        true => Ok(object),
        false => Err(unaskable(format!(
            "the id of the {kind} `{}` is longer than OpenFGA takes, which is {OBJECT_CHARS_MAX} in all",
            shown(id)
        ))),
    }
}
