/// Why a file that is larger than this is not looked into, and what to do about it.
pub fn too_large(bytes_max: usize) -> String {
    let size = match bytes_max >> 20 {
        0 => format!("{} KiB", bytes_max >> 10),
        mib => format!("{mib} MiB"),
    };
    format!(
        "is larger than {size}, more than this gate reads: make it smaller, or leave it out by `ignore` in \
         `[gates]` of the Runner's configuration"
    )
}

/// What is wrong with how a message was put together: something in it was left open, is empty, or
/// stands twice.
pub fn message_fault(message: &str) -> Option<&'static str> {
    if ["{object}", "{value}"].iter().any(|mark| message.contains(mark)) {
        return Some("something in its message is not filled in");
    }
    let quoted: Vec<_> = message.split('`').skip(1).step_by(2).collect();
    if quoted.iter().any(|quoted| quoted.trim().is_empty()) {
        return Some("something in its message is empty");
    }
    if quoted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Some("its message names the same thing twice");
    }
    let words: Vec<_> = message.split_whitespace().map(|word| word.trim_matches(['`', ',', ':'])).collect();
    let twice = words.windows(2).any(|pair| pair[0] == pair[1] && pair[0].starts_with(char::is_alphabetic));
    twice.then_some("a word in its message stands twice")
}

#[cfg(test)]
mod tests {
    use super::{message_fault, too_large};

    #[test]
    fn a_message_that_was_put_together_badly_is_told() {
        for message in [
            "`curl curl` takes it",
            "stage `{object}`",
            "user `` of it",
            "user ` ` of it",
            "the the",
            "`COPY` leaves `COPY`",
        ] {
            assert!(message_fault(message).is_some(), "{message}");
        }
        for message in ["`curl -k` takes it", "`a` and `b`, 1 1", "key `a` of the map"] {
            assert_eq!(message_fault(message), None, "{message}");
        }
    }

    #[test]
    fn a_limit_is_said_in_words_and_with_what_to_do() {
        assert!(too_large(8 << 20).starts_with("is larger than 8 MiB, "));
        assert!(too_large(256 << 10).starts_with("is larger than 256 KiB, "));
        assert!(too_large(1).contains("`ignore` in `[gates]`"));
    }
}
