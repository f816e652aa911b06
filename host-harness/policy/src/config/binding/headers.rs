use std::collections::BTreeMap;

use agent_contract::fault::shown;

/// Headers that are the Runner's, or that a credential goes into.
const TAKEN: &[&str] = &[
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// What no fixed header can be.
pub(super) fn headers_fault(headers: &BTreeMap<String, String>) -> Option<String> {
    headers.iter().find_map(|(name, value)| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let why = if name.is_empty() || name.len() > 100 || !name.bytes().all(plain) {
            "has a name that is not of small letters, digits and `-`"
        } else if TAKEN.contains(&name.as_str()) {
            "is the Runner's to say; what is secret belongs in `credential`"
        } else if value.len() > 1000 || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            "has a value that is too long or not of plain characters"
        } else {
            return None;
        };
        Some(format!("the header `{}` {why}", shown(name)))
    })
}
