//! From a configuration to a way out.

use std::{
    collections::BTreeMap,
    env,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use policy::{
    Code,
    config::{
        ActionConfig, Allow, AwsConfig, BindingConfig, ModelPlace, PathPattern, Redirects, TransportName,
        UsageConfig,
    },
};
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;

use super::Keys;
use crate::{
    KernelError,
    net::{
        Credential, Names,
        aws::Signer,
        breaker::Breaker,
        client,
        failure::{Fault, Way},
        fault::innermost,
        meter::Meter,
        names::GuardedNames,
        place::Place,
        proxy::Proxy,
        redact::Redaction,
        trust::trusting,
    },
    secret::Leaving,
    transport::recorded::Recording,
};

/// Connections that are kept for the next request, and for how long.
const KEPT_MAX: usize = 8;
const KEPT_FOR: Duration = Duration::from_secs(15);

/// What a binding is opened for.
#[derive(Debug, Clone)]
pub(in crate::net) enum Manner {
    /// Whatever it allows.
    Requests,
    /// One path, which may be a secret, whatever is asked for; the credential is sent or is not.
    Fixed { path: SecretString, credential: Carried },
}

/// Whether the credential travels in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::net) enum Carried {
    Sent,
    Kept,
}

/// A binding that is open.
pub(in crate::net) struct Opened {
    pub name: String,
    pub protocol: TransportName,
    pub place: Place,
    pub allow: Vec<Allow>,
    pub actions: BTreeMap<String, ActionConfig>,
    pub fixed: Option<SecretString>,
    /// For what is harmless: a connection may be used again.
    pub kept: reqwest::Client,
    /// For what is not: each has a connection of its own, so that a failure to connect is
    /// known to be one.
    pub fresh: reqwest::Client,
    /// What every request carries.
    pub headers: HeaderMap,
    /// What every request carries for now.
    pub carried: Mutex<Vec<(String, String)>>,
    pub credential: Option<(HeaderName, HeaderValue)>,
    pub signer: Option<Signer>,
    /// What it is beyond other bindings, where it is a model's.
    pub model: Option<ModelPlace>,
    /// What answers in the place's stead.
    pub recording: Option<Recording>,
    pub redaction: Redaction,
    pub leaving: Leaving,
    pub names: GuardedNames,
    pub way: Way,
    pub times: Times,
    pub attempts_max: usize,
    pub breaker: Breaker,
    pub meter: Meter,
    pub usage: Option<UsageConfig>,
    pub redirects: Redirects,
    pub request_bytes_max: u64,
    pub response_bytes_max: u64,
    stream: bool,
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(in crate::net) struct Times {
    pub whole: Duration,
    /// Up to the first byte of a good answer.
    pub patience: Duration,
    pub connect: Duration,
    pub idle: Duration,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Binding")
            .field("name", &self.name)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Opened {
    pub(in crate::net) fn new(
        config: &BindingConfig,
        keys: Keys,
        names: Arc<dyn Names>,
        manner: Manner,
    ) -> Result<Self, Fault> {
        if config.kind.is_channel() && matches!(manner, Manner::Requests) {
            let what = "it takes notifications and answers no requests";
            return Err(Fault::own(Code::NetKind, what.to_owned()));
        }
        let (fixed, carried) = match manner {
            Manner::Requests => (None, Carried::Sent),
            Manner::Fixed { path, credential } => (Some(path), credential),
        };
        let place = Place::of(config, &config.url)?;
        let proxy = Proxy::of(&config.proxy, &place, |name| env::var(name).ok())?;
        let known = keys.leaving.known().clone();
        proxy.iter().for_each(|proxy| proxy.learned(&known));
        let names = guarded(names, &place, proxy.as_ref());
        let times = Times::of(config);
        let client = |keeps| client(&place, &keys, &names, proxy.as_ref(), times.connect, keeps);
        Ok(Self {
            name: config.name.clone(),
            protocol: config.protocol,
            carried: Mutex::default(),
            kept: client(Keeps::Connections)?,
            fresh: client(Keeps::Nothing)?,
            headers: fixed_headers(config)?,
            credential: header(config, &keys, carried)?,
            signer: signer(config, &keys)?,
            recording: recording(config)?,
            model: config.model.clone(),
            redaction: Redaction::new(known, keys.credential),
            leaving: keys.leaving,
            way: if proxy.is_some() { Way::Proxied } else { Way::Straight },
            allow: allowed(config),
            actions: config.actions.clone(),
            attempts_max: config.attempts.max(1) as usize,
            breaker: Breaker::new(config.breaker),
            meter: Meter::new(config.limits, config.usage.as_ref().and_then(UsageConfig::price)),
            usage: config.usage.clone(),
            redirects: config.redirects,
            request_bytes_max: config.request_bytes_max,
            response_bytes_max: config.response_bytes_max,
            stream: config.stream,
            place,
            fixed,
            names,
            times,
        })
    }

    /// Whether answers may be handed on in pieces.
    pub(in crate::net) fn streams(&self) -> Result<(), KernelError> {
        let refused = || {
            Fault::own(Code::NetNotAllowed, "its answers may not be handed on while they come".to_owned())
                .hint("give the binding `stream = true`")
                .told(&self.name, 1)
        };
        if self.stream { Ok(()) } else { Err(refused()) }
    }
}

impl Times {
    fn of(config: &BindingConfig) -> Self {
        let whole = Duration::from_millis(config.timeout_ms);
        Self {
            whole,
            patience: config.patience_ms.map_or(whole, Duration::from_millis).min(whole),
            connect: Duration::from_millis(config.connect_timeout_ms).min(whole),
            idle: Duration::from_millis(config.idle_timeout_ms),
        }
    }
}

/// What the actions name is allowed by that.
fn allowed(config: &BindingConfig) -> Vec<Allow> {
    let action = |action: &ActionConfig| {
        let path = PathPattern::parse(action.path.split('?').next().unwrap_or_default()).ok()?;
        Some(Allow { methods: vec![action.method], path })
    };
    config.allow.iter().cloned().chain(config.actions.values().filter_map(action)).collect()
}

fn guarded(names: Arc<dyn Names>, place: &Place, proxy: Option<&Proxy>) -> GuardedNames {
    // A place that is called like the proxy gets no more than any other.
    let proxy = proxy.map(|proxy| (proxy.host(), proxy.guard())).filter(|(host, _)| *host != place.host);
    GuardedNames { names, guard: place.guard.clone(), proxy }
}

fn header(
    config: &BindingConfig,
    keys: &Keys,
    carried: Carried,
) -> Result<Option<(HeaderName, HeaderValue)>, Fault> {
    let prefix = config.credential.as_ref().and_then(|credential| credential.prefix.as_deref());
    match (&keys.credential, carried) {
        // They sign, and what they sign is not known yet.
        (Some(Credential::Aws { .. }), _) if aws(config).is_some() => Ok(None),
        (Some(credential), Carried::Sent) => Ok(Some(credential.header_after(prefix)?)),
        _ => Ok(None),
    }
}

fn fixed_headers(config: &BindingConfig) -> Result<HeaderMap, Fault> {
    let read = |(name, value): (&String, &String)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    };
    let headers: Option<HeaderMap> = config.headers.iter().map(read).collect();
    let odd = || Fault::own(Code::NetHeader, "one of its `headers` can't be sent".to_owned());
    headers.ok_or_else(odd)
}

fn aws(config: &BindingConfig) -> Option<&AwsConfig> {
    config.model.as_ref()?.aws.as_ref()
}

fn signer(config: &BindingConfig, keys: &Keys) -> Result<Option<Signer>, Fault> {
    aws(config).map(|aws| Signer::new(aws, keys.credential.as_ref())).transpose()
}

fn recording(config: &BindingConfig) -> Result<Option<Recording>, Fault> {
    let file = config.model.as_ref().and_then(|model| model.recording.as_ref());
    Ok(file.map(|file| Recording::load(Path::new(file))).transpose()?)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeps {
    Connections,
    Nothing,
}

fn client(
    place: &Place,
    keys: &Keys,
    names: &GuardedNames,
    proxy: Option<&Proxy>,
    connect: Duration,
    keeps: Keeps,
) -> Result<reqwest::Client, Fault> {
    let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
    let builder = client::plain()
        .user_agent(client::USER_AGENT)
        .default_headers(headers)
        .connect_timeout(connect)
        .dns_resolver(Arc::new(names.clone()))
        .pool_max_idle_per_host(if keeps == Keeps::Connections { KEPT_MAX } else { 0 })
        .pool_idle_timeout(KEPT_FOR);
    let builder = match proxy {
        Some(proxy) => builder.proxy(proxy.to_library()?),
        None => builder,
    };
    let encrypted = place.encrypted || proxy.is_some_and(Proxy::is_encrypted);
    let scheme = if encrypted { "https://" } else { "http://" };
    let builder = trusting(builder, scheme, keys.ca_pem.as_deref())?;
    builder.build().map_err(|error| {
        Fault::own(Code::KernelFailed, format!("can't make a client: {}", innermost(&error)))
    })
}
