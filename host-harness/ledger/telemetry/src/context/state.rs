//! The `tracestate` of others, handed on as it came.

use std::collections::BTreeSet;

/// Members at the most: more is malformed.
const MEMBERS_MAX: usize = 32;

/// Bytes that are handed on at the most. Members that are longer than `MEMBER_BYTES_LONG`
/// go first, then those at the end.
const BYTES_MAX: usize = 512;
const MEMBER_BYTES_LONG: usize = 128;

/// The members, without the spaces around them. Nothing where one is malformed.
pub(super) fn parse(text: &str) -> Option<String> {
    let members: Vec<_> = text.split(',').map(|member| member.trim_matches([' ', '\t'])).collect();
    let members: Vec<_> = members.into_iter().filter(|member| !member.is_empty()).collect();
    if members.is_empty() || members.len() > MEMBERS_MAX {
        return None;
    }
    let mut keys = BTreeSet::new();
    for member in &members {
        let (key, value) = member.split_once('=')?;
        if !is_key(key) || !is_value(value) || !keys.insert(key) {
            return None;
        }
    }
    Some(shortened(members).join(",")).filter(|text| !text.is_empty())
}

fn shortened(mut members: Vec<&str>) -> Vec<&str> {
    while length(&members) > BYTES_MAX {
        let long = members.iter().rposition(|member| member.len() > MEMBER_BYTES_LONG);
        members.remove(long.unwrap_or(members.len() - 1));
    }
    members
}

fn length(members: &[&str]) -> usize {
    members.iter().map(|member| member.len() + 1).sum::<usize>().saturating_sub(1)
}

/// Level 2: a key begins with a letter or a digit. Every key of level 1 is one of level 2.
fn is_key(key: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let later = |byte: &u8| plain(byte) || b"_-*/@".contains(byte);
    let bytes = key.as_bytes();
    bytes.len() <= 256 && bytes.first().is_some_and(plain) && bytes.iter().all(later)
}

fn is_value(value: &str) -> bool {
    let fits = |byte: u8| (0x20..=0x7e).contains(&byte) && byte != b',' && byte != b'=';
    (1..=256).contains(&value.len()) && value.bytes().all(fits) && !value.ends_with(' ')
}
