//! Where a binding leads, read once.

use std::net::IpAddr;

use policy::{
    Code,
    config::{BindingConfig, Private},
};
use reqwest::Url;

use super::{address::Guard, failure::Fault};

/// The place of a binding, whose address everybody reads in the same way.
#[derive(Clone)]
pub(super) struct Place {
    /// Scheme, host and port.
    pub origin: String,
    /// The path that all others lie below, without its last `/`.
    pub path: String,
    pub host: String,
    pub port: u16,
    pub encrypted: bool,
    pub guard: Guard,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Place {
    /// Reads a binding's address. `https` stands for every encrypted scheme, `http` for the others.
    pub(super) fn of(config: &BindingConfig, written: &str) -> Result<Self, Fault> {
        let odd = |why: &str| Fault::own(Code::NetAddress, format!("its address {why}"));
        let url = Url::parse(written).map_err(|_| odd("can't be read"))?;
        let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| odd("has no host"))?;
        let port = url.port_or_known_default().filter(|port| *port > 0).ok_or_else(|| odd("has no port"))?;
        if !bare || url.fragment().is_some() || !matches!(url.scheme(), "http" | "https") {
            return Err(odd("holds more than scheme, host, port and path"));
        }
        let encrypted = url.scheme() == "https";
        let as_read = host_written(written) == host;
        let guard = Guard { private: config.private.clone(), here: as_read && is_here(host), encrypted };
        literal(host).map_or(Ok(()), |address| guard.all(&[address])).map_err(Fault::closed)?;
        let path = url.path().trim_end_matches('/');
        if !as_read || !(written.trim_end_matches('/').ends_with(path)) {
            return Err(odd("means one thing to some readers and another to others; write it plainly"));
        }
        if !encrypted && !guard.here && guard.private == Private::None {
            return Err(Fault::own(
                Code::NetPlain,
                "its address is neither encrypted nor on this machine".to_owned(),
            )
            .hint("give it an `https` address, or say `private`"));
        }
        Ok(Self {
            origin: origin(&url),
            path: path.to_owned(),
            host: host.to_owned(),
            port,
            encrypted,
            guard,
        })
    }
}

/// The address, where a host is one. The library of HTTP looks up nothing then.
fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn is_here(host: &str) -> bool {
    host == "localhost" || literal(host).is_some_and(|address| address.is_loopback())
}

/// The host as it stands there, before anybody reads numbers in it.
fn host_written(written: &str) -> &str {
    let rest = written.split_once("://").map_or(written, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    }
}

/// Scheme, host and port as an address begins.
pub(super) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
