//! A place beyond the machine, as the operator configures it.

use policy::{Code, config::BindingConfig};

use super::Credential;
use crate::{KernelError, secret::Leaving};

/// A binding that is open: everything that this program says to a named place passes here.
#[derive(Debug, Clone)]
pub struct Binding {
    http: reqwest::Client,
    address: String,
}

/// A method that a binding can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or does.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

/// Whether an exchange may be tried again when nobody knows what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The same once or twice: reading, or with an id that makes it so.
    Harmless,
    /// Twice would be two.
    Never,
}

/// What is said to a place. The path lies below the binding's address and may carry a query.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// The path, from `/`.
    pub path: String,
    /// Headers beyond the binding's own.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether it may be tried again.
    pub repeat: Repeat,
}

/// What a place answered, whatever its status is.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, whole and redacted.
    pub body: Vec<u8>,
}

/// What a binding is opened with besides its configuration.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// What it knows the Runner by.
    pub credential: Option<Credential>,
    /// The authorities that are trusted for it, in PEM, and no others.
    pub ca_pem: Option<Vec<u8>>,
    /// What looks at everything that leaves.
    pub leaving: Leaving,
}

impl Binding {
    /// Opens a binding.
    pub fn open(config: &BindingConfig, keys: Keys) -> Result<Self, KernelError> {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.extend(keys.credential.as_ref().map(Credential::header).transpose()?);
        let builder = reqwest::Client::builder()
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        let builder = super::trust::trusting(builder, &config.url, keys.ca_pem.as_deref())?;
        let http = builder.build().map_err(|error| failed(&error))?;
        Ok(Self { http, address: config.url.trim_end_matches('/').to_owned() })
    }

    /// Says something to the place and hears the answer whole.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Incoming, KernelError> {
        let url = format!("{}{}", self.address, outgoing.path);
        let mut request = self.http.request(method(outgoing.method), url).body(outgoing.body);
        for (name, value) in &outgoing.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|error| failed(&error))?;
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(|error| failed(&error))?.to_vec();
        Ok(Incoming { status, headers, body })
    }
}

fn failed(error: &reqwest::Error) -> KernelError {
    KernelError::new(Code::KernelFailed, super::fault::innermost(error))
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}
