//! A file of configuration as a tree of values that know where they stand, whatever its syntax.

pub(crate) mod hcl;
pub(crate) mod policy;
pub(crate) mod template;

pub(crate) use yaml::{Entry, Node, Twice, Value};

/// What a scalar says if it is a yes or a no, in any of the spellings that the tools take.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some(true),
        "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// What a scalar says if it is a whole number.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let text = text.trim().replace('_', "");
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok();
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8).ok();
    }
    let plain = text.strip_suffix(".0").unwrap_or(&text);
    plain.parse().ok()
}
