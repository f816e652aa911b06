//! What of a private file is a secret.

use super::{
    assignment::{Assignment, assignment},
    named::is_secret_name,
    names::Kind,
    random::looks_random,
    trivial::{BYTES_MIN, is_trivial, is_word, password},
};

/// A value that must not leave the machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Private {
    pub(super) bytes: Vec<u8>,
    /// Whether it is a piece of the file, which may be indented elsewhere.
    pub(super) is_piece: bool,
}

/// A token without a name is at least this long.
const TOKEN_MIN: usize = 16;
/// A value is known by its start.
const BYTES_MAX: usize = 512;
/// Values of one file at the most.
const VALUES_MAX: usize = 1000;
/// Lines in a row that together are a piece of a file, and of which size.
const PIECE_LINES: usize = 3;
const PIECE_MIN: usize = 40;
/// Pieces of one file at the most.
const PIECES_MAX: usize = 50;
/// The bytes that a file without text is known by.
const SAMPLE: usize = 48;

/// How tokens of well-known services begin.
const TOKENS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "xox",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "eyJ",
    "hvs.",
    "npm_",
    "pypi-",
    "dop_v1_",
    "SG.",
    "shpat_",
];

/// The secrets of a file.
pub(super) fn private(content: &[u8], kind: Kind) -> Vec<Private> {
    let (mut values, pieces) = match std::str::from_utf8(content) {
        // A certificate is for everybody; what proves that it is one's own is not.
        Ok(text) if text.contains("-----BEGIN") && !text.contains("PRIVATE KEY") => (Vec::new(), Vec::new()),
        Ok(text) => (of_text(text, kind), pieces(text)),
        Err(_) if kind.is_named() => (samples(content), Vec::new()),
        Err(_) => (Vec::new(), Vec::new()),
    };
    values.sort();
    values.dedup();
    let values = values.into_iter().take(VALUES_MAX).map(|bytes| Private { bytes, is_piece: false });
    values.chain(pieces.into_iter().map(|bytes| Private { bytes, is_piece: true })).collect()
}

fn of_text(text: &str, kind: Kind) -> Vec<Vec<u8>> {
    let mut values: Vec<&str> = Vec::new();
    for line in text.lines() {
        if let Some(assignment) = assignment(line) {
            values.extend(in_assignment(&assignment, kind));
        }
        values.extend(tokens(line, kind));
        values.extend(spoken(line, kind));
    }
    let mut values: Vec<_> = values.into_iter().map(|value| start(value.as_bytes()).to_vec()).collect();
    values.extend(key_blocks(text));
    values
}

/// The value, and the password of an address in it.
fn in_assignment<'a>(assignment: &Assignment<'a>, kind: Kind) -> Vec<&'a str> {
    let Assignment { name, value } = *assignment;
    let secret = is_secret_name(name);
    let tells = match kind {
        Kind::Named => secret || looks_random(value),
        Kind::Ignored => secret && !is_word(value),
    };
    let mut values = Vec::new();
    if let Some(password) = password(value) {
        values.extend([password, value]);
    } else if tells && !is_trivial(value) {
        values.push(value);
    }
    values.retain(|value| value.len() >= BYTES_MIN);
    values
}

/// The passwords of `.netrc`, and of addresses on lines of their own.
fn spoken(line: &str, kind: Kind) -> Vec<&str> {
    let words: Vec<_> = line.split_whitespace().collect();
    let after = words.windows(2).filter(|pair| pair[0] == "password").map(|pair| pair[1]);
    let after = after.filter(|value| kind.is_named() || !is_word(value));
    let values = after.chain(words.iter().filter_map(|word| password(word)));
    values.filter(|value| value.len() >= BYTES_MIN && !is_trivial(value)).collect()
}

/// Tokens that have no name: by how they begin, or in a file of secrets by their look.
fn tokens(line: &str, kind: Kind) -> Vec<&str> {
    let parts = line.split(|c: char| c.is_whitespace() || "\"'`,;=<>()[]{}".contains(c));
    let is_token = |part: &&str| {
        let known = TOKENS.iter().any(|start| part.starts_with(start));
        part.len() >= TOKEN_MIN && (known || kind.is_named() && looks_random(part))
    };
    parts.filter(is_token).collect()
}

/// The lines of private keys.
fn key_blocks(text: &str) -> Vec<Vec<u8>> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("-----") {
            inside = line.contains("PRIVATE KEY") && line.contains("BEGIN");
        } else if inside && line.len() >= TOKEN_MIN {
            lines.push(line.as_bytes().to_vec());
        }
    }
    lines
}

/// Three lines in a row: who sends them sends the file, whatever stands in it.
fn pieces(text: &str) -> Vec<Vec<u8>> {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let telling =
        |piece: &Vec<u8>| piece.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() >= PIECE_MIN;
    let pieces = lines.windows(PIECE_LINES).map(|piece| start(piece.join("\n").as_bytes()).to_vec());
    pieces.filter(telling).take(PIECES_MAX).collect()
}

/// Bytes from within a file that is no text.
fn samples(content: &[u8]) -> Vec<Vec<u8>> {
    let places = [content.len() / 4, content.len() / 2, content.len() / 4 * 3];
    places.into_iter().filter_map(|at| content.get(at..at + SAMPLE)).map(<[u8]>::to_vec).collect()
}

fn start(value: &[u8]) -> &[u8] {
    &value[..value.len().min(BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, kind: Kind) -> Vec<String> {
        private(text.as_bytes(), kind)
            .into_iter()
            .map(|value| String::from_utf8(value.bytes).unwrap())
            .collect()
    }

    #[test]
    fn the_values_of_a_file_of_secrets_are_those_that_tell_something() {
        for (line, expected) in [
            ("DB_PASSWORD=hunter2", vec!["hunter2"]),
            ("DB_PASSWORD=sunshine", vec!["sunshine"]),
            ("APP_NAME=billing", vec![]),
            ("DEBUG=true", vec![]),
            ("PORT=8080", vec![]),
            ("HOST=localhost", vec![]),
            ("NODE_ENV=development", vec![]),
            ("API_KEY=${OTHER}", vec![]),
            ("API_KEY=your-key-here", vec![]),
            ("SITE=https://example.org/path", vec![]),
            ("CACHE=/var/cache/app", vec![]),
            (
                "DATABASE_URL=postgres://app:Zk39fQ@db.local/app",
                vec!["Zk39fQ", "postgres://app:Zk39fQ@db.local/app"],
            ),
            ("LICENCE=AB12-CD34-EF56", vec!["AB12-CD34-EF56"]),
            ("USERNAME=administrator", vec![]),
            ("AWS_REGION=eu-central-1", vec![]),
            ("MODEL=gpt-4o-mini", vec![]),
            ("TZ=Europe/Berlin", vec![]),
            ("LANG=en_US.UTF-8", vec![]),
            ("IMAGE=postgres:16-alpine", vec![]),
            ("PUBLIC_KEY_ID=primary", vec![]),
            ("DJANGO_SETTINGS_MODULE=greeter.settings", vec![]),
            ("RELEASED=2024-01-31T10:00:00Z", vec![]),
            ("VERSION=1.2.3-beta.1", vec![]),
            ("SUPPORT=support.team42@mail.example.org", vec![]),
            ("TENANT=550e8400-e29b-41d4-a716-446655440000", vec![]),
            ("REVISION=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", vec![]),
            ("DATABASE_URL=postgres://postgres:postgres@localhost:5432/app", vec![]),
            ("DATABASE_DSN=postgres://postgres:postgres@localhost:5432/app", vec![]),
            (
                "CLIENT_SECRET=550e8400-e29b-41d4-a716-446655440000",
                vec!["550e8400-e29b-41d4-a716-446655440000"],
            ),
            ("AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", vec!["AKIAIOSFODNN7EXAMPLE"]),
            ("NAMELESS=tr0ub4dor3", vec!["tr0ub4dor3"]),
            ("SECRET=12345678", vec!["12345678"]),
            ("PIN=482913", vec!["482913"]),
            ("BUILD=20240131", vec![]),
            ("MAX_TOKENS=128000", vec![]),
        ] {
            assert_eq!(told(line, Kind::Named), expected, "{line}");
        }
    }

    #[test]
    fn what_is_merely_ignored_tells_what_is_named_so_or_looks_so() {
        for (line, expected) in [
            ("\"password\": \"hunter2\",", vec!["hunter2"]),
            ("\"editor.formatOnSave\": \"some-value-17\",", vec![]),
            ("see ghp_9aZ3xQ7Kd0VwLm4TtB2nRy8s there", vec!["ghp_9aZ3xQ7Kd0VwLm4TtB2nRy8s"]),
            ("sha256 9f86d081884c7d659a2feaa0c55ad015", vec![]),
        ] {
            assert_eq!(told(line, Kind::Ignored), expected, "{line}");
        }
    }
}
