//! Whether it is worth reading a file for a word, without being fooled by how that is written.

use memchr::{memchr_iter, memmem};

/// Whether a text may say a word once it is read. It does where the word is written out, and where
/// an escape stands for a letter or breaks a line: a key may be written as `"\u006bind"`.
pub fn may_say(text: &str, word: &str) -> bool {
    let bytes = text.as_bytes();
    memmem::find(bytes, word.as_bytes()).is_some() || hides_letters(bytes)
}

fn hides_letters(bytes: &[u8]) -> bool {
    // Only double quotes have escapes.
    memchr::memchr(b'"', bytes).is_some()
        && memchr_iter(b'\\', bytes).any(|at| bytes.get(at + 1..).is_some_and(is_of_a_letter))
}

/// What stands behind a backslash: `x41`, `u0041`, `U00000041`, or the end of a line.
fn is_of_a_letter(rest: &[u8]) -> bool {
    let digits = match rest.first() {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b'\n' | b'\r') => return true,
        _ => return false,
    };
    let number = rest.get(1..=digits).and_then(|digits| std::str::from_utf8(digits).ok());
    let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.and_then(char::from_u32).is_some_and(|letter| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::may_say;

    #[test]
    fn no_way_of_writing_a_word_is_overlooked() {
        for text in [
            "kind: Pod",
            "\"kind\": 1",
            r#""\u006bind": 1"#,
            r#""\x6bind": 1"#,
            r#""\U0000006bind": 1"#,
            "? \"ki\\\n  nd\"\n: 1",
            "? \"ki\\\r\n  nd\"\n: 1",
        ] {
            assert!(may_say(text, "kind"), "{text}");
        }
        for text in ["a: b", r#"{"a": "\u00e9 \n \\ \" \ud83d\ude00"}"#, r"C:\x6b"] {
            assert!(!may_say(text, "kind"), "{text}");
        }
    }
}
