//! Addresses that a stranger wrote: hosts, and the endpoints of protocols.

use schemars::json_schema;

use crate::{closed::parsed_string, fault::Malformed, limit, pattern::END};

/// Where a protocol is reached: `https`, or `http` on this very machine. No
/// credentials, and no query or fragment, where they like to hide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Parses an endpoint that a stranger wrote.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match fault_in(text) {
            None => Ok(Self(text.to_owned())),
            Some(reason) => Err(Malformed {
                text: text.to_owned(),
                expected: "an `https` address (or `http` to this machine) without credentials",
                reason,
            }),
        }
    }

    /// The endpoint as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fault_in(text: &str) -> Option<&'static str> {
    let (secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Some("it does not start with `https://`"),
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority_parts(authority);
    if text.chars().count() > limit::ENDPOINT_CHARS_MAX {
        return Some("it is longer than 2048 characters");
    }
    if authority.contains('@') {
        return Some("it holds credentials; give the name of a `binding` instead");
    }
    if port.is_some_and(|port| !is_port(port)) {
        return Some("its port is not a number from 1 to 65535");
    }
    if !matches!(host, "127.0.0.1" | "[::1]") && !is_host(host) && !is_ipv4(host) {
        return Some("its host is not a domain name in small letters or an IPv4 address");
    }
    if !secure && !matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
        return Some("`http` goes to `localhost`, `127.0.0.1` or `[::1]` only");
    }
    (!path.chars().all(is_path)).then_some("its path holds a query, a fragment or another odd character")
}

/// Host and port; the colons of `[::1]` are not before a port.
fn authority_parts(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn is_port(text: &str) -> bool {
    is_number(text) && text != "0" && text.parse::<u16>().is_ok()
}

fn is_ipv4(text: &str) -> bool {
    text.split('.').count() == 4 && text.split('.').all(|part| is_number(part) && part.parse::<u8>().is_ok())
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

fn is_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/".contains(c)
}

/// A domain name in small letters; one whose last label is a number is none.
pub(crate) fn is_host(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253 && text.split('.').all(is_label) && !last.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_label(label: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let odd = label.is_empty() || label.len() > 63 || label.starts_with('-') || label.ends_with('-');
    !odd && label.chars().all(plain)
}

/// A domain name, for a schema.
pub(crate) const HOST_PATTERN: &str = r"(?![^/:]{254})([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+(/|:|(?![\s\S])))[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

fn pattern() -> String {
    let byte = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    let port = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
    let here = r"localhost|127\.0\.0\.1|\[::1\]";
    let path = r"(/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)?";
    format!(r"^(https://({HOST_PATTERN}|({byte}\.){{3}}{byte}|\[::1\])|http://({here}))(:{port})?{path}{END}")
}

parsed_string!(
    Endpoint,
    json_schema!({
        "type": "string",
        "description": "An `https` address, or `http` to this machine, without credentials, query and fragment.",
        "minLength": 1,
        "maxLength": limit::ENDPOINT_CHARS_MAX,
        "pattern": pattern()
    })
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_encrypted_or_here() {
        for text in [
            "https://pdp.example.org",
            "https://pdp.example.org/",
            "https://pdp.example.org:8443/access/v1",
            "https://10.0.0.5:8181/v1/data",
            "http://localhost:8181/v1/data",
            "http://127.0.0.1/x",
            "http://[::1]:8181",
            "https://[::1]",
        ] {
            assert!(Endpoint::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn other_addresses_are_refused() {
        for text in [
            "",
            "pdp.example.org",
            "ftp://pdp.example.org",
            "http://pdp.example.org/",
            "http://localhost.example.org/",
            "http://127.0.0.1.example.org/",
            "https://",
            "https:///x",
            "https://:443/x",
            "https://a:b/",
            "https://a:0/",
            "https://a:080/",
            "https://a:65536/",
            "https://a:/",
            "https://user@a/",
            "https://user:pw@a/",
            "https://a/?key=1",
            "https://a/#x",
            "https://a\\@b/",
            "https://a b/",
            "https://a/\n",
            "https://A.example.org/",
            "https://1.2.3.256/",
            "https://01.2.3.4/",
            "https://[::2]/",
            "https://-a.org/",
        ] {
            assert!(Endpoint::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_refusal_repeats_no_secret() {
        for text in ["https://user:s3cret@a/", "user:s3cret@a", "https://a/?key=s3cret", "https://a/#s3cret"]
        {
            let refused = Endpoint::parse(text).unwrap_err().to_string();
            assert!(!refused.contains("s3cret"), "{refused}");
        }
    }
}
