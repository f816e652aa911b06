//! One question to a Vault, asked again while it may pass.

use std::time::Duration;

use agent_contract::fault::shown;
use policy::Code;
use reqwest::{
    Method, Response,
    header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use super::Known;
use crate::{KernelError, net};

/// Speaks with one Vault and goes nowhere else.
pub(super) struct Speaker {
    http: reqwest::Client,
    address: String,
    timeout: Duration,
    /// What a Vault's own words are cleaned of.
    known: Known,
}

/// What is asked.
pub(super) struct Ask {
    method: Method,
    path: String,
    body: Option<Value>,
    repeat: Repeat,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    Harmless,
    /// What it takes is good for once: a second question would be refused.
    Never,
}

const ANSWER_BYTES_MAX: usize = 1024 * 1024;
const TRIES_MAX: u32 = 5;
const WAIT_FIRST: Duration = Duration::from_millis(100);

impl Ask {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, repeat: Repeat::Harmless }
    }

    pub(super) fn post(path: impl Into<String>, body: Option<Value>) -> Self {
        Self { method: Method::POST, path: path.into(), body, repeat: Repeat::Harmless }
    }

    pub(super) fn once(self) -> Self {
        Self { repeat: Repeat::Never, ..self }
    }
}

impl Speaker {
    pub(super) fn new(
        address: &str,
        namespace: Option<&str>,
        timeout: Duration,
        ca_pem: Option<&[u8]>,
        known: &Known,
    ) -> Result<Self, KernelError> {
        let mut headers = HeaderMap::from_iter([(
            HeaderName::from_static("x-vault-request"),
            HeaderValue::from_static("true"),
        )]);
        if let Some(namespace) = namespace {
            let odd = |_| {
                KernelError::new(Code::ArgumentMalformed, "the Vault's namespace is no text for a header")
            };
            headers.insert("x-vault-namespace", HeaderValue::from_str(namespace).map_err(odd)?);
        }
        let http = net::plain_client(address, headers, ca_pem)?;
        let address = address.trim_end_matches('/').to_owned();
        Ok(Self { http, address, timeout, known: known.clone() })
    }

    /// Asks, and asks again while the Vault has no time or is not there.
    pub(super) async fn ask(&self, ask: &Ask, token: Option<&SecretString>) -> Result<Value, KernelError> {
        let end = Instant::now() + self.timeout;
        let mut wait = WAIT_FIRST;
        for attempt in 1.. {
            let fault = match timeout_at(end, self.try_once(ask, token)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(fault)) => fault,
                Err(_) => return Err(self.silent()),
            };
            let pause = fault.wait.unwrap_or(wait);
            if !fault.may_pass || attempt == TRIES_MAX || Instant::now() + pause >= end {
                return Err(fault.error);
            }
            sleep(pause).await;
            wait *= 2;
        }
        Err(self.silent())
    }

    async fn try_once(&self, ask: &Ask, token: Option<&SecretString>) -> Result<Value, Fault> {
        let url = format!("{}/v1/{}", self.address, ask.path.replace(' ', "%20"));
        let mut request = self.http.request(ask.method.clone(), url);
        if let Some(token) = token {
            request = request.header("x-vault-token", header(token)?);
        }
        if let Some(body) = &ask.body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.map_err(|error| self.unreached(&error, ask.repeat))?;
        let status = response.status().as_u16();
        let wait = retry_after(&response);
        let body = self.body(response, ask.repeat).await?;
        match status {
            204 => Ok(Value::Null),
            200 => serde_json::from_slice(&body).map_err(|_| Fault::last(self.malformed("is no JSON"))),
            _ => Err(self.refused(status, &body, ask, wait)),
        }
    }

    async fn body(&self, mut response: Response, repeat: Repeat) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreached(&error, repeat))? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Fault::last(self.malformed("is larger than 1 MiB")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn unreached(&self, error: &reqwest::Error, repeat: Repeat) -> Fault {
        let because = net::innermost(error);
        let message = format!("the Vault at `{}` can't be reached: {because}", self.address);
        let told = KernelError::new(Code::VaultUnreachable, message);
        Fault { error: told, may_pass: repeat == Repeat::Harmless || error.is_connect(), wait: None }
    }

    fn silent(&self) -> KernelError {
        let message =
            format!("the Vault at `{}` gave no answer within {} ms", self.address, self.timeout.as_millis());
        KernelError::new(Code::VaultUnreachable, message)
    }

    fn malformed(&self, why: &str) -> KernelError {
        KernelError::new(Code::VaultMalformed, format!("the answer of the Vault at `{}` {why}", self.address))
    }

    /// What a status other than 200 says. 404 with an old version in it is told apart later.
    fn refused(&self, status: u16, body: &[u8], ask: &Ask, wait: Option<Duration>) -> Fault {
        let said = self.said(body);
        let sealed = said.contains("sealed");
        let (code, what, may_pass) = match status {
            300..=399 => (Code::VaultElsewhere, "sends the Runner elsewhere", false),
            400 | 401 | 403 => (Code::VaultDenied, "refuses", false),
            404 => (Code::VaultMissing, "keeps nothing at", false),
            412 => (Code::VaultBusy, "does not know yet what was just written at", true),
            429 => (Code::VaultBusy, "has no time for", true),
            503 if sealed => (Code::VaultSealed, "is sealed and can't give", true),
            500..=599 => (Code::VaultBroken, "failed at", true),
            _ => (Code::VaultMalformed, "answers oddly at", false),
        };
        let path = ask.path.split('?').next().unwrap_or_default();
        let message = format!("the Vault {what} `{path}` (status {status}){said}");
        let may_pass = may_pass && ask.repeat == Repeat::Harmless;
        Fault { error: KernelError::new(code, message), may_pass, wait }
    }

    /// The errors and warnings that a Vault tells, as they may be shown. It may repeat what
    /// it was told; that goes before the text is cut to what is shown, or a part of it
    /// would stay.
    fn said(&self, body: &[u8]) -> String {
        let mut heard: Value = serde_json::from_slice(body).unwrap_or_default();
        self.known.redact_json(&mut heard);
        let texts = ["errors", "warnings"].into_iter().filter_map(|key| heard.get(key)?.as_array());
        let texts: Vec<_> = texts.flatten().filter_map(Value::as_str).map(shown).collect();
        if texts.is_empty() { String::new() } else { format!(": {}", texts.join("; ")) }
    }
}

/// Why there is no answer, and whether there may be one soon.
struct Fault {
    error: KernelError,
    may_pass: bool,
    wait: Option<Duration>,
}

impl Fault {
    fn last(error: KernelError) -> Self {
        Self { error, may_pass: false, wait: None }
    }
}

fn header(token: &SecretString) -> Result<HeaderValue, Fault> {
    let odd =
        |_| Fault::last(KernelError::new(Code::SecretUnusable, "the Vault's token is no text for a header"));
    let mut value = HeaderValue::from_str(token.expose_secret()).map_err(odd)?;
    value.set_sensitive(true);
    Ok(value)
}

fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.parse().ok().map(Duration::from_secs)
}
