//! A place beyond the machine, by the name that the agent uses.

mod allow;
mod headers;
mod limits;
mod mail;
mod reach;
mod usage;

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::fault::shown;
use serde::Deserialize;

pub use allow::{ActionConfig, Allow, MethodName, PathPattern, is_plain_path};
pub use limits::{BindingLimits, BreakerConfig};
pub use mail::MailConfig;
pub use reach::{Private, ProxyConfig, Redirects};
pub use usage::{CachedTokens, Pointers, Price, UsageConfig};

use super::{CredentialConfig, MODEL_PREFIX, ModelPlace};

/// A binding.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BindingConfig {
    /// Its name, which the agent uses.
    pub name: String,
    /// What is at the other end.
    pub kind: BindingKind,
    /// What is spoken there.
    pub protocol: TransportName,
    /// Its address.
    pub url: String,
    /// What may be said: methods, and the paths below the address. Without it nothing may,
    /// but for what `actions` name.
    pub allow: Vec<Allow>,
    /// What the agent can have done, by name.
    pub actions: BTreeMap<String, ActionConfig>,
    /// Headers that every request carries, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// What the Runner shows to it.
    pub credential: Option<CredentialConfig>,
    /// Webhooks: whether the credential signs what is sent instead of being sent itself.
    pub sign: bool,
    /// Mail: from whom and to whom.
    pub mail: Option<MailConfig>,
    /// The certificates that are trusted for it, a PEM file, and no others.
    pub ca_file: Option<String>,
    /// What stands between.
    pub proxy: ProxyConfig,
    /// The private networks that its name may lead to.
    pub private: Private,
    /// Whether an answer may send the Runner elsewhere.
    pub redirects: Redirects,
    /// How long everything may take together: connecting, trying again, the answer.
    pub timeout_ms: u64,
    /// How long finding the name, connecting and encrypting may take.
    pub connect_timeout_ms: u64,
    /// How long an answer may pause.
    pub idle_timeout_ms: u64,
    /// How long everything may take up to the first byte of a good answer, attempts and pauses
    /// too. Without it as long as all together.
    pub patience_ms: Option<u64>,
    /// How often it is tried in all.
    pub attempts: u32,
    /// When it is left alone.
    pub breaker: BreakerConfig,
    /// What a run may use of it.
    pub limits: BindingLimits,
    /// Where an answer tells what it cost.
    pub usage: Option<UsageConfig>,
    /// How large a request's body may be.
    pub request_bytes_max: u64,
    /// How large an answer may be.
    pub response_bytes_max: u64,
    /// Whether answers may be handed on while they come.
    pub stream: bool,
    /// What a model's binding is beyond that. It is made from `[[models]]` and never written.
    #[serde(skip)]
    pub model: Option<ModelPlace>,
}

/// What is at the other end of a binding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BindingKind {
    /// Something that answers requests over HTTP.
    #[default]
    Http,
    /// A model. Such a binding is made from `[[models]]`.
    Model,
    /// Something that takes notifications as JSON.
    Webhook,
    /// An incoming webhook of Slack.
    Slack,
    /// A mail server.
    Smtp,
}

impl BindingKind {
    /// Whether people are told through it.
    pub fn is_channel(self) -> bool {
        !matches!(self, Self::Http | Self::Model)
    }
}

/// What can be spoken with a binding. `kernel::transport` says which of them this Kernel can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransportName {
    /// HTTP, a request and its answer.
    #[default]
    Http,
    /// Agent Network Protocol.
    Anp,
    /// Agent Communication Protocol.
    Acp,
    /// Agent Client Protocol.
    AgentClientProtocol,
    /// Agent2Agent.
    A2a,
    /// Model Context Protocol.
    Mcp,
    /// gRPC.
    Grpc,
    /// WebSocket.
    Websocket,
    /// The standard streams of a process.
    Stdio,
}

const MIB: u64 = 1024 * 1024;
const TIMEOUT_MS_MAX: u64 = 3_600_000;
const ATTEMPTS_MAX: u32 = 10;

impl Default for BindingConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            kind: BindingKind::Http,
            protocol: TransportName::Http,
            url: String::new(),
            allow: Vec::new(),
            actions: BTreeMap::new(),
            headers: BTreeMap::new(),
            credential: None,
            sign: false,
            mail: None,
            ca_file: None,
            proxy: ProxyConfig::None,
            private: Private::None,
            redirects: Redirects::None,
            timeout_ms: 60_000,
            connect_timeout_ms: 10_000,
            idle_timeout_ms: 30_000,
            patience_ms: None,
            attempts: 3,
            breaker: BreakerConfig::default(),
            limits: BindingLimits::default(),
            usage: None,
            request_bytes_max: 16 * MIB,
            response_bytes_max: 16 * MIB,
            stream: false,
            model: None,
        }
    }
}

impl BindingConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        let credential = self.credential.iter_mut().filter_map(|credential| credential.file.as_mut());
        let model = self.model.iter_mut().flat_map(ModelPlace::files);
        credential.chain(self.ca_file.as_mut()).chain(model).collect()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        self.name_fault()
            .or_else(|| self.number_fault())
            .or_else(|| self.kind_fault())
            .or_else(|| self.address_fault())
            .or_else(|| self.allow.iter().find_map(Allow::fault))
            .or_else(|| self.actions.iter().find_map(|(name, action)| action.fault(name)))
            .or_else(|| headers::headers_fault(&self.headers))
            .or_else(|| self.usage.as_ref().and_then(UsageConfig::fault))
            .or_else(|| self.limits_fault())
            .or_else(|| self.credential.as_ref().and_then(CredentialConfig::source_fault))
    }

    fn name_fault(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let good = !self.name.is_empty() && self.name.len() <= 100 && self.name.chars().all(plain);
        (!good).then(|| {
            format!("`name` is `{}`, and a name has letters, digits, `.`, `-` and `_`", shown(&self.name))
        })
    }

    fn number_fault(&self) -> Option<String> {
        let numbers = [
            ("timeout_ms", self.timeout_ms, TIMEOUT_MS_MAX),
            ("connect_timeout_ms", self.connect_timeout_ms, TIMEOUT_MS_MAX),
            ("idle_timeout_ms", self.idle_timeout_ms, TIMEOUT_MS_MAX),
            ("patience_ms", self.patience_ms.unwrap_or(1), TIMEOUT_MS_MAX),
            ("attempts", self.attempts.into(), ATTEMPTS_MAX.into()),
            ("breaker.failures", self.breaker.failures.into(), 1000),
            ("breaker.open_ms", self.breaker.open_ms, TIMEOUT_MS_MAX),
            ("request_bytes_max", self.request_bytes_max, 1024 * MIB),
            ("response_bytes_max", self.response_bytes_max, 1024 * MIB),
        ];
        let odd = numbers.into_iter().find(|(_, number, max)| !(1..=*max).contains(number));
        odd.map(|(key, _, max)| format!("`{key}` must be from 1 to {max}"))
    }

    /// What a binding of its kind does not have, or lacks.
    fn kind_fault(&self) -> Option<String> {
        let http = !self.kind.is_channel();
        let fault = match self.kind {
            BindingKind::Model if self.model.is_none() => {
                "`kind` is `model`, which no binding is written with\nhint: write `[[models]]`, of which it is made"
            }
            BindingKind::Model if !self.name.starts_with(MODEL_PREFIX) => {
                "`name` does not begin with `model.`, and that of a model's binding does"
            }
            BindingKind::Slack if self.credential.is_none() => {
                "`credential` is missing: the path of an incoming webhook is its secret"
            }
            BindingKind::Smtp if self.mail.is_none() => "`mail` is missing: from whom, and to whom",
            BindingKind::Smtp if self.proxy != ProxyConfig::None => "mail goes through no `proxy`",
            _ if !(http || self.allow.is_empty() && self.actions.is_empty()) => {
                "`allow` and `actions` are for bindings of the kind `http`"
            }
            _ if !http && !self.headers.is_empty() => "`headers` are for bindings of the kind `http`",
            _ if !http && self.usage.is_some() => "`usage` is for bindings of the kind `http`",
            _ if self.sign && self.kind != BindingKind::Webhook => "`sign` is for webhooks",
            _ if self.sign && self.credential.is_none() => "`sign` needs a `credential` to sign with",
            _ if self.kind != BindingKind::Smtp && self.mail.is_some() => "`mail` is for the kind `smtp`",
            _ => return self.mail.as_ref().and_then(MailConfig::fault),
        };
        Some(fault.to_owned())
    }

    fn address_fault(&self) -> Option<String> {
        reach::address_fault(&self.url, self.kind, &self.private)
    }

    /// A limit on what nobody counts would be none.
    fn limits_fault(&self) -> Option<String> {
        let usage = self.usage.as_ref();
        let fault = match (&self.limits, usage) {
            (limits, None) if limits.tokens.is_some() => "`limits.tokens` needs `usage`",
            (limits, usage)
                if limits.money_micros.is_some() && !usage.is_some_and(UsageConfig::is_priced) =>
            {
                "`limits.money_micros` needs `usage` with prices"
            }
            _ => return None,
        };
        Some(fault.to_owned())
    }
}

/// The first fault of any binding, with its place.
pub(super) fn faults(bindings: &[BindingConfig]) -> Option<String> {
    let mut bindings = bindings.iter().enumerate();
    bindings.find_map(|(at, one)| one.fault().map(|fault| format!("bindings[{at}]: {fault}")))
}

/// Two bindings that carry one name.
pub(super) fn clash(bindings: &[BindingConfig]) -> Option<String> {
    let mut names = BTreeSet::new();
    let twice = bindings.iter().find(|binding| !names.insert(&binding.name))?;
    Some(format!("bindings: two of them are called `{}`", shown(&twice.name)))
}

#[cfg(test)]
mod tests;
