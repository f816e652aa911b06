//! The way to a bucket: the program's own HTTP and TLS. It follows no redirect and uses
//! no proxy, and an answer is taken whole and bounded, or not at all.

use std::{error::Error, iter::successors, time::Duration};

use async_trait::async_trait;
use http_body_util::BodyExt as _;
use object_store::{
    ClientOptions,
    client::{HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService},
};
use policy::{Code, config::S3Config};

use crate::{KernelError, net::trusting};

/// Room for what the storage says around a content.
const ANSWER_BYTES: u64 = 1024 * 1024;

#[derive(Debug, Clone)]
pub(super) struct Wire {
    http: reqwest::Client,
    bytes_max: u64,
}

/// Why an exchange came to nothing.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the answer is longer than the {0} bytes that it may have")]
    Oversized(u64),
    #[error("the address can't be read")]
    Address,
}

impl Wire {
    pub fn new(config: &S3Config, ca_pem: Option<&[u8]>, content_max: u64) -> Result<Self, KernelError> {
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .http1_only()
            .timeout(Duration::from_secs(config.timeout_seconds));
        let address = config.endpoint.as_deref().unwrap_or("https://");
        let http = trusting(builder, address, ca_pem)?.build().map_err(|error| {
            KernelError::new(
                Code::KernelFailed,
                format!("can't make a client for the artifacts' bucket: {error}"),
            )
        })?;
        Ok(Self { http, bytes_max: content_max.saturating_add(ANSWER_BYTES) })
    }

    async fn heard(&self, mut response: reqwest::Response) -> Result<HttpResponse, HttpError> {
        let oversized = || HttpError::new(HttpErrorKind::Unknown, Broken::Oversized(self.bytes_max));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if (body.len() + chunk.len()) as u64 > self.bytes_max {
                return Err(oversized());
            }
            body.extend_from_slice(&chunk);
        }
        let mut heard = HttpResponse::new(body.into());
        *heard.status_mut() = response.status();
        *heard.headers_mut() = response.headers().clone();
        Ok(heard)
    }
}

#[async_trait]
impl HttpService for Wire {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string().parse();
        let url = url.map_err(|_| HttpError::new(HttpErrorKind::Unknown, Broken::Address))?;
        let mut asked = reqwest::Request::new(parts.method, url);
        *asked.headers_mut() = parts.headers;
        *asked.body_mut() = Some(body.collect().await?.to_bytes().into());
        let response = self.http.execute(asked).await.map_err(broken)?;
        self.heard(response).await
    }
}

impl HttpConnector for Wire {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

fn broken(error: reqwest::Error) -> HttpError {
    let kind = match () {
        () if error.is_timeout() => HttpErrorKind::Timeout,
        () if error.is_connect() => HttpErrorKind::Connect,
        () => HttpErrorKind::Interrupted,
    };
    HttpError::new(kind, error.without_url())
}

/// What the storage or the connection to it came to, in words that are not the storage's:
/// it may repeat what it was sent.
pub(super) fn cause(error: &object_store::Error) -> String {
    let causes: Vec<_> =
        successors(Some(error as &(dyn Error + 'static)), |error| (*error).source()).collect();
    if causes.iter().any(|cause| cause.is::<HttpError>()) {
        let last = causes.last().map(ToString::to_string).unwrap_or_default();
        return format!("the exchange with the storage broke: {last}");
    }
    match causes.iter().find_map(|cause| status(&cause.to_string())) {
        Some(status) => format!("the storage answered with status {status}"),
        None => "the storage's answer is none that S3 gives".to_owned(),
    }
}

/// The library tells a status in its text alone, before what the storage said.
fn status(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("status code: ")?;
    rest.get(..3)?.parse().ok()
}
