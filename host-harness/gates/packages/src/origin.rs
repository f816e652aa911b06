//! Addresses that packages are taken from, and the hashes of what is taken.

use base64::Engine as _;

use crate::{Hash, HashKind, Origin};

/// An address without what identifies a person: no user, no query, no fragment.
pub(crate) fn plain(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = address.split_once("://") else {
        return short_ssh(address);
    };
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// `git@host:path` as an address.
fn short_ssh(address: &str) -> String {
    let without = address.split_once('@').filter(|(user, _)| !user.contains(['/', ':']));
    match without.and_then(|(_, rest)| rest.split_once(':')) {
        Some((host, path)) => format!("ssh://{host}/{path}"),
        None => address.rsplit_once('@').map_or(address, |(_, rest)| rest).to_owned(),
    }
}

/// A git repository as it is written, with what is asked of it after `#`.
pub(crate) fn git(address: &str) -> Origin {
    let (address, fragment) = address.split_once('#').unwrap_or((address, ""));
    let address = address.strip_prefix("git+").unwrap_or(address);
    let fragment = fragment.strip_prefix("commit=").unwrap_or(fragment);
    let fragment = fragment.split('&').next().unwrap_or_default();
    Origin::Git { url: plain(address), commit: commit(fragment) }
}

/// A text that can only be a commit.
pub(crate) fn commit(text: &str) -> Option<String> {
    let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hexadecimal && matches!(text.len(), 7..=40 | 64)).then(|| text.to_ascii_lowercase())
}

/// The hashes of a subresource integrity, such as `sha512-` and base64.
pub(crate) fn integrity(text: &str) -> impl Iterator<Item = Hash> {
    text.split_ascii_whitespace().filter_map(|one| {
        let (kind, hash) = one.split_once('-')?;
        let hash = hash.split('?').next()?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(hash).ok()?;
        self::hash(kind, &hexadecimal(&bytes))
    })
}

/// A hash by the name of its kind; none where it is not one.
pub(crate) fn hash(kind: &str, hex: &str) -> Option<Hash> {
    let (kind, length) = match kind.to_ascii_lowercase().as_str() {
        "md5" => (HashKind::Md5, 32),
        "sha1" | "sha-1" => (HashKind::Sha1, 40),
        "sha256" | "sha-256" => (HashKind::Sha256, 64),
        "sha384" | "sha-384" => (HashKind::Sha384, 96),
        "sha512" | "sha-512" => (HashKind::Sha512, 128),
        _ => return None,
    };
    let right = hex.len() == length && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    right.then(|| Hash { kind, hex: hex.to_ascii_lowercase() })
}

/// The hash in a text such as `sha256:` and hexadecimal.
pub(crate) fn prefixed(text: &str) -> Option<Hash> {
    let (kind, hex) = text.split_once([':', '='])?;
    hash(kind.trim(), hex.trim())
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_what_identifies_a_person() {
        for (written, expected) in [
            ("https://user:pass@host.example/a/b.git?token=x#y", "https://host.example/a/b.git"),
            ("ssh://git@github.com/a/b", "ssh://github.com/a/b"),
            ("git@github.com:a/b.git", "ssh://github.com/a/b.git"),
            ("https://host.example/@scope/a", "https://host.example/@scope/a"),
            ("user:pa@ss@host/a", "host/a"),
        ] {
            assert_eq!(plain(written), expected);
        }
    }

    #[test]
    fn hashes_are_told_by_kind_and_length() {
        assert_eq!(integrity("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= sha9-xx").count(), 1);
        assert!(hash("sha256", "abc").is_none());
        assert_eq!(
            prefixed("md5:D41D8CD98F00B204E9800998ECF8427E").map(|hash| hash.kind),
            Some(HashKind::Md5)
        );
    }
}
