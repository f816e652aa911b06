//! One exchange with a decision point.

use std::time::Duration;

use agent_contract::{address::Endpoint, fault::shown};
use policy::{
    Code,
    answer::Objection,
    point::{Exchange, Heard},
};
use reqwest::{
    Request, Response, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect, retry,
};
use tokio::time::{Instant, timeout_at};

use super::{Connection, Credential, fault, trust};
use crate::KernelError;

pub(super) const USER_AGENT: &str = concat!("code-assist/", env!("CARGO_PKG_VERSION"));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Speaks HTTP with one decision point and goes nowhere else: no redirect, no proxy.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    origin: String,
    timeout_ms: u64,
    bytes_max: u64,
    credential: Option<Credential>,
}

impl Client {
    /// A client for the decision point at an address.
    pub fn new(connection: Connection) -> Result<Self, KernelError> {
        let base = address(&connection.url)?;
        let mut headers = HeaderMap::from_iter([(ACCEPT, JSON)]);
        headers.extend(connection.credential.as_ref().map(|credential| credential.header()).transpose()?);
        let builder = plain().user_agent(USER_AGENT).default_headers(headers);
        let builder = trust::trusting(builder, &base, connection.ca_pem.as_deref())?;
        let http = builder.build().map_err(|error| {
            let why = fault::innermost(&error);
            KernelError::new(Code::KernelFailed, format!("can't make a client for `{base}`: {why}"))
        })?;
        let origin = policy::point::authzen::origin(&base).to_owned();
        let Connection { timeout_ms, bytes_max, credential, .. } = connection;
        let client = Self { http, base, origin, timeout_ms, bytes_max, credential };
        let odd = |objection: Objection| KernelError::new(Code::ArgumentMalformed, objection.message);
        client.url("/").map_err(odd)?;
        Ok(client)
    }

    /// Scheme, host and port: where the decision point is.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Asks, and hears the answer whole, or says why there is none. It ends in time
    /// whatever the decision point does.
    pub async fn exchange(&self, exchange: &Exchange) -> Result<Heard, Objection> {
        let end = Instant::now() + Duration::from_millis(self.timeout_ms);
        let request = self.request(exchange)?;
        let mut response = match timeout_at(end, self.http.execute(request)).await {
            Ok(response) => response.map_err(|error| fault::unanswered(&error, &self.origin))?,
            Err(_) => return Err(self.silent()),
        };
        let mut heard = head(&response);
        match timeout_at(end, self.body(&mut response)).await {
            Ok(body) => heard.body = self.redacted(body?),
            Err(_) => return Err(self.slow()),
        }
        Ok(heard)
    }

    /// What an answer repeats of the credential goes no further than here.
    fn redacted(&self, body: Vec<u8>) -> Vec<u8> {
        match &self.credential {
            Some(credential) if credential.is_in(&body) => credential.redact(&body),
            _ => body,
        }
    }

    fn request(&self, exchange: &Exchange) -> Result<Request, Objection> {
        let url = self.url(&exchange.path)?;
        let mut request = match &exchange.body {
            None => self.http.get(url),
            Some(body) => self.http.post(url).header(CONTENT_TYPE, JSON).body(body.to_string()),
        };
        if let Some(id) = &exchange.request_id {
            request = request.header("x-request-id", id);
        }
        request.build().map_err(|error| unaskable(&fault::innermost(&error)))
    }

    /// The address of a path, if it is the same to everyone who reads it: a parser of
    /// addresses would follow `..` and drop what comes after `#`.
    fn url(&self, path: &str) -> Result<Url, Objection> {
        let odd = || unaskable(&format!("the path `{}` is not a plain one", shown(path)));
        let text = format!("{}{path}", self.base);
        let url = Url::parse(&text).map_err(|_| odd())?;
        let read = match url.query() {
            None => url.path().to_owned(),
            Some(query) => format!("{}?{query}", url.path()),
        };
        match path.starts_with('/') && text[self.origin.len()..] == read {
            true => Ok(url),
            false => Err(odd()),
        }
    }

    async fn body(&self, response: &mut Response) -> Result<Vec<u8>, Objection> {
        let max = self.bytes_max;
        let oversized = |what: String| Err(Objection::new(Code::PointOversized, what));
        if let Some(announced) = response.content_length().filter(|length| *length > max) {
            return oversized(format!("the answer announces {announced} bytes, and may have {max}"));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| fault::unfinished(&error))? {
            if (body.len() + chunk.len()) as u64 > max {
                return oversized(format!("the answer is longer than the {max} bytes that it may have"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn silent(&self) -> Objection {
        let message = format!("`{}` gave no answer within {} ms", self.origin, self.timeout_ms);
        Objection::new(Code::PointTimeout, message)
    }

    fn slow(&self) -> Objection {
        let message = format!("`{}` did not end its answer within {} ms", self.origin, self.timeout_ms);
        Objection::new(Code::PointSlow, message)
    }
}

fn unaskable(why: &str) -> Objection {
    Objection::new(Code::PointUnaskable, format!("the question can't be sent: {why}"))
}

/// The address without its last `/`, below which the paths of exchanges lie.
fn address(url: &str) -> Result<String, KernelError> {
    let endpoint = Endpoint::parse(url).map_err(|malformed| {
        KernelError::new(Code::ArgumentMalformed, format!("the decision point's address {malformed}"))
    })?;
    Ok(endpoint.as_str().trim_end_matches('/').to_owned())
}

/// A client that does nothing on its own: what another feature of the library would
/// switch on is off here.
pub(super) fn plain() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .http1_only()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        // A connection that is used again may just be closing, and that would be a deny.
        .pool_max_idle_per_host(0)
}

/// The same for another place than a decision point, with headers for everything it says.
pub(crate) fn plain_client(
    url: &str,
    headers: HeaderMap,
    ca_pem: Option<&[u8]>,
) -> Result<reqwest::Client, KernelError> {
    let base = Endpoint::parse(url)
        .map_err(|malformed| KernelError::new(Code::ArgumentMalformed, format!("the address {malformed}")))?;
    let builder = plain().user_agent(USER_AGENT).default_headers(headers);
    let builder = trust::trusting(builder, base.as_str(), ca_pem)?;
    builder.build().map_err(|error| {
        let why = fault::innermost(&error);
        KernelError::new(Code::KernelFailed, format!("can't make a client for `{url}`: {why}"))
    })
}

fn head(response: &Response) -> Heard {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<_> =
        response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let date = headers.iter().find(|(name, _)| name == "date").and_then(|(_, value)| date_ms(value));
    Heard { status: response.status().as_u16(), headers, date_ms: date, body: Vec::new() }
}

fn date_ms(text: &str) -> Option<u64> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(url: &str) -> Result<Client, KernelError> {
        let url = url.to_owned();
        Client::new(Connection { url, timeout_ms: 1, bytes_max: 1, credential: None, ca_pem: None })
    }

    #[test]
    fn an_address_is_encrypted_or_here() {
        for (url, origin) in [
            ("http://localhost:8181", "http://localhost:8181"),
            ("http://127.0.0.1:8181/tenant/", "http://127.0.0.1:8181"),
            ("http://[::1]/x", "http://[::1]"),
        ] {
            assert_eq!(client(url).unwrap().origin(), origin);
        }
        for url in [
            "http://pdp.example.org",
            "ftp://localhost",
            "localhost:1",
            "https://u:p@pdp.example.org",
            "http://localhost/a/../b",
            "",
        ] {
            assert_eq!(client(url).unwrap_err().code, Code::ArgumentMalformed, "{url}");
        }
    }

    #[test]
    fn a_path_is_sent_as_it_is_or_not_at_all() {
        let client = client("http://localhost:8181/tenant/").unwrap();
        for path in ["/", "/a", "/a%2Fb/c", "/a?b=c&d", "/a//b"] {
            let url = client.url(path).unwrap();
            assert_eq!(url.as_str(), format!("http://localhost:8181/tenant{path}"));
        }
        for path in [
            "",
            "a",
            "@evil.example/",
            ":1/",
            "/../a",
            "/a/./b",
            "/%2e%2e/a",
            "/a#b",
            "/a\\b",
            "/a b",
            "/ä",
            "/a\n",
        ] {
            let code = client.url(path).map_err(|objection| objection.code);
            assert_eq!(code, Err(Code::PointUnaskable), "{path:?}");
        }
    }

    #[test]
    fn an_id_that_no_header_holds_is_not_sent() {
        let client = client("http://localhost:8181").unwrap();
        let exchange = Exchange { path: "/".to_owned(), body: None, request_id: Some("a\nb".to_owned()) };
        assert_eq!(client.request(&exchange).unwrap_err().code, Code::PointUnaskable);
    }
}
