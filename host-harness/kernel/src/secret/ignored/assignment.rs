//! Lines that give a name a value, in the ways of shells, YAML, TOML, JSON and ini files.

/// A name and its value, without quotes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assignment<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

/// The assignment in a line.
pub(super) fn assignment(line: &str) -> Option<Assignment<'_>> {
    let line = line.trim().trim_start_matches(['{', '-', ' ']);
    // npm names a registry like that.
    let registry = line.starts_with("//") && line.contains("/:_");
    if line.starts_with(['#', ';']) || line.starts_with("//") && !registry {
        return None;
    }
    let at = if registry { line.find('=')? } else { line.find(['=', ':'])? };
    let name = line[..at].trim().trim_start_matches("export ").trim_matches(['"', '\'', ' ']);
    let value = value(line[at + 1..].trim_start_matches(['=', '>']).trim());
    let named = !name.is_empty() && name.len() <= 100 && !name.contains(['<', '>', '{', '(']);
    (named && !value.is_empty()).then_some(Assignment { name, value })
}

/// What is quoted up to its quote, what is not up to a comment.
fn value(text: &str) -> &str {
    for quote in ['"', '\'', '`'] {
        if let Some(rest) = text.strip_prefix(quote) {
            return rest.split_once(quote).map_or(rest, |(value, _)| value);
        }
    }
    let text = text.split_once(" #").map_or(text, |(value, _)| value);
    text.trim_end_matches([',', ';', ' ', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_of_all_kinds_are_read() {
        for (line, name, value) in [
            ("A=b", "A", "b"),
            ("export TOKEN='x y' # it", "TOKEN", "x y"),
            ("TOKEN=abc # it", "TOKEN", "abc"),
            ("  password: s3cret", "password", "s3cret"),
            ("\"key\": \"v#alue\",", "key", "v#alue"),
            ("key = \"a=b\"", "key", "a=b"),
            ("//registry.example.org/:_authToken=abc", "//registry.example.org/:_authToken", "abc"),
            ("// a: b", "", ""),
            ("# A=b", "", ""),
            ("A=", "", ""),
        ] {
            let expected = (!name.is_empty()).then_some(Assignment { name, value });
            assert_eq!(assignment(line), expected, "{line}");
        }
    }
}
