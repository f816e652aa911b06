//! What of a private file is a secret.

use super::{
    assignment::{Assignment, assignments},
    blocks,
    named::is_secret_name,
    names::Kind,
    random::looks_random,
    shape::{Open, Shape},
    text,
    trivial::{BYTES_MIN, is_trivial, is_word, password},
};

/// A value that must not leave the machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Private {
    pub(super) bytes: Vec<u8>,
    /// Whether it is a piece of the file, which may be indented elsewhere.
    pub(super) is_piece: bool,
    /// The line that it starts in, of a text.
    pub(super) line: Option<usize>,
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

/// A value and the line that it stands in.
type Told = (String, usize);

/// The secrets of a file of this name.
pub(super) fn private(content: &[u8], kind: Kind, name: &str) -> Vec<Private> {
    let Some(text) = text::text(content) else {
        return match kind {
            Kind::Named => of_no_text(content),
            Kind::Ignored => Vec::new(),
        };
    };
    let text = blocks::without_public(&text);
    let values = distinct(of_text(&text, kind, Shape::of(name)), kind);
    values.into_iter().chain(pieces(&text)).collect()
}

/// Some of its bytes, and what can be read between them.
fn of_no_text(content: &[u8]) -> Vec<Private> {
    let samples = samples(content).into_iter().map(|bytes| Private { bytes, is_piece: false, line: None });
    let read = distinct(of_text(&text::runs(content), Kind::Named, Shape::Any), Kind::Named);
    samples.chain(read.into_iter().map(|private| Private { line: None, ..private })).collect()
}

/// Each value once, with the first line that it stands in. Of a file of secrets all count.
fn distinct(mut values: Vec<Told>, kind: Kind) -> Vec<Private> {
    values.sort();
    values.dedup_by(|later, first| later.0 == first.0);
    let most = if kind.is_named() { usize::MAX } else { VALUES_MAX };
    let private = |(value, line): Told| {
        let bytes = start(value.as_bytes()).to_vec();
        Private { bytes, is_piece: false, line: Some(line) }
    };
    values.into_iter().take(most).map(private).collect()
}

fn of_text(text: &str, kind: Kind, shape: Shape) -> Vec<Told> {
    let mut values = Vec::new();
    let mut open = Open::default();
    for (at, line) in text.lines().enumerate() {
        let assigned = open.take(line).into_iter().chain(assignments(line));
        let password = shape.password(line).map(|password| Assignment::new("password", &password));
        let mut told: Vec<_> =
            assigned.chain(password).flat_map(|assignment| in_assignment(&assignment, kind)).collect();
        told.extend(tokens(line, kind).into_iter().chain(spoken(line, kind)).map(str::to_owned));
        values.extend(told.into_iter().map(|value| (value, at + 1)));
    }
    values.extend(lone(text, kind).map(|value| (value.to_owned(), 1)));
    values.extend(blocks::keys(text).into_iter().map(|(line, value)| (value, line)));
    values
}

/// The one word of a file that holds nothing else.
fn lone(text: &str, kind: Kind) -> Option<&str> {
    let mut words = text.split_whitespace();
    let word = words.next().filter(|_| kind.is_named() && words.next().is_none())?;
    (!is_trivial(word) && !word.contains(['=', ':'])).then_some(word)
}

/// The value, and the password of an address in it.
fn in_assignment(assignment: &Assignment, kind: Kind) -> Vec<String> {
    let Assignment { name, value } = assignment;
    let secret = is_secret_name(name);
    let tells = match kind {
        Kind::Named => secret || looks_random(value),
        Kind::Ignored => secret && !is_word(value),
    };
    let values = match password(value) {
        Some(password) => vec![password, value],
        None if tells && !is_trivial(value) => vec![value.as_str()],
        None => Vec::new(),
    };
    values.into_iter().filter(|value| value.len() >= BYTES_MIN).map(str::to_owned).collect()
}

/// The passwords of `.netrc`, and of addresses on lines of their own.
fn spoken(line: &str, kind: Kind) -> Vec<&str> {
    let words: Vec<_> = line.split_whitespace().collect();
    let after = words.windows(2).filter(|pair| pair[0] == "password").map(|pair| pair[1]);
    // Who explains something says the word, too.
    let explains = line.trim_start().starts_with('#');
    let after = after.filter(|value| !explains && (kind.is_named() || !is_word(value)));
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

/// Three lines in a row: who sends them sends the file, whatever stands in it.
fn pieces(text: &str) -> Vec<Private> {
    let lines = text.lines().map(str::trim).enumerate();
    let lines: Vec<_> = lines.filter(|(_, line)| !line.is_empty()).collect();
    let telling = |private: &Private| {
        private.bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() >= PIECE_MIN
    };
    let pieces = lines.windows(PIECE_LINES).map(|piece| {
        let text = piece.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
        Private { bytes: start(text.as_bytes()).to_vec(), is_piece: true, line: Some(piece[0].0 + 1) }
    });
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
        told_of(".env", text, kind)
    }

    fn told_of(name: &str, text: &str, kind: Kind) -> Vec<String> {
        let told = private(text.as_bytes(), kind, name).into_iter().filter(|value| !value.is_piece);
        told.map(|value| String::from_utf8(value.bytes).unwrap()).collect()
    }

    /// Files of secrets, each with where the one that counts stands.
    #[test]
    fn secrets_are_read_in_whatever_way_files_tell_them() {
        const KEY: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
        const S: &str = "tr0ub4dor3";
        for (name, text, secret, line) in [
            ("credentials.json", "{\"user\":\"x\",\"password\":\"sunshine\"}", "sunshine", 1),
            ("secrets.yaml", "db: {user: x, password: sunshine}\n", "sunshine", 1),
            ("secrets.yaml", "passwords:\n  - sunshine\n  - moonlight\n", "moonlight", 3),
            ("secrets.yaml", "passwords:\n- sunshine\n", "sunshine", 2),
            ("secrets.yaml", "a: b\npassword: |\n  sunshine\n", "sunshine", 3),
            ("secrets.json", "{\n\"password\":\n\"sunshine\"}\n", "sunshine", 3),
            ("secrets.json", "{\n  \"tokens\": [\n    \"sunshine\",\n    \"moonlight\"]}\n", "moonlight", 4),
            ("secrets.toml", "tokens = [\n  \"sunshine\",\n]\n", "sunshine", 2),
            (".pgpass", "# all\nh:5432:db:u:sunshine\n", "sunshine", 2),
            (".pgpass", "h:5432:db:u\\:v:sun\\:shine\n", "sun:shine", 1),
            (
                ".htpasswd",
                "u:$apr1$Zk39fQ7b$0123456789abcdefghijkl\n",
                "$apr1$Zk39fQ7b$0123456789abcdefghijkl",
                1,
            ),
            (".htpasswd", "u:$2y$05$c4WoMPo3SXsafkva.HHa6u\n", "$2y$05$c4WoMPo3SXsafkva.HHa6u", 1),
            (".htpasswd", "u:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", 1),
            (".env", "A=1\nexport A=1 DB_PASSWORD=sunshine\n", "sunshine", 2),
            (".env", "A=1 B=2 PW=sunshine\n", "sunshine", 1),
            (".env", "$env:DB_PASSWORD = \"sunshine\"\n", "sunshine", 1),
            (".envrc", "set -gx DB_PASSWORD sunshine\n", "sunshine", 1),
            (".env", "setx DB_PASSWORD sunshine\n", "sunshine", 1),
            (".env", "SECRET=12345678\nPIN=482913\n", "482913", 2),
            (".env", "PASSWORD=$ecret-99\n", "$ecret-99", 1),
            (".vault_pass", "sunshine\n", "sunshine", 1),
            (
                ".env",
                "CERT=\"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\"\nPW=tr0ub4dor3\n",
                S,
                4,
            ),
            (
                "a.json.env",
                "{\n\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\nAAAA\\n-----END PRIVATE KEY-----\\n\"}",
                KEY,
                2,
            ),
            (
                ".env",
                "KEY=\"-----BEGIN RSA PRIVATE KEY-----\\\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\\\n-----END RSA PRIVATE KEY-----\"",
                KEY,
                1,
            ),
            (
                "k.pem",
                "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n",
                KEY,
                1,
            ),
        ] {
            let all = private(text.as_bytes(), Kind::Named, name);
            let found = all.iter().find(|value| value.bytes == secret.as_bytes());
            assert!(
                found.is_some_and(|found| found.line.is_some_and(|at| at <= line)),
                "{text}: {:?}",
                told_of(name, text, Kind::Named)
            );
        }
    }

    #[test]
    fn what_is_written_for_other_systems_is_read() {
        let mark = |text: &str| {
            [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
        };
        let swap = b"b0VIM\0\x01\x02\0\0\0\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0DB_PASSWORD=tr0ub4dor3\0\0";
        for content in [
            mark("DB_PASSWORD=tr0ub4dor3\r\n"),
            b"# cl\xe9\nDB_PASSWORD=tr0ub4dor3\n".to_vec(),
            swap.to_vec(),
        ] {
            let told = private(&content, Kind::Named, ".env");
            assert!(told.iter().any(|value| value.bytes == b"tr0ub4dor3"), "{content:?}");
        }
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
            ("# the password manager has it", vec![]),
            ("machine example.org login x password sunshine", vec!["sunshine"]),
            ("\"token\": {\n  \"provider\": \"somebody\"\n}", vec![]),
            ("SCOPES=openid,profile\nAUTH_SCOPES=openid,profile", vec![]),
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
