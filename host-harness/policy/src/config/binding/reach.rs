use agent_contract::fault::shown;
use ipnet::IpNet;
use serde::Deserialize;

use super::BindingKind;

/// The networks, closed to bindings else, that a binding's name may lead to: private ones,
/// this machine and its link. No setting opens the addresses where a cloud hands out
/// credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenPrivate")]
pub enum Private {
    /// None: `false`.
    #[default]
    None,
    /// All private networks and this machine: `true`.
    All,
    /// These: a list in CIDR.
    These(Vec<IpNet>),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "`private` is `true`, `false` or a list such as [\"10.0.0.0/8\"]")]
enum WrittenPrivate {
    All(bool),
    These(Vec<String>),
}

impl TryFrom<WrittenPrivate> for Private {
    type Error = String;

    fn try_from(written: WrittenPrivate) -> Result<Self, String> {
        let parsed = |text: &String| {
            let odd =
                |_| format!("`private` holds `{}`, which is no network such as 10.0.0.0/8", shown(text));
            text.parse::<IpNet>().map_err(odd)
        };
        match written {
            WrittenPrivate::All(false) => Ok(Self::None),
            WrittenPrivate::All(true) => Ok(Self::All),
            WrittenPrivate::These(texts) if texts.is_empty() => Ok(Self::None),
            WrittenPrivate::These(texts) => {
                texts.iter().map(parsed).collect::<Result<_, _>>().map(Self::These)
            }
        }
    }
}

/// What stands between the Runner and a place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ProxyConfig {
    /// Nothing.
    #[default]
    None,
    /// What the Runner's environment names: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`.
    System,
    /// The proxy of this address.
    Url(String),
}

impl TryFrom<String> for ProxyConfig {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "none" => Ok(Self::None),
            "system" => Ok(Self::System),
            url if host_of(url, &["http://", "https://"]).is_some_and(|(_, path)| path.is_empty()) => {
                Ok(Self::Url(text))
            }
            _ => Err(format!(
                "`proxy` is `{}`, and can be `none`, `system` or an address such as http://proxy.example:3128, without credentials",
                shown(&text)
            )),
        }
    }
}

/// Whether an answer may send the Runner elsewhere. To another host it never can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redirects {
    /// It may not.
    #[default]
    None,
    /// To another path of the same place, where that is allowed too and nothing but read.
    SameOrigin,
}

/// Why a binding can't have this address.
pub(super) fn address_fault(url: &str, kind: BindingKind, private: &Private) -> Option<String> {
    let schemes: &[&str] = match kind {
        BindingKind::Smtp => &["smtps://", "smtp://"],
        _ => &["https://", "http://"],
    };
    let Some((host, path)) = host_of(url, schemes) else {
        return Some(format!(
            "`url` is `{}`, and must be an address from `{}` without credentials, query or fragment",
            shown(url),
            schemes[0]
        ));
    };
    let plain = url.starts_with("http://");
    let here = matches!(host, "localhost" | "[::1]") || host.starts_with("127.");
    if plain && !here && *private == Private::None {
        return Some(
            "`url` is not encrypted; `http` is for this machine and for `private` networks".to_owned(),
        );
    }
    let whole = matches!(kind, BindingKind::Slack | BindingKind::Smtp) && !matches!(path, "" | "/");
    whole.then(|| "`url` has a path, and here it can't have one".to_owned())
}

/// Host and path of an address that has nothing else but a port.
fn host_of<'a>(url: &'a str, schemes: &[&str]) -> Option<(&'a str, &'a str)> {
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme))?;
    let odd = |c: char| c.is_control() || c.is_whitespace() || !c.is_ascii() || "@?#\\\"<>^`{|}".contains(c);
    if url.len() > 2048 || rest.contains(odd) {
        return None;
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, "1"),
    };
    let port = port.parse::<u16>().is_ok_and(|port| port > 0);
    (!host.is_empty() && port).then_some((host, path))
}
