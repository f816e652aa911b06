//! The ways in which somebody might print a secret that they got hold of.

use std::io::Write as _;

use base64::{Engine as _, prelude::*};
use flate2::{Compression, write};
use kernel::secret::Known;

type Way = (&'static str, fn(&str) -> Vec<u8>);

/// A name, and what somebody who has the secret prints.
pub const WAYS: &[Way] = &[
    ("as it is", |s| s.into()),
    ("in base64", |s| BASE64_STANDARD.encode(s).into()),
    ("in base64 without padding", |s| BASE64_STANDARD_NO_PAD.encode(s).into()),
    ("in base64 for addresses", |s| BASE64_URL_SAFE.encode(s).into()),
    ("in base64 for addresses without padding", |s| BASE64_URL_SAFE_NO_PAD.encode(s).into()),
    ("in base64, one byte into it", |s| BASE64_STANDARD.encode(format!("a{s}bc")).into()),
    ("in base64, two bytes into it", |s| BASE64_STANDARD.encode(format!("ab{s}c")).into()),
    ("in base64, three bytes into it", |s| BASE64_STANDARD.encode(format!("abc{s}")).into()),
    ("as basic authentication", |s| format!("Basic {}", BASE64_STANDARD.encode(format!("user:{s}"))).into()),
    ("in wrapped base64", |s| joined(BASE64_STANDARD.encode(s).as_bytes().chunks(6), b"\r\n")),
    ("in base64 within a string of C", |s| {
        joined(BASE64_STANDARD.encode(s).as_bytes().chunks(8), b"\\n\"\n\"")
    }),
    ("in base64 twice", |s| BASE64_STANDARD.encode(BASE64_STANDARD.encode(s)).into()),
    ("in base64 twice, in the middle", |s| {
        BASE64_STANDARD.encode(format!("x{}y", BASE64_URL_SAFE_NO_PAD.encode(format!("ab{s}c")))).into()
    }),
    ("in base64 of its hex", |s| BASE64_STANDARD.encode(hex(s, "", false)).into()),
    ("in base64 of UTF-16", |s| BASE64_STANDARD.encode(utf16(s, u16::to_le_bytes)).into()),
    ("in base64, in an address", |s| {
        BASE64_STANDARD.encode(s).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D").into()
    }),
    ("in hex", |s| hex(s, "", false).into()),
    ("in large hex", |s| hex(s, "", true).into()),
    ("in hex with colons", |s| hex(s, ":", false).into()),
    ("in hex with spaces", |s| hex(s, " ", false).into()),
    ("in hex with dashes", |s| hex(s, "-", true).into()),
    ("in hex as a string of C", |s| hex(s, "\\x", false).into()),
    ("in hex as an array of C", |s| hex(s, ", 0x", false).into()),
    ("in hex of its base64", |s| hex(&BASE64_STANDARD.encode(s), "", false).into()),
    ("as decimal numbers", |s| bytes(s, |b| format!("{b}, "))),
    ("as octal numbers", |s| bytes(s, |b| format!("{b:03o} "))),
    ("as binary numbers", |s| bytes(s, |b| format!("{b:08b} "))),
    ("percent-encoded, all of it", |s| bytes(s, |b| format!("%{b:02X}"))),
    ("percent-encoded in small letters", |s| bytes(s, |b| format!("%{b:02x}"))),
    ("percent-encoded, every other byte", |s| alternating(s, |b| format!("%{b:02x}"))),
    ("percent-encoded twice", |s| bytes(s, |b| format!("%25{b:02X}"))),
    ("as a string of JSON", |s| serde_json::to_vec(s).unwrap()),
    ("as a string of JSON in JSON", |s| {
        serde_json::to_vec(&serde_json::to_string(&serde_json::to_string(s).unwrap()).unwrap()).unwrap()
    }),
    ("with JSON escapes, all of it", |s| units(s, |u| format!("\\u{u:04x}"))),
    ("with JSON escapes, large", |s| units(s, |u| format!("\\u{u:04X}"))),
    ("with JSON escapes, every other character", |s| alternating_chars(s)),
    ("with escapes of Rust", |s| {
        s.chars().map(|c| format!("\\u{{{:x}}}", c as u32)).collect::<String>().into()
    }),
    ("as entities of HTML", |s| chars(s, |c| format!("&#{};", c as u32))),
    ("as entities of HTML in hex", |s| chars(s, |c| format!("&#x{:X};", c as u32))),
    ("escaped for HTML", |s| html(s).into()),
    ("with octal escapes of C", |s| bytes(s, |b| format!("\\{b:03o}"))),
    ("with octal escapes of a shell", |s| bytes(s, |b| format!("\\0{b:03o}"))),
    ("quoted for a shell", |s| format!("'{}'", s.replace('\'', "'\\''")).into()),
    ("with a backslash before each character", |s| chars(s, |c| format!("\\{c}"))),
    ("in UTF-16, small end first", |s| utf16(s, u16::to_le_bytes)),
    ("in UTF-16, big end first", |s| utf16(s, u16::to_be_bytes)),
    ("in base32", |s| base32(s.as_bytes(), b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
    ("in base32 in small letters", |s| base32(s.as_bytes(), b"abcdefghijklmnopqrstuvwxyz234567")),
    ("in base32 with its hex alphabet", |s| base32(s.as_bytes(), b"0123456789ABCDEFGHIJKLMNOPQRSTUV")),
    ("in base32, three bytes into it", |s| {
        base32(format!("abc{s}").as_bytes(), b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    }),
    ("quoted-printable, all of it", |s| bytes(s, |b| format!("={b:02X}"))),
    ("quoted-printable, in lines", |s| quoted_printable(s)),
    ("backwards", |s| s.chars().rev().collect::<String>().into()),
    ("backwards in base64", |s| BASE64_STANDARD.encode(s.chars().rev().collect::<String>()).into()),
    ("base64 backwards", |s| BASE64_STANDARD.encode(s).chars().rev().collect::<String>().into()),
    ("in rot13", |s| rot13(s).into()),
    ("in large letters", |s| s.to_ascii_uppercase().into()),
    ("in small letters", |s| s.to_ascii_lowercase().into()),
    ("with spaces between", |s| chars(s, |c| format!("{c} "))),
    ("a character a line", |s| chars(s, |c| format!("{c}\n"))),
    ("with dashes between", |s| chars(s, |c| format!("{c}-"))),
    ("with commas and quotes between", |s| chars(s, |c| format!("\"{c}\", "))),
    ("as an array in pretty JSON", |s| serde_json::to_vec_pretty(&s.chars().collect::<Vec<_>>()).unwrap()),
    ("in pieces over lines of pretty JSON", |s| {
        let pieces: Vec<String> =
            s.chars().collect::<Vec<_>>().chunks(5).map(|part| part.iter().collect()).collect();
        serde_json::to_vec_pretty(&pieces).unwrap()
    }),
    ("as a sum of strings", |s| chars(s, |c| format!("{:?} + ", c.to_string()))),
    ("with colours of a terminal between", |s| chars(s, |c| format!("\x1b[3{}m{c}\x1b[0m", c as u32 % 8))),
    ("with invisible characters between", |s| chars(s, |c| format!("{c}\u{200b}"))),
    ("in an address", |s| format!("https://user:{}@example.org/", percent(s)).into()),
    ("in a form", |s| format!("a=b&password={}&c=d", percent(s).replace("%20", "+")).into()),
    ("in a dump with offsets", |s| dump(s)),
    ("in a dump within JSON", |s| json(&dump(s))),
    ("in a dump within JSON within JSON", |s| json(&json(&dump(s)))),
    ("in a dump at the start and the end of a string", |s| json(dump(s).trim_ascii())),
    ("in a dump of bars within JSON", |s| json(&barred(&format!("token={s}")))),
    ("in a dump of octal numbers within JSON", |s| json(&listed(s, |b| format!(" {b:03o}")))),
    ("in a dump of hex numbers within JSON", |s| json(&listed(s, |b| format!(" {b:02x}")))),
    ("in gzip", |s| gzip(s)),
    ("in zlib", |s| zlib(s)),
    ("in base64 of gzip", |s| BASE64_STANDARD.encode(gzip(s)).into()),
    ("in wrapped base64 of zlib", |s| joined(BASE64_STANDARD.encode(zlib(s)).as_bytes().chunks(76), b"\n")),
    ("in an error of Rust", |s| format!("{:?}", Err::<(), _>(s.to_owned())).into()),
    ("in a signed token", |s| {
        let part = |text: String| BASE64_URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", part(r#"{"alg":"none"}"#.into()), part(format!(r#"{{"sub":"{s}"}}"#))).into()
    }),
];

fn hex(s: &str, between: &str, large: bool) -> String {
    let digits = |b: u8| if large { format!("{b:02X}") } else { format!("{b:02x}") };
    let digits: Vec<_> = s.bytes().map(digits).collect();
    let lead = if between.ends_with('x') { between.trim_start_matches(", ") } else { "" };
    format!("{lead}{}", digits.join(between))
}

fn bytes(s: &str, write: impl Fn(u8) -> String) -> Vec<u8> {
    s.bytes().map(write).collect::<String>().into()
}

fn chars(s: &str, write: impl Fn(char) -> String) -> Vec<u8> {
    s.chars().map(write).collect::<String>().into()
}

fn units(s: &str, write: impl Fn(u16) -> String) -> Vec<u8> {
    s.encode_utf16().map(write).collect::<String>().into()
}

fn utf16(s: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    s.encode_utf16().flat_map(order).collect()
}

fn alternating(s: &str, write: impl Fn(u8) -> String) -> Vec<u8> {
    let encoded = |(at, b): (usize, u8)| match at % 2 == 0 || b == b'%' || !b.is_ascii() {
        true => write(b),
        false => char::from(b).to_string(),
    };
    s.bytes().enumerate().map(encoded).collect::<String>().into()
}

fn alternating_chars(s: &str) -> Vec<u8> {
    let quoted = |c: char| serde_json::to_string(&c).unwrap().trim_matches('"').to_owned();
    let units = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04x}")).collect();
    let each = s.chars().enumerate();
    each.map(|(at, c)| if at % 2 == 0 || c == '"' { units(c) } else { quoted(c) }).collect::<String>().into()
}

fn percent(s: &str) -> String {
    s.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).into() } else { format!("%{b:02X}") })
        .collect()
}

fn html(s: &str) -> String {
    s.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}

fn rot13(s: &str) -> String {
    let turn = |c: char, first: u8| char::from(first + (c as u8 - first + 13) % 26);
    s.chars()
        .map(|c| match c {
            'a'..='z' => turn(c, b'a'),
            'A'..='Z' => turn(c, b'A'),
            other => other,
        })
        .collect()
}

fn base32(input: &[u8], letters: &[u8]) -> Vec<u8> {
    let bits: String = input.iter().map(|b| format!("{b:08b}")).collect();
    let groups = bits.as_bytes().chunks(5);
    let mut text: Vec<u8> = groups
        .map(|group| {
            let digits = format!("{:0<5}", std::str::from_utf8(group).unwrap());
            letters[usize::from_str_radix(&digits, 2).unwrap()]
        })
        .collect();
    text.resize(text.len().next_multiple_of(8), b'=');
    text
}

fn quoted_printable(s: &str) -> Vec<u8> {
    let plain = |b: u8| b.is_ascii_graphic() && b != b'=';
    let text: Vec<_> =
        s.bytes().map(|b| if plain(b) { char::from(b).into() } else { format!("={b:02X}") }).collect();
    joined(
        text.iter().map(|part| part.as_bytes()).collect::<Vec<_>>().chunks(7).map(|c| c.concat()),
        b"=\r\n",
    )
}

fn joined(parts: impl Iterator<Item = impl AsRef<[u8]>>, between: &[u8]) -> Vec<u8> {
    parts.map(|part| part.as_ref().to_vec()).collect::<Vec<_>>().join(between)
}

/// As a string of JSON, after other ones and before another.
fn json(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text).into_owned();
    serde_json::to_vec(&serde_json::json!({ "a": 1, "log": text, "z": 1 })).unwrap()
}

/// As `hexdump -C` prints it.
fn barred(s: &str) -> Vec<u8> {
    let rows = s.as_bytes().chunks(16).enumerate().map(|(row, part)| {
        let digits: String = part.iter().map(|b| format!("{b:02x} ")).collect();
        let shown: String =
            part.iter().map(|b| if b.is_ascii_graphic() { char::from(*b) } else { '.' }).collect();
        format!("{:08x}  {digits:<49} |{shown}|\n", row * 16)
    });
    format!("{}{:08x}\n", rows.collect::<String>(), s.len()).into()
}

/// As `od` prints it.
fn listed(s: &str, write: impl Fn(u8) -> String) -> Vec<u8> {
    let rows = s.as_bytes().chunks(16).enumerate().map(|(row, part)| {
        let written: String = part.iter().map(|b| write(*b)).collect();
        format!("{:07o}{written}\n", row * 16)
    });
    format!("{}{:07o}\n", rows.collect::<String>(), s.len()).into()
}

/// As `xxd` prints it.
fn dump(s: &str) -> Vec<u8> {
    let rows = s.as_bytes().chunks(16).enumerate().map(|(row, part)| {
        let digits: Vec<_> =
            part.chunks(2).map(|pair| pair.iter().map(|b| format!("{b:02x}")).collect()).collect();
        let digits: Vec<String> = digits;
        let shown: String =
            part.iter().map(|b| if b.is_ascii_graphic() { char::from(*b) } else { '.' }).collect();
        format!("{:08x}: {:<39}  {shown}", row * 16, digits.join(" "))
    });
    format!("\n{}\n", rows.collect::<Vec<_>>().join("\n")).into()
}

fn gzip(s: &str) -> Vec<u8> {
    let mut encoder = write::GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(format!("{{\"token\":\"{s}\"}}").as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zlib(s: &str) -> Vec<u8> {
    let mut encoder = write::ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(format!("token {s} token").as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Secrets of several kinds, each long enough for every form.
pub const SECRETS: &[&str] = &[
    "ghp_9aZ3xQ7Kd0VwLm4TtB2nRy8sUc6JeHf1Go5P",
    "sk/live+9aZ3_xQ7-Kd0Vw==tail?x&y",
    "p@ss\"w\\ord'<&>%41 =41;Q9 x!{z}",
    "correct horse battery staple",
    "hunter2hunter",
    "n0pe-b1ue-t4ll",
    "pässwört-Straße-77x-ключ-9",
    "a\u{1f600}b-emoji-passphrase-42",
];

pub fn knowing(secrets: &[&str]) -> Known {
    let known = Known::default();
    secrets
        .iter()
        .enumerate()
        .for_each(|(at, secret)| known.learn(&format!("TOKEN_{at}"), &(*secret).into()));
    known
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Bytes of a printed secret that may stay: what separates and ends things, and the signs
/// at its own ends, or the offset of a line.
const LEFT_MAX: usize = 9;

/// How much is left besides the marks, what stood around it, and what is printed when
/// there is no secret at all.
fn left_over(redacted: &[u8], way: &fn(&str) -> Vec<u8>) -> usize {
    let visible = |bytes: &[u8]| bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
    let marks = redacted.windows(16).filter(|part| part == b"[secret TOKEN_0]").count();
    let expected = marks * visible(b"[secret TOKEN_0]") + visible(b"before:;after") + visible(&way(""));
    visible(redacted).saturating_sub(expected)
}

#[test]
fn a_secret_is_found_and_taken_out_in_whatever_way_it_is_printed() {
    assert!(WAYS.len() >= 30);
    let mut faults = Vec::new();
    for secret in SECRETS {
        let known = knowing(&[secret]);
        for (name, way) in WAYS {
            let printed = way(secret);
            let text = [b"before: ".as_slice(), &printed, b" ;after\n"].concat();
            let found = known.find(&text).as_deref() == Some("TOKEN_0");
            let redacted = known.redact(text);
            let left = left_over(&redacted, way);
            let gone =
                !holds(&redacted, &printed) && !holds(&redacted, secret.as_bytes()) && left <= LEFT_MAX;
            let whole = redacted.starts_with(b"before") && redacted.ends_with(b"after\n");
            if !found
                || !gone
                || !whole
                || known.find(&redacted).is_some()
                || !holds(&redacted, b"[secret TOKEN_0]")
            {
                faults.push(format!("{secret} {name}: {}", String::from_utf8_lossy(&redacted)));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults: {faults:#?}", faults.len());
}

/// Characters that are none of ASCII are octal numbers there, and what is mixed so is
/// looked for nowhere.
#[test]
fn a_dump_of_characters_within_json_is_found() {
    let shown = |b: u8| format!("   {}", char::from(b));
    for secret in SECRETS.iter().filter(|secret| secret.is_ascii()) {
        let printed = json(&listed(secret, shown));
        assert_eq!(knowing(&[secret]).find(&printed).as_deref(), Some("TOKEN_0"), "{secret}");
        let redacted = knowing(&[secret]).redact(printed);
        let value: serde_json::Value = serde_json::from_slice(&redacted).unwrap();
        assert!(value["log"].as_str().unwrap().contains("[secret TOKEN_0]") && value["z"] == 1, "{value}");
    }
}

#[test]
fn what_is_no_secret_stays_as_it_is() {
    let known = knowing(SECRETS);
    for text in [
        include_str!("ways.rs")
            .lines()
            .filter(|line| !line.contains("&[") && line.len() < 60)
            .take(40)
            .collect::<Vec<_>>()
            .join("\n"),
        "ghp_9aZ3xQ7Kd0VwLm4TtB2nRy8sUc6JeHf1Go5 is one character short".to_owned(),
        "{\"a\": \"\\u00e4\\n%20&amp;\", \"b\": \"eJwLH4sIAAAA\"}".to_owned(),
        String::new(),
    ] {
        assert_eq!(known.find(text.as_bytes()), None, "{text}");
        assert_eq!(known.redact(text.clone().into_bytes()), text.into_bytes());
    }
}

#[test]
fn a_short_secret_is_found_in_exact_forms_and_nowhere_else() {
    let known = knowing(&["x7Q9z"]);
    let base64 = BASE64_STANDARD.encode("user:x7Q9z");
    for text in ["x7Q9z", "ax7Q9zb", "7837513937a", "783751397A", "%78%37%51%39%7A", "x\\u00379"] {
        let expected = !text.starts_with("7837513937a") && text != "x\\u00379";
        assert_eq!(known.find(text.as_bytes()).is_some(), expected, "{text}");
    }
    assert!(known.find(base64.as_bytes()).is_some());
    for text in ["X7q9Z", "x 7 Q 9 z", "z9Q7x", "k7D9m"] {
        assert_eq!(known.find(text.as_bytes()), None, "{text}");
    }
    let nothing = knowing(&["abc"]);
    assert!(nothing.is_empty() && nothing.find(b"abc").is_none());
}

#[test]
fn a_secret_that_occurs_a_thousand_times_is_taken_out_a_thousand_times() {
    let known = knowing(SECRETS);
    let text = format!("{} and {}; ", SECRETS[0], BASE64_STANDARD.encode(SECRETS[1])).repeat(1000);
    let redacted = known.redact_text(text);
    assert_eq!(redacted, "[secret TOKEN_0] and [secret TOKEN_1]; ".repeat(1000));
}

#[test]
fn a_secret_is_told_by_no_name_and_no_mark() {
    let known = Known::default();
    known.learn("SECRET", &"secret".into());
    known.learn("a\"b\n", &"hunter2hunter".into());
    assert_eq!(known.redact_text("a secret, hunter2hunter".to_owned()), "a [redacted], [redacted]");
    assert_eq!(format!("{known:?}"), r#"{"SECRET", "a_b_"}"#);
}
