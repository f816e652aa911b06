//! Lines that give names values, in the ways of shells, YAML, TOML, JSON and ini files.

use super::flow;

/// A name and its value, without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assignment {
    pub(super) name: String,
    pub(super) value: String,
}

/// A longer name is a sentence.
const NAME_MAX: usize = 100;
/// Values within values are read so deep.
const DEPTH_MAX: usize = 3;
/// What stands before an assignment in a shell's line or a recipe.
const BEFORE: &[&str] =
    &["export", "set", "setx", "setenv", "declare", "typeset", "readonly", "local", "env", "ENV", "ARG"];
/// Those of them that part a name from its value by a blank.
const BLANK: &[&str] = &["set", "setx", "setenv", "ENV"];

impl Assignment {
    pub(super) fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned() }
    }
}

/// Every assignment in a line: the line as one, the words of a shell's, what stands
/// between braces, and what is assigned within a value. More is read than any one format
/// means, for nobody says which one it is.
pub(super) fn assignments(line: &str) -> Vec<Assignment> {
    within(line, DEPTH_MAX)
}

fn within(line: &str, depth: usize) -> Vec<Assignment> {
    let whole = assignment(line);
    let mut all = flow::assignments(line);
    all.extend(words(line));
    if depth > 0 {
        let parts = whole.iter().flat_map(|whole| parts(&whole.value));
        all.extend(parts.flat_map(|part| within(&part, depth - 1)));
    }
    all.extend(whole.filter(|whole| !whole.value.starts_with(['{', '['])));
    all
}

/// What of a value assigns something again: JSON in a string, the parts of an address or
/// of a connection string.
fn parts(value: &str) -> Vec<String> {
    let value = value.replace("\\\"", "\"");
    match value.contains(['{', '[']) {
        true => vec![value],
        false if value.contains('=') && value.contains([';', '&', '?']) => {
            value.split([';', '&', '?']).filter(|part| part.contains('=')).map(str::to_owned).collect()
        }
        false => Vec::new(),
    }
}

/// The line as one assignment.
pub(super) fn assignment(line: &str) -> Option<Assignment> {
    let line = line.trim().trim_start_matches(['{', '-', ' ']);
    // npm names a registry like that.
    let registry = line.starts_with("//") && line.contains("/:_");
    if line.starts_with(['#', ';']) || line.starts_with("//") && !registry {
        return None;
    }
    let line = without_env(without_command(line));
    let (name, rest) = if registry { line.split_once('=')? } else { parted(line)? };
    let name = name.trim().trim_matches(['"', '\'', ' ']);
    let value = value(rest.trim_start_matches(['=', '>']).trim());
    let named = !name.is_empty() && name.len() <= NAME_MAX && !name.contains(['<', '>', '{', '(']);
    (named && !value.is_empty()).then(|| Assignment::new(name, value))
}

/// The name and what stands behind its sign; a name in quotes may hold signs.
fn parted(line: &str) -> Option<(&str, &str)> {
    if let Some(quote) = line.chars().next().filter(|c| "\"'".contains(*c))
        && let Some((name, rest)) = line[1..].split_once(quote)
        && let Some(value) = rest.trim_start().strip_prefix(['=', ':'])
    {
        return Some((name, value));
    }
    match line.find(['=', ':']) {
        Some(at) => Some((&line[..at], &line[at + 1..])),
        None => None,
    }
}

/// PowerShell's way to name a variable of the environment.
fn without_env(line: &str) -> &str {
    match line.get(..5) {
        Some(start) if start.eq_ignore_ascii_case("$env:") => &line[5..],
        _ => line,
    }
}

fn without_command(line: &str) -> &str {
    match line.split_once(' ') {
        Some((command, rest)) if BEFORE.contains(&command) => {
            let options = rest.split_whitespace().take_while(|word| word.starts_with('-')).last();
            let end = options.and_then(|last| rest.find(last).map(|at| at + last.len())).unwrap_or(0);
            rest[end..].trim_start()
        }
        _ => line,
    }
}

/// The assignments among a shell's words, and what it assigns across a blank.
fn words(line: &str) -> Vec<Assignment> {
    let line = line.trim();
    if line.starts_with('#') {
        return Vec::new();
    }
    let rest = without_command(line);
    let blank = line.split(' ').next().is_some_and(|command| BLANK.contains(&command));
    let across = rest.split_once(' ').filter(|(name, _)| blank && is_name(name));
    let across = across.map(|(name, rest)| Assignment::new(name, value(rest.trim())));
    let words = flow::split(rest, |c| c.is_whitespace()).into_iter().filter_map(|(word, _)| {
        let (name, rest) = word.trim_start_matches('-').split_once('=')?;
        is_name(name).then(|| Assignment::new(name, value(rest)))
    });
    across.into_iter().chain(words).filter(|assignment| !assignment.value.is_empty()).collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME_MAX
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// What is quoted up to its quote, what is not up to a comment.
pub(super) fn value(text: &str) -> &str {
    for quote in ['"', '\'', '`'] {
        if let Some(rest) = text.strip_prefix(quote) {
            return quoted(rest, quote);
        }
    }
    let text = text.split_once(" #").map_or(text, |(value, _)| value);
    text.trim_end_matches([',', ';', ' ', '}'])
}

/// Up to a quote that no backslash stands before.
fn quoted(text: &str, quote: char) -> &str {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && quote == '"' && !escaped;
        ends
    });
    end.map_or(text, |(at, _)| &text[..at])
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
            ("\"Auth:Key\": \"a\\\"b\",", "Auth:Key", "a\\\"b"),
            ("key = \"a=b\"", "key", "a=b"),
            ("$env:X = \"S\"", "X", "S"),
            ("set -x X=S", "X", "S"),
            ("//registry.example.org/:_authToken=abc", "//registry.example.org/:_authToken", "abc"),
            ("// a: b", "", ""),
            ("# A=b", "", ""),
            ("A=", "", ""),
        ] {
            let expected = (!name.is_empty()).then(|| Assignment::new(name, value));
            assert_eq!(assignment(line), expected, "{line}");
        }
    }

    #[test]
    fn several_assignments_in_a_line_are_all_read() {
        for line in [
            "{\"user\":\"x\",\"PW\":\"S\"}",
            "\"user\":\"x\",\"PW\":\"S\"",
            "db: {user: x, PW: S}",
            "db = { user = \"x\", PW = 'S' }",
            "PW: [a, S]",
            "[{\"a\": 1, \"PW\": [\"S\"]}]",
            "A='{\"PW\": \"S\"}'",
            "A=\"{\\\"PW\\\": \\\"S\\\"}\"",
            "export A=1 PW=S",
            "A=1 B=2 PW=S",
            "A=1 PW=\"S\" run --it",
            "run --user x --PW=S",
            "set -gx PW S",
            "setx PW \"S\" /M",
            "setenv PW S",
            "ENV PW S",
            "$Env:PW=\"S\"",
            "\"Default\": \"Server=db;User=x;PW=S;\",",
            "URL=https://example.org/?user=x&PW=S",
        ] {
            assert!(
                assignments(line).contains(&Assignment::new("PW", "S")),
                "{line}: {:?}",
                assignments(line)
            );
        }
        for line in ["# A=b PW=S", "see PW there", "// {\"PW\": \"S\"}"] {
            assert_eq!(assignments(line), [], "{line}");
        }
    }
}
