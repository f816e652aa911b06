//! Where the two APIs and the pages of a forge lie, told by one address.

use policy::config::{GithubEdition, GithubUpdate};

/// Where things are, below the address of the binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The address of the binding, without a `/` at its end.
    pub address: String,
    /// Before every path of the REST API.
    pub rest: &'static str,
    /// The GraphQL API; none where it does not lie below the address.
    pub graphql: Option<&'static str>,
    /// The host of the pages.
    pub web_host: String,
}

impl Place {
    /// The place that an address leads to.
    pub fn of(address: &str, config: &GithubUpdate) -> Self {
        let address = address.trim_end_matches('/');
        let (host, path) = host_and_path(address);
        let edition = config.edition.unwrap_or_else(|| told_by(host, path));
        let (rest, graphql) = match edition {
            GithubEdition::Cloud => ("", Some("/graphql")),
            GithubEdition::Enterprise if path.ends_with("/api/v3") => ("", None),
            GithubEdition::Enterprise if path.ends_with("/api") => ("/v3", Some("/graphql")),
            GithubEdition::Enterprise => ("/api/v3", Some("/api/graphql")),
        };
        let pages = match edition {
            GithubEdition::Cloud => host.strip_prefix("api.").unwrap_or(host),
            GithubEdition::Enterprise => host,
        };
        let web_host = config.web_host.clone().unwrap_or_else(|| pages.to_owned());
        Self { address: address.to_owned(), rest, graphql, web_host }
    }
}

fn told_by(host: &str, path: &str) -> GithubEdition {
    match host.starts_with("api.") && path.is_empty() {
        true => GithubEdition::Cloud,
        false => GithubEdition::Enterprise,
    }
}

/// The host without its port, and the path.
fn host_and_path(address: &str) -> (&str, &str) {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    };
    (host, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_both_editions_are_told_apart() {
        for (address, rest, graphql, web_host) in [
            ("https://api.github.com", "", Some("/graphql"), "github.com"),
            ("https://api.github.com/", "", Some("/graphql"), "github.com"),
            ("https://api.octo.ghe.com", "", Some("/graphql"), "octo.ghe.com"),
            ("https://ghe.example", "/api/v3", Some("/api/graphql"), "ghe.example"),
            ("https://ghe.example:8443/api", "/v3", Some("/graphql"), "ghe.example"),
            ("https://ghe.example/api/v3", "", None, "ghe.example"),
            ("https://api.ghe.example/api/v3/", "", None, "api.ghe.example"),
        ] {
            let place = Place::of(address, &GithubUpdate::default());
            assert_eq!(
                (place.rest, place.graphql, place.web_host.as_str()),
                (rest, graphql, web_host),
                "{address}"
            );
        }
    }

    #[test]
    fn what_the_configuration_says_goes_first() {
        let config = GithubUpdate {
            edition: Some(GithubEdition::Cloud),
            web_host: Some("github.com".to_owned()),
            ..GithubUpdate::default()
        };
        let place = Place::of("http://127.0.0.1:4000", &config);
        assert_eq!((place.rest, place.web_host.as_str()), ("", "github.com"));
    }
}
