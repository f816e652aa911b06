//! What is told of a run once it is over: to a collector of telemetry, to witnesses of the
//! log, to a transparency log. None of it changes what came of the run.

use kernel::{
    KernelError, artifact,
    net::{Incoming, Method, Outgoing, Repeat},
};
use ledger::{Kind, LedgerError, Record, Store, anchored, cosigned};
use policy::{Config, config::WitnessConfig};
use serde_json::{Value, json};
use telemetry::{Options, TraceContext};

use crate::{keeping, places, secrets::Guarded, start_error::StartError};

/// How a transparency log of Sigstore's (Rekor, version 2) takes statements.
const ANCHOR_PATH: &str = "/api/v2/log/entries";
const WITNESS_PATH: &str = "/add-checkpoint";
/// The log is not where the witness saw it last.
const CONFLICT: u16 = 409;

/// Tells everybody whom the configuration names. Gives a line for each who could not be told.
pub async fn after(config: &Config, store: &Store, run_id: &str) -> Vec<String> {
    let ledger = &config.ledger;
    if !config.telemetry.is_on() && ledger.witnesses.is_empty() && ledger.anchor.is_none() {
        return Vec::new();
    }
    let secrets = match Guarded::open(config).await {
        Ok(secrets) => secrets,
        Err(error) => return vec![format!("nobody was told of the run: {}", error.reason.message)],
    };
    let places = Places { config, secrets: &secrets, store };
    let mut lines = Vec::new();
    let mut note = |what: String, told: Result<(), Untold>| {
        lines.extend(told.err().map(|why| format!("{what}: {why}")));
    };
    note("the telemetry is not told".to_owned(), places.telemetry(run_id).await);
    for witness in &ledger.witnesses {
        note(format!("the witness `{}` did not cosign", witness.binding), places.witness(witness).await);
    }
    if let Some(binding) = &ledger.anchor {
        note(format!("`{binding}` did not take the statement"), places.anchor(binding, run_id).await);
    }
    secrets.lent().give_back().await;
    lines
}

/// Why somebody could not be told.
#[derive(Debug, thiserror::Error)]
enum Untold {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("{}", .0.message)]
    Kernel(#[from] KernelError),
    #[error("{0}")]
    Other(String),
}

impl From<StartError> for Untold {
    fn from(error: StartError) -> Self {
        Self::Other(error.reason.message)
    }
}

struct Places<'a> {
    config: &'a Config,
    secrets: &'a Guarded,
    store: &'a Store,
}

impl Places<'_> {
    async fn post(&self, binding: &str, path: &str, kind: &str, body: Vec<u8>) -> Result<Incoming, Untold> {
        let unknown = || Untold::Other(format!("there is no binding `{}`", binding.escape_debug()));
        let named = self.config.bindings.iter().find(|one| one.name == binding).ok_or_else(unknown)?;
        let outgoing = Outgoing {
            method: Method::Post,
            path: path.to_owned(),
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body,
            repeat: Repeat::Harmless,
        };
        Ok(places::open(named, self.secrets)?.send(outgoing).await?)
    }

    async fn telemetry(&self, run_id: &str) -> Result<(), Untold> {
        let config = &self.config.telemetry;
        if !config.is_on() {
            return Ok(());
        }
        let records = self.store.records(run_id)?;
        let result = result(self.store, run_id, &records)?;
        if let Some(file) = &config.metrics_file {
            let text = telemetry::metrics(&records, result.as_ref());
            artifact::replace(std::path::Path::new(file), text.as_bytes())?;
        }
        let Some(binding) = &config.binding else { return Ok(()) };
        let parent = carried(&records);
        if parent.as_ref().is_some_and(|parent| !parent.is_sampled()) {
            return Ok(());
        }
        let service_name = config.service_name.clone();
        let options = Options { service_name, content: config.content, parent };
        let spans = telemetry::spans(&records, result.as_ref(), &options).to_string().into_bytes();
        success(self.post(binding, &config.path, "application/json", spans).await?).map(drop)
    }

    /// Has a witness cosign the log. Where it saw less or more than is known here, it says so.
    async fn witness(&self, witness: &WitnessConfig) -> Result<(), Untold> {
        let name = keeping::key(&witness.key, "witnesses")?.name().to_owned();
        let mut old = self.store.reader()?.witnessed_size(&name)?;
        for _ in 0..2 {
            let asked = self.store.reader()?.cosign_request(old)?;
            let body = asked.body.into_bytes();
            let answer = self.post(&witness.binding, WITNESS_PATH, "text/plain; charset=utf-8", body).await?;
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            match (answer.status, text.trim().parse()) {
                (CONFLICT, Ok(size)) => old = size,
                _ => {
                    success(answer)?;
                    return Ok(cosigned(self.store, &asked.checkpoint, &text, &name)?);
                }
            }
        }
        Err(Untold::Other("it does not know the log as it is".to_owned()))
    }

    /// Hands the statement about a run to a transparency log, and keeps what that answers.
    async fn anchor(&self, binding: &str, run_id: &str) -> Result<(), Untold> {
        let missing = || Untold::Other("the run has no signed statement".to_owned());
        let envelope = self.store.reader()?.attached(run_id, "run.dsse.json")?.ok_or_else(missing)?;
        let envelope: Value = serde_json::from_str(&envelope).map_err(|_| missing())?;
        let key = self.store.signer().ok_or_else(missing)?.key().pem();
        let der: String = key.lines().filter(|line| !line.starts_with("-----")).collect();
        let verifier = json!({ "publicKey": { "rawBytes": der }, "keyDetails": "PKIX_ED25519" });
        let body = json!({ "dsseRequestV002": { "envelope": envelope, "verifiers": [verifier] } });
        let answer =
            self.post(binding, ANCHOR_PATH, "application/json", body.to_string().into_bytes()).await?;
        let answer = success(answer)?;
        let told = serde_json::from_slice(&answer.body);
        let told = told.map_err(|_| Untold::Other("its answer is no JSON".to_owned()))?;
        Ok(anchored(self.store, run_id, &told)?)
    }
}

fn success(answer: Incoming) -> Result<Incoming, Untold> {
    match answer.is_success() {
        true => Ok(answer),
        false => Err(Untold::Other(format!("it answered with the status {}", answer.status))),
    }
}

/// The trace that a run was started in.
fn carried(records: &[Record]) -> Option<TraceContext> {
    let started = records.iter().find(|record| record.kind == Kind::RunStarted)?;
    let context = started.body.get("trace_context")?;
    TraceContext::parse(context["traceparent"].as_str()?, context["tracestate"].as_str())
}

/// The result of a run, as it is kept.
pub fn result(store: &Store, run_id: &str, records: &[Record]) -> Result<Option<Value>, LedgerError> {
    let named = records.iter().rev().find(|record| record.kind == Kind::RunResult);
    let hash = named.and_then(|record| record.body.get("result")?.as_str());
    let bytes = hash.map(|hash| store.payload(run_id, hash)).transpose()?.flatten();
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}
