//! The decision points of a Runner, as its configuration names them.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::address::Endpoint;
use serde::Deserialize;

use super::VaultReference;
use crate::{
    answer::Protocol,
    point::{bundle::Algorithm, openfga},
};

/// A decision point. Which keys it takes depends on its protocol.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointConfig {
    /// Its name, in refusals and in the trace.
    pub name: String,
    /// What it speaks.
    pub protocol: PointProtocol,
    /// Whether it is asked at every call too, not only for each capability.
    #[serde(default)]
    pub every_call: bool,
    /// Its address.
    pub url: Option<String>,
    /// How long it may take, from the first byte sent to the last one read.
    pub timeout_ms: Option<u64>,
    /// How large its answer may be.
    pub bytes_max: Option<u64>,
    /// How far its clock may be from the Runner's.
    pub clock_skew_seconds: Option<u64>,
    /// What the Runner shows to it.
    pub credential: Option<CredentialConfig>,
    /// The certificates that are trusted for it, a PEM file.
    pub ca_file: Option<String>,
    /// AuthZEN: whether its endpoints are asked for first.
    pub discovery: Option<bool>,
    /// Rego and OPA: the rule that decides.
    pub rule: Option<String>,
    /// Rego: the folder of the policy.
    pub folder: Option<String>,
    /// Rego: the signed bundle of the policy.
    pub bundle: Option<String>,
    /// Rego: the keys that a bundle may be signed with.
    pub keys: Option<BTreeMap<String, KeyConfig>>,
    /// Rego: the scope that the bundle must be signed for.
    pub scope: Option<String>,
    /// OpenFGA: the store.
    pub store: Option<String>,
    /// OpenFGA: the authorization model.
    pub model: Option<String>,
}

/// What a decision point speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointProtocol {
    /// OpenID AuthZEN Authorization API 1.0.
    Authzen,
    /// A Rego policy, evaluated in the process.
    Rego,
    /// The data API of an Open Policy Agent.
    Opa,
    /// OpenFGA.
    Openfga,
    /// Another AGenNext Runner.
    Runner,
}

/// A key that a bundle may be signed with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// `RS256`, `ES256` or `HS256`.
    pub algorithm: Algorithm,
    /// The public key as PEM, or the secret, in a file.
    pub file: String,
}

/// What the Runner shows to a decision point, and where it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialConfig {
    /// The header that it goes into. Default: `Authorization`, as a bearer token.
    pub header: Option<String>,
    /// Bindings: what stands before it there, such as `token `. Default: `Bearer ` in
    /// `Authorization`, else nothing.
    pub prefix: Option<String>,
    /// The environment variable that holds it.
    pub env: Option<String>,
    /// The file that holds it.
    pub file: Option<String>,
    /// Where `[vault]` keeps it: `path#key`.
    pub vault: Option<String>,
}

impl From<PointProtocol> for Protocol {
    fn from(protocol: PointProtocol) -> Self {
        match protocol {
            PointProtocol::Authzen => Self::Authzen,
            PointProtocol::Rego => Self::Rego,
            PointProtocol::Opa => Self::Opa,
            PointProtocol::Openfga => Self::Openfga,
            PointProtocol::Runner => Self::Runner,
        }
    }
}

/// Nobody waits longer than this for a decision.
const TIMEOUT_MS_MAX: u64 = 600_000;
const OVER_HTTP: &[&str] = &["url", "timeout_ms", "bytes_max", "clock_skew_seconds", "credential", "ca_file"];

impl PointProtocol {
    /// The keys that it takes beyond name and protocol, and those that it needs.
    fn keys(self) -> (Vec<&'static str>, &'static [&'static str]) {
        let http = |more: &[&'static str]| [OVER_HTTP, more].concat();
        match self {
            Self::Authzen => (http(&["discovery"]), &["url"]),
            Self::Rego => (vec!["rule", "folder", "bundle", "keys", "scope", "timeout_ms"], &["rule"]),
            Self::Opa => (http(&["rule"]), &["url", "rule"]),
            Self::Openfga => (http(&["store", "model"]), &["url", "store", "model"]),
            Self::Runner => (http(&[]), &["url"]),
        }
    }
}

impl PointConfig {
    /// The names of the keys that are given.
    fn given(&self) -> Vec<&'static str> {
        [
            ("url", self.url.is_some()),
            ("timeout_ms", self.timeout_ms.is_some()),
            ("bytes_max", self.bytes_max.is_some()),
            ("clock_skew_seconds", self.clock_skew_seconds.is_some()),
            ("credential", self.credential.is_some()),
            ("ca_file", self.ca_file.is_some()),
            ("discovery", self.discovery.is_some()),
            ("rule", self.rule.is_some()),
            ("folder", self.folder.is_some()),
            ("bundle", self.bundle.is_some()),
            ("keys", self.keys.is_some()),
            ("scope", self.scope.is_some()),
            ("store", self.store.is_some()),
            ("model", self.model.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
        .collect()
    }

    /// What no point of its protocol can be.
    fn fault(&self) -> Option<String> {
        let (taken, needed) = self.protocol.keys();
        let given = self.given();
        if let Some(odd) = given.iter().find(|name| !taken.contains(name)) {
            return Some(format!("`{odd}` is no key of its protocol"));
        }
        if let Some(missing) = needed.iter().find(|name| !given.contains(name)) {
            return Some(format!("`{missing}` is missing"));
        }
        let zero = [("timeout_ms", self.timeout_ms), ("bytes_max", self.bytes_max)];
        if let Some((name, _)) = zero.into_iter().find(|(_, number)| *number == Some(0)) {
            return Some(format!("`{name}` must be at least 1"));
        }
        if self.timeout_ms.is_some_and(|ms| ms > TIMEOUT_MS_MAX) {
            return Some(format!("`timeout_ms` must be at most {TIMEOUT_MS_MAX}"));
        }
        let ids = [("store", &self.store), ("model", &self.model)];
        let odd = ids.into_iter().find(|(_, id)| id.as_ref().is_some_and(|id| !openfga::is_id(id)));
        if let Some((name, _)) = odd {
            return Some(format!(
                "`{name}` is no id as OpenFGA gives them, such as 01HVMMBCMGZNT3SED4Z17ECXCA"
            ));
        }
        self.source_fault()
            .or_else(|| address_fault(self.url.as_deref()))
            .or_else(|| self.credential.as_ref().and_then(CredentialConfig::fault))
    }

    fn source_fault(&self) -> Option<String> {
        let fault = match (self.protocol, &self.folder, &self.bundle, &self.keys) {
            (PointProtocol::Rego, Some(_), Some(_), _) => "`folder` and `bundle` are both given; give one",
            (PointProtocol::Rego, None, None, _) => "one of `folder` and `bundle` is missing",
            (PointProtocol::Rego, None, Some(_), None) => {
                "`keys` is missing: a bundle counts only with a signature that can be verified"
            }
            (PointProtocol::Rego, Some(_), None, Some(_)) => "`keys` are for a `bundle`",
            _ => return None,
        };
        Some(fault.to_owned())
    }
}

/// Why an address is none that a decision may travel to.
pub(super) fn address_fault(url: Option<&str>) -> Option<String> {
    url.and_then(|url| Endpoint::parse(url).err()).map(|fault| fault.to_string())
}

impl CredentialConfig {
    pub(super) fn fault(&self) -> Option<String> {
        let prefixed = self.prefix.as_ref().map(|_| "`credential.prefix` is for bindings".to_owned());
        self.source_fault().or(prefixed)
    }

    /// What no credential can be, of a binding or of anybody.
    pub(super) fn source_fault(&self) -> Option<String> {
        match [&self.env, &self.file, &self.vault].into_iter().flatten().count() {
            1 => self.vault.as_ref().and_then(|text| VaultReference::parse(text).err()),
            _ => Some("`credential` needs one of `env`, `file` and `vault`".to_owned()),
        }
    }
}

/// The first fault of any point, with the place of the point.
pub(super) fn fault(points: &[PointConfig]) -> Option<String> {
    let mut names = BTreeSet::new();
    points.iter().enumerate().find_map(|(index, point)| {
        let place = format!("decision_points[{index}] `{}`", point.name.escape_debug());
        if point.name.is_empty() || point.name.len() > 100 || point.name.contains(char::is_control) {
            return Some(format!("{place}: the name is empty, too long or not printable"));
        }
        if matches!(point.name.as_str(), "local-policy" | "agent-id") {
            return Some(format!("{place}: the name is one of the Runner's own"));
        }
        if !names.insert(&point.name) {
            return Some(format!("{place}: another decision point has this name"));
        }
        point.fault().map(|fault| format!("{place}: {fault}"))
    })
}
