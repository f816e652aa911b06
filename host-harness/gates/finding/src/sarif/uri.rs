/// A path as a relative URI reference: everything but letters, digits and `-._~/` is
/// percent-encoded, `:` too, since a first name with one would look like a scheme.
pub fn encode(path: &str) -> String {
    let mut to = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            to.push(char::from(byte));
        } else {
            to.push_str(&format!("%{byte:02X}"));
        }
    }
    to
}

/// The path that a URI reference means. What is no percent-encoding stays as it is, since
/// some tools write paths as they are; what is then not UTF-8 is left encoded.
pub fn decode(uri: &str) -> String {
    let bytes = uri.as_bytes();
    let mut to = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match escaped(&bytes[at..]) {
            Some(byte) => {
                to.push(byte);
                at += 3;
            }
            None => {
                to.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(to).unwrap_or_else(|_| uri.to_owned())
}

fn escaped(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [b'%', high, low, ..] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Whether a text is a whole URI, near enough for a link.
pub(super) fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/?#=&+,;@()".contains(&byte))
            && rest.bytes().filter(|byte| *byte == b'#').count() <= 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_go_there_and_back() {
        for (path, uri) in [
            ("src/a.rs", "src/a.rs"),
            ("a b/ü#1%.py", "a%20b/%C3%BC%231%25.py"),
            ("c:d?e", "c%3Ad%3Fe"),
            ("100%25", "100%2525"),
        ] {
            assert_eq!(encode(path), uri);
            assert_eq!(decode(uri), path);
        }
    }

    #[test]
    fn paths_that_were_not_encoded_stay_as_they_are() {
        for path in ["a b", "50%", "%zz", "%e", "ü%ff"] {
            assert_eq!(decode(path), path);
        }
    }
}
