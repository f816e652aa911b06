//! From the configuration of a decision point to one that can be asked.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use kernel::{
    input,
    net::{Client, Connection, Credential},
};
use policy::{
    config::{KeyConfig, PointConfig, PointProtocol},
    point::{
        authzen,
        bundle::{self, Key},
        rego::{self, RegoPolicy, RulePath, Source},
    },
};
use tokio::sync::Mutex;

use super::{Point, Points, Speaks};
use crate::{secrets::Guarded, start_error::StartError};

const TIMEOUT_MS: u64 = 2000;
const REGO_MS: u64 = 250;
const ANSWER_BYTES_MAX: u64 = 1024 * 1024;
const SKEW_SECONDS: u64 = 60;
const SOURCE_BYTES_MAX: u64 = 16 * 1024 * 1024;

impl Points {
    /// Opens every decision point, or says which can't be.
    pub fn open(configs: &[PointConfig], secrets: &Guarded) -> Result<Self, StartError> {
        let points = configs.iter().map(|config| Ok(Arc::new(point(config, secrets)?)));
        Ok(Self { points: points.collect::<Result<_, StartError>>()?, ..Self::default() })
    }
}

fn point(config: &PointConfig, secrets: &Guarded) -> Result<Point, StartError> {
    let speaks = speaks(config, secrets).map_err(|error| StartError {
        reason: agent_contract::report::Reason {
            message: format!("decision point `{}`: {}", config.name, error.reason.message),
            ..error.reason
        },
        ..error
    })?;
    let (by, policy_sha256) = match &speaks {
        Speaks::Rego(policy) => (source_of(config), Some(policy.sha256().to_owned())),
        _ => (config.url.clone().unwrap_or_default(), None),
    };
    Ok(Point {
        name: config.name.clone(),
        protocol: config.protocol.into(),
        every_call: config.every_call,
        by,
        policy_sha256,
        model: config.model.clone(),
        skew_ms: config.clock_skew_seconds.unwrap_or(SKEW_SECONDS).saturating_mul(1000),
        timeout: Duration::from_millis(config.timeout_ms.unwrap_or(usual_ms(config.protocol))),
        speaks,
    })
}

/// How long a point may take that says nothing else.
fn usual_ms(protocol: PointProtocol) -> u64 {
    match protocol {
        PointProtocol::Rego => REGO_MS,
        _ => TIMEOUT_MS,
    }
}

fn source_of(config: &PointConfig) -> String {
    let folder = config.folder.as_ref().map(|folder| format!("folder {folder}"));
    let bundle = config.bundle.as_ref().map(|bundle| format!("bundle {bundle}"));
    folder.or(bundle).unwrap_or_default()
}

fn speaks(config: &PointConfig, secrets: &Guarded) -> Result<Speaks, StartError> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Ok(match config.protocol {
        PointProtocol::Rego => Speaks::Rego(Arc::new(policy(config)?)),
        PointProtocol::Authzen => Speaks::Authzen {
            client: client_at(config, authzen::origin(config.url.as_deref().unwrap_or_default()), secrets)?,
            discovery: config.discovery.unwrap_or(false).then(|| Mutex::new(None)),
        },
        PointProtocol::Opa => {
            let rule = RulePath::parse(&text(&config.rule));
            let rule = rule.map_err(|error| StartError::invalid("rego-invalid", error.to_string()))?;
            Speaks::Opa { client: client(config, secrets)?, rule }
        }
        PointProtocol::Openfga => Speaks::Openfga {
            client: client(config, secrets)?,
            store: text(&config.store),
            model: text(&config.model),
        },
        PointProtocol::Runner => Speaks::Runner { client: client(config, secrets)? },
    })
}

fn client(config: &PointConfig, secrets: &Guarded) -> Result<Client, StartError> {
    client_at(config, config.url.as_deref().unwrap_or_default(), secrets)
}

fn client_at(config: &PointConfig, url: &str, secrets: &Guarded) -> Result<Client, StartError> {
    let connection = connection(
        url,
        config.timeout_ms.unwrap_or(TIMEOUT_MS),
        config.bytes_max.unwrap_or(ANSWER_BYTES_MAX),
        secrets.credential(&format!("decision_points.{}", config.name)),
        config.ca_file.as_deref(),
    )?;
    Ok(Client::new(connection)?)
}

/// How something outside is reached, with its credential in hand.
pub(crate) fn connection(
    url: &str,
    timeout_ms: u64,
    bytes_max: u64,
    credential: Option<Credential>,
    ca_file: Option<&str>,
) -> Result<Connection, StartError> {
    let ca_pem = ca_file.map(|file| input::read(Path::new(file), SOURCE_BYTES_MAX)).transpose()?;
    Ok(Connection { url: url.to_owned(), timeout_ms, bytes_max, credential, ca_pem })
}

fn policy(config: &PointConfig) -> Result<RegoPolicy, StartError> {
    let rule = config.rule.as_deref().unwrap_or_default();
    let sources = match (&config.folder, &config.bundle) {
        (Some(folder), _) => input::folder(Path::new(folder), rego::is_source, SOURCE_BYTES_MAX)?
            .into_iter()
            .map(|(name, bytes)| Source { name, bytes })
            .collect(),
        (None, Some(path)) => {
            let bytes = input::read(Path::new(path), SOURCE_BYTES_MAX)?;
            let keys = keys(config.keys.as_ref())?;
            bundle::open(&bytes, &keys, config.scope.as_deref())
                .map_err(|error| StartError::invalid("bundle-invalid", format!("`{path}`: {error}")))?
                .0
        }
        (None, None) => Vec::new(),
    };
    let policy = RegoPolicy::load(sources, rule);
    let policy = policy.map_err(|error| StartError::invalid("rego-invalid", error.to_string()))?;
    Ok(policy.within(config.timeout_ms.unwrap_or(REGO_MS)))
}

fn keys(configs: Option<&BTreeMap<String, KeyConfig>>) -> Result<BTreeMap<String, Key>, StartError> {
    let configs = configs.into_iter().flatten();
    configs
        .map(|(id, config)| {
            let text = input::read_text(Path::new(&config.file), SOURCE_BYTES_MAX)?;
            let key = Key::read(config.algorithm, &text).map_err(|error| {
                StartError::invalid("bundle-invalid", format!("key `{}`: {error}", id.escape_debug()))
            })?;
            Ok((id.clone(), key))
        })
        .collect()
}
