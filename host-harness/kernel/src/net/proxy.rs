//! What stands between the Runner and a place.

use std::net::IpAddr;

use ipnet::IpNet;
use policy::{
    Code,
    config::{Private, ProxyConfig},
};
use reqwest::Url;
use secrecy::SecretString;

use super::{address::Guard, failure::Fault, place::Place};
use crate::secret::Known;

/// A proxy that requests go through.
#[derive(Clone)]
pub(super) struct Proxy {
    url: Url,
}

impl Proxy {
    /// The proxy for a place, if there is one.
    pub(super) fn of(
        config: &ProxyConfig,
        place: &Place,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, Fault> {
        let address = match config {
            ProxyConfig::None => None,
            ProxyConfig::Url(url) => Some(url.clone()),
            ProxyConfig::System => named(place, environment),
        };
        address.map(|address| Self::parse(&address)).transpose()
    }

    fn parse(address: &str) -> Result<Self, Fault> {
        let odd = |why: &str| Fault::own(Code::NetProxy, format!("its proxy {why}"));
        let whole = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let url = Url::parse(&whole).map_err(|_| odd("has an address that can't be read"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(
                odd("speaks something else than HTTP").hint("name an HTTP proxy; SOCKS is not spoken")
            );
        }
        let proxy = Self { url };
        let host = proxy.host();
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => proxy.guard().all(&[address]).map(|()| proxy).map_err(Fault::closed),
            Err(_) if host.is_empty() => Err(odd("has no host")),
            Err(_) => Ok(proxy),
        }
    }

    pub(super) fn host(&self) -> String {
        self.url.host_str().unwrap_or_default().to_owned()
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Proxies are near; yet none answers where clouds hand out credentials.
    pub(super) fn guard(&self) -> Guard {
        Guard { private: Private::All, here: true, encrypted: true }
    }

    /// A password in the environment's proxy is a secret like any other.
    pub(super) fn learned(&self, known: &Known) {
        if let Some(password) = self.url.password().filter(|password| !password.is_empty()) {
            known.learn("the proxy's password", &SecretString::from(password));
        }
    }

    pub(super) fn to_library(&self) -> Result<reqwest::Proxy, Fault> {
        reqwest::Proxy::all(self.url.clone())
            .map_err(|_| Fault::own(Code::NetProxy, "its proxy can't be used".to_owned()))
    }
}

/// The proxy that the environment names for a place.
fn named(place: &Place, environment: impl Fn(&str) -> Option<String>) -> Option<String> {
    let first = |names: &[&str]| {
        names
            .iter()
            .filter_map(|name| environment(name))
            .map(|text| text.trim().to_owned())
            .find(|text| !text.is_empty())
    };
    let direct =
        first(&["no_proxy", "NO_PROXY"]).is_some_and(|list| is_listed(&list, &place.host, place.port));
    if place.guard.here || direct {
        return None;
    }
    let own = if place.encrypted { ["https_proxy", "HTTPS_PROXY"] } else { ["http_proxy", "HTTP_PROXY"] };
    first(&[own[0], own[1], "all_proxy", "ALL_PROXY"])
}

/// Whether `NO_PROXY` lists a host: `*`, a domain with all below it, an address, a network,
/// each with a port if need be.
fn is_listed(list: &str, host: &str, port: u16) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    list.split(',').map(str::trim).any(|entry| {
        let (name, wanted) = match entry.rsplit_once(':') {
            Some((name, number)) if !name.contains(':') => (name, number.parse::<u16>().ok()),
            _ => (entry, Some(port)),
        };
        wanted == Some(port) && covers(name, &host)
    })
}

fn covers(entry: &str, host: &str) -> bool {
    let entry = entry.to_ascii_lowercase();
    if let Ok(address) = host.parse::<IpAddr>() {
        let network = entry.parse::<IpNet>().is_ok_and(|network| network.contains(&address));
        return entry == "*" || network || entry.parse::<IpAddr>().is_ok_and(|listed| listed == address);
    }
    let domain = entry.strip_prefix("*.").unwrap_or(entry.trim_start_matches('.'));
    let below = host.strip_suffix(domain).is_some_and(|start| start.ends_with('.'));
    entry == "*" || !domain.is_empty() && (host == domain || below)
}

#[cfg(test)]
mod tests {
    use policy::config::BindingConfig;

    use super::*;

    fn found(url: &str, variables: &[(&str, &str)]) -> Result<Option<String>, Code> {
        let config = BindingConfig { private: Private::All, ..Default::default() };
        let place = Place::of(&config, url).unwrap();
        let environment =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let proxy = Proxy::of(&ProxyConfig::System, &place, environment);
        proxy.map(|proxy| proxy.map(|proxy| proxy.host())).map_err(|fault| fault.code)
    }

    #[test]
    fn the_environment_names_a_proxy_for_each_scheme() {
        for (url, variables, expected) in [
            ("https://a.example", &[][..], None),
            ("https://a.example", &[("HTTPS_PROXY", "http://p:1")], Some("p")),
            ("https://a.example", &[("https_proxy", "http://q:1"), ("HTTPS_PROXY", "http://p:1")], Some("q")),
            ("https://a.example", &[("HTTPS_PROXY", "u:p@p:1")], Some("p")),
            ("https://a.example", &[("HTTP_PROXY", "http://p:1")], None),
            ("https://a.example", &[("HTTPS_PROXY", " ")], None),
            ("https://a.example", &[("ALL_PROXY", "http://p:1")], Some("p")),
            ("http://a.example", &[("http_proxy", "http://p:1")], Some("p")),
            ("http://localhost:1", &[("http_proxy", "http://p:1")], None),
        ] {
            assert_eq!(found(url, variables), Ok(expected.map(str::to_owned)), "{url} {variables:?}");
        }
        assert_eq!(found("https://a.example", &[("ALL_PROXY", "socks5://p:1")]), Err(Code::NetProxy));
        assert_eq!(
            found("https://a.example", &[("ALL_PROXY", "http://169.254.169.254")]),
            Err(Code::NetMetadata)
        );
    }

    #[test]
    fn no_proxy_lists_hosts_networks_and_ports() {
        for (list, host, port, listed) in [
            ("*", "a.example", 443, true),
            ("example", "a.example", 443, true),
            (".example", "a.example", 443, true),
            ("*.example", "a.example", 443, true),
            ("a.example", "a.example", 443, true),
            ("b.example, a.example", "a.example", 443, true),
            ("ample", "a.example", 443, false),
            ("a.example:8443", "a.example", 443, false),
            ("a.example:443", "A.example", 443, true),
            ("10.0.0.0/8", "10.1.2.3", 443, true),
            ("10.1.2.3", "10.1.2.3", 443, true),
            ("10.0.0.0/8", "11.1.2.3", 443, false),
            ("::1", "[::1]", 443, true),
            ("fd00::/8", "[fd00::5]", 443, true),
            ("", "a.example", 443, false),
            (",", "a.example", 443, false),
        ] {
            assert_eq!(is_listed(list, host, port), listed, "{list} {host}");
        }
    }
}
