//! Whether a value looks as if nobody had thought of it.

use super::trivial::is_place;

/// A part of this length that is no word looks random.
const PART_MIN: usize = 8;
/// The same for a whole value whose parts are shorter.
const WHOLE_MIN: usize = 16;
/// Licences and the like are groups of at least this length, and at least so many.
const GROUP_MIN: usize = 4;
const GROUPS_MIN: usize = 3;

/// Whether a value under a name that says nothing may be a secret: names of people and
/// places, versions, dates, addresses and the ids of things are none.
pub(super) fn looks_random(value: &str) -> bool {
    let parts: Vec<_> = parts(value).collect();
    let known = is_place(value) || is_uuid(value) || is_mail(value) || is_resource(value);
    !known
        && (parts.iter().any(|part| part.len() >= PART_MIN && is_odd(part))
            || is_grouped(&parts)
            || is_mixed(value, &parts))
}

fn parts(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(|c: char| c.is_whitespace() || "-_./:@,=?&+#()[]{}|*;\"'<>%".contains(c))
        .filter(|part| !part.is_empty())
}

/// Letters and digits mixed, unlike a word with a number at either end, a time or the
/// id of a commit.
fn is_odd(part: &str) -> bool {
    let (digit, letter) = (|c: char| c.is_ascii_digit(), |c: char| c.is_alphabetic());
    let has = |of: fn(char) -> bool| part.chars().any(of);
    let numbered = part.trim_end_matches(digit).chars().all(letter)
        || part.trim_start_matches(digit).chars().all(letter)
        || is_measure(part);
    has(|c| c.is_ascii_digit()) && has(char::is_alphabetic) && !numbered && !is_time(part) && !is_commit(part)
}

/// `Xmx2048m`.
fn is_measure(part: &str) -> bool {
    let number = part.trim_matches(|c: char| c.is_alphabetic());
    let unit = part.bytes().rev().take_while(|byte| byte.is_ascii_lowercase()).count();
    number.len() >= 2 && number.bytes().all(|byte| byte.is_ascii_digit()) && unit <= 2
}

/// `AB12-CD34-EF56`.
fn is_grouped(parts: &[&str]) -> bool {
    let large = |part: &&str| part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let alike = |part: &&str| part.len() >= GROUP_MIN && part.len() == parts[0].len();
    let digits = |part: &&str| part.bytes().any(|byte| byte.is_ascii_digit());
    let letters = |part: &&str| part.bytes().any(|byte| byte.is_ascii_uppercase());
    parts.len() >= GROUPS_MIN
        && parts.iter().all(|part| large(part) && alike(part))
        && parts.iter().any(digits)
        && parts.iter().any(letters)
}

/// Long, of small and large letters and digits, and most of it no words or numbers.
fn is_mixed(value: &str, parts: &[&str]) -> bool {
    let has = |of: fn(&u8) -> bool| value.bytes().any(|byte| of(&byte));
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let count = |parts: &mut dyn Iterator<Item = &&str>| parts.map(|part| part.len()).sum::<usize>();
    let odd = count(&mut parts.iter().filter(|part| !is_plain(part)));
    let spaced = value.contains(char::is_whitespace);
    value.len() >= WHOLE_MIN && mixed && !spaced && odd * 2 >= count(&mut parts.iter())
}

/// A number, a word, several in CamelCase, or one of them with a number at an end.
fn is_plain(part: &str) -> bool {
    let word = part.trim_matches(|c: char| c.is_ascii_digit());
    let letters = word.chars().all(char::is_alphabetic);
    let turns = word.chars().zip(word.chars().skip(1)).filter(|(a, b)| a.is_lowercase() && b.is_uppercase());
    letters && turns.count() * 4 <= word.len() || is_commit(part)
}

/// `20240131T100000Z`.
fn is_time(part: &str) -> bool {
    let time = part.trim_end_matches('Z');
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    time.split_once('T').is_some_and(|(day, clock)| digits(day, 8) && (digits(clock, 6) || digits(clock, 4)))
}

/// The id of a commit or of an image, whole or its start.
fn is_commit(part: &str) -> bool {
    let hex = part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    hex && matches!(part.len(), 7..=12 | 40 | 64)
}

fn is_uuid(value: &str) -> bool {
    let lengths = value.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn is_mail(value: &str) -> bool {
    let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || ".-_+".contains(c));
    value
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && plain(name) && plain(host) && host.contains('.'))
}

/// What clouds call their things: `ami-0123456789abcdef0`.
fn is_resource(value: &str) -> bool {
    value.rsplit_once('-').is_some_and(|(kind, id)| {
        let short = kind.len() <= 10 && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        short && matches!(id.len(), 8 | 17) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_thought_of_does_not_look_random() {
        for value in [
            "administrator",
            "eu-central-1",
            "gpt-4o-mini",
            "claude-3-5-sonnet-20241022",
            "Europe/Berlin",
            "en_US.UTF-8",
            "postgres:16-alpine",
            "primary",
            "greeter.settings",
            "2024-01-31",
            "2024-01-31T10:00:00Z",
            "2024-01-31T10:00:00.123456789+02:00",
            "20240131T100000Z",
            "Tue, 30 Jan 2024 10:00:00 GMT",
            "v1.2.3",
            "1.2.3-beta.1",
            "john.smith1985@mail.example.com",
            "a1b2c3d4+x@example.org",
            "550e8400-e29b-41d4-a716-446655440000",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
            "9f86d08a1",
            "meta-llama/Llama-3.1-8B-Instruct",
            "Mixtral-8x7B-Instruct-v0.1",
            "ubuntu-22.04",
            "password123",
            "nvidia/cuda:12.2.0-base-ubuntu22.04",
            "ami-0abcdef1234567890",
            "postgres://postgres:postgres@localhost:5432/app",
            "10.0.0.0/16,192.168.0.0/24",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
            "r6gd.16xlarge",
            "-Xmx2048m",
            "--max-old-space-size=4096",
            "https://api.example.com/v1?format=json",
            "#ff8800aa",
        ] {
            assert!(!looks_random(value), "{value}");
        }
        for value in [
            "AB12-CD34-EF56",
            "rk-9aZ3xQ7Kd0VwLm4TtB2n",
            "tr0ub4dor3",
            "Passw0rd",
            "Zx9kQw7LmP2vRt5y",
            "aB3/xY9-qW2_eR5:tU8",
            "9f86d081884c7d659a2feaa0c55ad015",
            "some-value-h7x2k9q1",
        ] {
            assert!(looks_random(value), "{value}");
        }
    }
}
