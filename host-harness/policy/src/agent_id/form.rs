//! The forms of texts in a record: a DID, an absolute URI, a moment.

use core::net::Ipv6Addr;

use agent_contract::fault::Malformed;
use serde::{Deserialize, Deserializer, de::Error as _};

macro_rules! parsed {
    ($($name:ident)+) => { $(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
            }
        }
    )+ };
}

parsed!(Did Uri Instant);

/// A decentralized identifier, such as `did:web:agents.example.com:builder`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Did(String);

impl Did {
    /// Parses a DID: `did:`, a method in small letters and digits, `:`, and at least one
    /// more character on the same line.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let parts = text.strip_prefix("did:").and_then(|rest| rest.split_once(':'));
        let reason = match parts {
            None => "it does not begin with `did:` and a method",
            Some(("", _)) => "its method is empty",
            Some((method, _)) if !method.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) => {
                "its method holds more than small letters and digits"
            }
            Some((_, "")) => "nothing follows its method",
            Some((_, rest)) if rest.contains(['\n', '\r', '\u{2028}', '\u{2029}']) => "it ends its line",
            Some(_) => return Ok(Self(text.to_owned())),
        };
        Err(Malformed { text: text.to_owned(), expected: "a DID", reason })
    }

    /// The DID.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An absolute URI (RFC 3986).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri(String);

impl Uri {
    /// Parses a URI with its scheme.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match fault_in_uri(text) {
            None => Ok(Self(text.to_owned())),
            Some(reason) => Err(Malformed { text: text.to_owned(), expected: "an absolute URI", reason }),
        }
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fault_in_uri(text: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = text.split_once(':') else { return Some("it has no scheme") };
    let in_scheme = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.bytes().all(in_scheme) {
        return Some("it does not begin with a scheme");
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match rest.strip_prefix("//") {
        None => ("", rest),
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
    };
    if !(made_of(path, b":@/") && made_of(query, b":@/?") && made_of(fragment, b":@/?")) {
        return Some("it holds a character that must be percent-encoded");
    }
    (!is_authority(authority)).then_some("its host is none")
}

fn is_authority(text: &str) -> bool {
    let (user, place) = text.rsplit_once('@').unwrap_or(("", text));
    let bracketed = place.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (host_holds, port) = match bracketed {
        Some((address, "")) => (address.parse::<Ipv6Addr>().is_ok(), ""),
        Some((address, port)) => {
            (address.parse::<Ipv6Addr>().is_ok() && port.starts_with(':'), port.trim_start_matches(':'))
        }
        None => {
            let (host, port) = place.split_once(':').unwrap_or((place, ""));
            (made_of(host, b""), port)
        }
    };
    made_of(user, b":") && host_holds && port.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a part of a URI holds only what may stand in every part, `more`, and whole
/// percent-encodings.
fn made_of(part: &str, more: &[u8]) -> bool {
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        let holds = match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|b| b.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte) || more.contains(&byte),
        };
        if !holds {
            return false;
        }
    }
    true
}

/// A moment (RFC 3339), in milliseconds since 1970. What lies before 1970 is 1970: it is
/// over either way. What is finer than a millisecond is cut off: an end is never put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(u64);

impl Instant {
    /// Parses a date with its time and its offset from UTC.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        moment(text).map(Self).ok_or_else(|| Malformed {
            text: text.to_owned(),
            expected: "a moment",
            reason: "it has not the form `2026-12-31T23:59:59Z`, or there is no such moment",
        })
    }

    /// Milliseconds since 1970.
    pub const fn ms(self) -> u64 {
        self.0
    }
}

fn moment(text: &str) -> Option<u64> {
    let (date, clock) = text.split_once(['T', 't'])?;
    let (year, month, day) = match *date.as_bytes() {
        [a, b, c, d, b'-', m, n, b'-', x, y] => (two(a, b)? * 100 + two(c, d)?, two(m, n)?, two(x, y)?),
        _ => return None,
    };
    let (time, rest) = clock.split_at_checked(8)?;
    let (hour, minute, second) = match *time.as_bytes() {
        [a, b, b':', c, d, b':', e, f] => (two(a, b)?, two(c, d)?, two(e, f)?),
        _ => return None,
    };
    let (fraction_ms, zone) = fraction(rest)?;
    let ahead_minutes = offset(zone)?;
    let leap = second == 60 && (hour * 60 + minute - ahead_minutes).rem_euclid(1440) == 1439;
    let exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !exists || hour > 23 || minute > 59 || !(second <= 59 || leap) {
        return None;
    }
    let minutes = (days_since_1970(year, month, day) * 24 + hour) * 60 + minute - ahead_minutes;
    let ms = (minutes * 60 + second.min(59)) * 1000 + fraction_ms;
    Some(u64::try_from(ms).unwrap_or(0))
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    let digit = |b: u8| b.is_ascii_digit().then(|| i64::from(b - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// The milliseconds of a fraction of a second, and what follows it.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(digits) = text.strip_prefix('.') else { return Some((0, text)) };
    let end = digits.find(|c: char| !c.is_ascii_digit())?;
    let (digits, rest) = digits.split_at(end);
    let ms = digits.bytes().chain(*b"00").take(3).fold(0, |ms, b| ms * 10 + i64::from(b - b'0'));
    (!digits.is_empty()).then_some((ms, rest))
}

/// How many minutes a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    match *zone.as_bytes() {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let (hours, minutes) = (two(a, b)?, two(c, d)?);
            let ahead = if sign == b'+' { hours * 60 + minutes } else { -(hours * 60 + minutes) };
            (hours <= 23 && minutes <= 59).then_some(ahead)
        }
        _ => None,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the calendar of RFC 3339, which is Gregorian all the way back.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    const DAYS_TO_1970: i64 = 719_528;
    let whole = |year: i64| year * 365 + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    whole(year) - DAYS_TO_1970 - 1 + months + day
}

#[cfg(test)]
mod tests;
