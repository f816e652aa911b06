//! Numbers and texts out of a provider's document.

use serde_json::Value;

/// A number that counts something.
pub(super) fn count(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64)
}

/// The same, where not being there means none.
pub(super) fn count_or_none(value: &Value, pointer: &str) -> u64 {
    count(value, pointer).unwrap_or_default()
}

/// A text, empty where there is none.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The elements of a list, none where there is no list.
pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
