//! What is to be said, read and looked through before anything is sent.

use policy::{
    Code,
    config::{MethodName, is_plain_path},
};
use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use secrecy::ExposeSecret;

use super::{Outgoing, Repeat, open::Opened};
use crate::net::failure::Fault;

/// Headers that say how a message travels: they are the Runner's.
const TAKEN: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A request that may be sent. It says what was looked at and nothing else.
pub(in crate::net) struct Asked {
    pub method: MethodName,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub repeat: Repeat,
    /// What it weighs, for limits: path, headers and body.
    pub bytes: u64,
}

impl Opened {
    /// Reads and looks through a request.
    pub(super) fn asked(&self, outgoing: Outgoing) -> Result<Asked, Fault> {
        let Outgoing { method, path, headers, body, repeat } = outgoing;
        let method = MethodName::from(method);
        let url = self.url(method, &path)?;
        if body.len() as u64 > self.request_bytes_max {
            let what = format!(
                "the request's body has {} bytes, and may have {}",
                body.len(),
                self.request_bytes_max
            );
            return Err(Fault::own(Code::NetRequestOversized, what));
        }
        let weight = |(name, value): &(String, String)| name.len() + value.len() + 4;
        let bytes = path.len() + body.len() + headers.iter().map(weight).sum::<usize>();
        let headers = self.headers(&headers)?;
        self.leaving.check(&body)?;
        Ok(Asked { method, url, headers, body, repeat, bytes: bytes as u64 })
    }

    /// The address of a path, if it is allowed and the same to everyone who reads it.
    fn url(&self, method: MethodName, path: &str) -> Result<Url, Fault> {
        let odd = || Fault::own(Code::NetPath, "the path is not a plain one that begins with `/`".to_owned());
        let origin = &self.place.origin;
        if let Some(fixed) = &self.fixed {
            let url = Url::parse(&format!("{origin}{}", fixed.expose_secret())).map_err(|_| odd())?;
            return if url.origin().ascii_serialization() == *origin { Ok(url) } else { Err(odd()) };
        }
        let (plain, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        if !is_plain_path(plain) {
            return Err(odd());
        }
        self.allowed(method, plain)?;
        self.leaving.check(path.as_bytes())?;
        let text = format!("{origin}{}{path}", self.place.path);
        let url = Url::parse(&text).map_err(|_| odd())?;
        let same = url.path() == format!("{}{plain}", self.place.path) && url.query() == query;
        if same && url.fragment().is_none() { Ok(url) } else { Err(odd()) }
    }

    fn allowed(&self, method: MethodName, path: &str) -> Result<(), Fault> {
        if self.allow.iter().any(|allow| allow.covers(method, path)) {
            return Ok(());
        }
        let what =
            format!("it does not allow {} on `{}`", method.as_str(), agent_contract::fault::shown(path));
        Err(Fault::own(Code::NetNotAllowed, what).hint(
            "the binding's `allow` lists what may be said: [{ methods = [\"GET\"], path = \"/models\" }]",
        ))
    }

    /// The headers of a request, with the credential.
    fn headers(&self, given: &[(String, String)]) -> Result<HeaderMap, Fault> {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            let odd = |why: &str| {
                let name = agent_contract::fault::shown(name);
                Fault::own(Code::NetHeader, format!("the header `{name}` {why}"))
            };
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| odd("has no name that can be"))?;
            let own = self.credential.as_ref().is_some_and(|(name, _)| *name == key);
            if own || TAKEN.contains(&key.as_str()) || self.headers.contains_key(&key) {
                return Err(odd("is the Runner's to say"));
            }
            self.leaving.check(value.as_bytes())?;
            headers.append(key, HeaderValue::from_str(value).map_err(|_| odd("holds what no header can"))?);
        }
        headers.extend(self.headers.clone());
        headers.extend(self.credential.clone());
        Ok(headers)
    }
}
