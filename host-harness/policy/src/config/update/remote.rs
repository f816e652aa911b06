//! A place that a branch may be pushed to.

use serde::Deserialize;

use crate::config::CredentialConfig;

/// A remote. The address is this one and no other: what the repository's own
/// configuration says about it is never read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitRemote {
    /// Its name.
    pub name: String,
    /// Its address: `https://`, `ssh://` or `file:///`.
    pub url: String,
    /// Over HTTPS: the user that the credential belongs to. Default: `x-access-token`.
    pub user: Option<String>,
    /// Over HTTPS: the password or token.
    pub credential: Option<CredentialConfig>,
    /// Over HTTPS: the certificates that are trusted for it, a PEM file.
    pub ca_file: Option<String>,
    /// Over HTTPS: the proxy on the way to it.
    pub proxy: Option<String>,
    /// Over SSH: the file of the private key, without a passphrase.
    pub key: Option<String>,
    /// Over SSH: the keys that the host may show, as OpenSSH keeps them.
    pub known_hosts: Option<String>,
}

/// How a remote is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// HTTPS.
    Https,
    /// SSH.
    Ssh,
    /// A repository on this machine.
    File,
}

impl Transport {
    /// Its name in an address.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Ssh => "ssh",
            Self::File => "file",
        }
    }
}

impl GitRemote {
    /// How it is reached; none for an address that nothing is pushed to.
    pub fn transport(&self) -> Option<Transport> {
        [Transport::Https, Transport::Ssh, Transport::File].into_iter().find(|transport| {
            self.url.strip_prefix(transport.scheme()).is_some_and(|rest| rest.starts_with("://"))
        })
    }

    pub(super) fn files(&mut self) -> Vec<&mut String> {
        let credential = self.credential.as_mut().and_then(|credential| credential.file.as_mut());
        [self.ca_file.as_mut(), self.key.as_mut(), self.known_hosts.as_mut(), credential]
            .into_iter()
            .flatten()
            .collect()
    }

    pub(super) fn fault(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if self.name.is_empty() || self.name.len() > 100 || !self.name.chars().all(plain) {
            return Some("the name is empty, too long or holds an odd character".to_owned());
        }
        let Some(transport) = self.transport() else {
            return Some("`url` starts with none of `https://`, `ssh://` and `file:///`".to_owned());
        };
        let fault = address_fault(transport, &self.url).map(|fault| format!("`url` {fault}"));
        fault.or_else(|| self.key_fault(transport)).or_else(|| self.value_fault())
    }

    fn key_fault(&self, transport: Transport) -> Option<String> {
        let (https, ssh) = (Some(Transport::Https), Some(Transport::Ssh));
        let keys = [
            ("user", self.user.is_some(), https),
            ("credential", self.credential.is_some(), https),
            ("ca_file", self.ca_file.is_some(), https),
            ("proxy", self.proxy.is_some(), https),
            ("key", self.key.is_some(), ssh),
            ("known_hosts", self.known_hosts.is_some(), ssh),
        ];
        let odd = keys.into_iter().find(|(_, given, of)| *given && *of != Some(transport));
        if let Some((key, ..)) = odd {
            return Some(format!("`{key}` is no key of a `{}` address", transport.scheme()));
        }
        let missing =
            keys.into_iter().find(|(_, given, of)| !given && *of == ssh && transport == Transport::Ssh);
        missing.map(|(key, ..)| format!("`{key}` is missing: nothing of the user's own SSH is used"))
    }

    fn value_fault(&self) -> Option<String> {
        let odd_user = |user: &String| user.is_empty() || user.contains(|c: char| c.is_control() || c == ':');
        if self.user.as_ref().is_some_and(odd_user) {
            return Some("`user` is empty or holds `:` or a control character".to_owned());
        }
        if self.credential.as_ref().is_some_and(|credential| credential.header.is_some()) {
            return Some("`credential` has a `header`, and git sends it as a password".to_owned());
        }
        let proxy = self.proxy.as_ref().and_then(|proxy| {
            let rest =
                proxy.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https" | "socks5h"));
            let known = rest.is_some_and(|(_, rest)| {
                authority_fault(rest.trim_end_matches('/'), User::Forbidden).is_none()
            });
            (!known)
                .then(|| "`proxy` is no `http://`, `https://` or `socks5h://` address of a host".to_owned())
        });
        proxy.or_else(|| self.credential.as_ref().and_then(CredentialConfig::fault))
    }
}

/// Whether an address may name a user.
#[derive(Clone, Copy, PartialEq, Eq)]
enum User {
    Allowed,
    Forbidden,
}

fn address_fault(transport: Transport, url: &str) -> Option<&'static str> {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    if url.len() > 2048
        || url.contains(|c: char| c.is_control() || c.is_whitespace() || "\"'\\`$?#".contains(c))
    {
        return Some("is too long or holds a space, a quote, a query or another odd character");
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if path.len() < 2 || path.split('/').any(|name| name == "..") {
        return Some("names no repository");
    }
    match transport {
        Transport::File => (!authority.is_empty()).then_some("names a host, and a `file` address has none"),
        Transport::Https => authority_fault(authority, User::Forbidden),
        Transport::Ssh => authority_fault(authority, User::Allowed),
    }
}

fn authority_fault(authority: &str, user: User) -> Option<&'static str> {
    let host = match authority.rsplit_once('@') {
        Some(_) if user == User::Forbidden => return Some("holds a user or a password; name a `credential`"),
        Some((name, _)) if !is_plain(name) => return Some("has a user with an odd character, or a password"),
        Some((_, host)) => host,
        None => authority,
    };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let bracketed = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let odd_host = match bracketed {
        Some(address) => address.parse::<core::net::Ipv6Addr>().is_err(),
        None => !is_plain(name),
    };
    if odd_host {
        return Some("has a host that is none");
    }
    let odd_port = port
        .is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port == 0) || port.parse::<u16>().is_err());
    odd_port.then_some("has a port that is none")
}

/// What can't be taken for an option, a path or a part of a command line.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && !name.starts_with(['-', '.']) && name.chars().all(plain)
}
