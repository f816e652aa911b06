//! What a body says, read leniently: a trace may be cut short, or be a stranger's. What is
//! not there or not of the expected form is none.

use serde_json::Value;

/// Bytes of a word at the most.
const WORD_BYTES_MAX: usize = 64;

/// Bytes of a model's name at the most.
const NAME_BYTES_MAX: usize = 128;

/// A text, whatever it says.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// A word of the Runner's: a code, an id, the name of a function. Never a sentence.
pub(crate) fn word<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    text(value, pointer).and_then(as_word)
}

/// The text, where it is a word.
pub(crate) fn as_word(text: &str) -> Option<&str> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    ((1..=WORD_BYTES_MAX).contains(&text.len()) && text.bytes().all(fits)).then_some(text)
}

/// A name that the operator gave a model or a binding: no spaces, no line.
pub(crate) fn name<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    text(value, pointer)
        .filter(|name| (1..=NAME_BYTES_MAX).contains(&name.len()))
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_graphic()))
}

/// A hash of git or SHA-256, in hexadecimal.
pub(crate) fn digest<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    let fits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text(value, pointer)
        .filter(|digest| matches!(digest.len(), 40 | 64))
        .filter(|digest| digest.bytes().all(fits))
}

/// A number that counts something.
pub(crate) fn count(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64)
}

/// Yes or no.
pub(crate) fn flag(value: &Value, pointer: &str) -> Option<bool> {
    value.pointer(pointer).and_then(Value::as_bool)
}

/// The elements of a list; none where there is no list.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A field of every element, added up.
pub(crate) fn sum(values: &[Value], pointer: &str) -> u64 {
    values.iter().filter_map(|value| count(value, pointer)).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_words_are_words() {
        for word in ["repo.open-pull-request", "gate_failed", "1.0.0", "a"] {
            assert_eq!(as_word(word), Some(word));
        }
        for text in ["", "two words", "Upper", "src/lib.rs", "a\n", "é", &"a".repeat(65)] {
            assert_eq!(as_word(text), None, "{text:?}");
        }
    }

    #[test]
    fn digests_and_names_have_a_form() {
        let body = json!({
            "commit": "0".repeat(40), "long": "a".repeat(41), "upper": "A".repeat(40),
            "model": "eu.anthropic.claude-sonnet-4-5:0", "said": "a model", "line": "a\nb",
        });
        assert_eq!(digest(&body, "/commit").map(str::len), Some(40));
        assert_eq!((digest(&body, "/long"), digest(&body, "/upper")), (None, None));
        assert!(name(&body, "/model").is_some());
        assert_eq!((name(&body, "/said"), name(&body, "/line")), (None, None));
    }

    #[test]
    fn what_is_not_there_is_none() {
        for body in [json!(null), json!([]), json!({ "a": "text" }), json!({ "a": -1 })] {
            assert_eq!((count(&body, "/a"), flag(&body, "/a"), list(&body, "/a").len()), (None, None, 0));
        }
        assert_eq!(sum(&[json!({ "a": u64::MAX }), json!({ "a": 2 }), json!(1)], "/a"), u64::MAX);
    }
}
