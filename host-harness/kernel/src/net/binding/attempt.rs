//! One attempt: one request, one answer, bounded in every way.

use std::time::SystemTime;

use policy::{
    Code,
    config::{MethodName, Redirects},
};
use reqwest::{
    Request, Response,
    header::{CONTENT_ENCODING, LOCATION},
};
use tokio::time::timeout_at;

use super::{Incoming, Repeat, asked::Asked, open::Opened, until::Until};
use crate::net::failure::{self, Fault, Way};

/// Where an answer goes.
pub(in crate::net) enum Sink<'a> {
    /// Into one piece.
    Whole,
    /// To somebody who listens while it comes.
    Pieces(&'a mut (dyn FnMut(&[u8]) + Send)),
}

/// What an attempt comes to.
pub(super) enum Answer {
    /// An answer.
    Here(Incoming),
    /// Another path of the same place.
    Elsewhere(String),
}

impl Opened {
    /// Sends a request once.
    pub(super) async fn attempt(
        &self,
        asked: &Asked,
        until: Until,
        sink: &mut Sink<'_>,
    ) -> Result<Answer, Fault> {
        if self.way == Way::Proxied {
            timeout_at(until.patience, self.looked_up()).await.map_err(|_| silent())??;
        }
        let client = if asked.repeat == Repeat::Harmless { &self.kept } else { &self.fresh };
        let response = match timeout_at(until.patience, client.execute(self.request(asked)?)).await {
            Ok(response) => {
                response.map_err(|error| failure::unanswered(&error, self.way, self.place.encrypted))?
            }
            Err(_) => return Err(silent()),
        };
        if let Some(path) = self.elsewhere(asked, &response)? {
            return Ok(Answer::Elsewhere(path));
        }
        self.head(&response)?;
        self.answer(asked, response, until, sink).await.map(Answer::Here)
    }

    /// The request of one attempt: a signature says when it was made.
    fn request(&self, asked: &Asked) -> Result<Request, Fault> {
        let mut request = request(asked);
        if let Some(signer) = &self.signer {
            signer.sign(&mut request, &asked.body, SystemTime::now())?;
        }
        Ok(request)
    }

    /// The proxy looks up the name for itself; what this machine finds is checked all the same.
    async fn looked_up(&self) -> Result<(), Fault> {
        let host = &self.place.host;
        if host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok() {
            return Ok(());
        }
        match self.names.open_target(host).await {
            Ok(closed) => closed.map_err(Fault::closed),
            Err(_) if self.place.guard.private == policy::config::Private::All => Ok(()),
            Err(_) => Err(Fault::own(
                Code::NetName,
                "its name leads nowhere, so that it can't be checked".to_owned(),
            )
            .hint(
                "with a proxy too the name is looked up here; `private = true` goes without where that fails",
            )),
        }
    }

    /// Where a redirect leads, if it may be followed.
    fn elsewhere(&self, asked: &Asked, response: &Response) -> Result<Option<String>, Fault> {
        let status = response.status().as_u16();
        if !matches!(status, 300..=303 | 307 | 308) {
            return Ok(None);
        }
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let target = location.and_then(|text| asked.url.join(text).ok());
        let same = target.filter(|url| url.origin() == asked.url.origin() && url.username().is_empty());
        let Some(url) = same else {
            let what = format!("the answer, with the status {status}, sends the Runner to another place");
            return Err(
                Fault::late(Code::NetRedirect, what).hint("name the place that answers in the end in `url`")
            );
        };
        let path = url.path().strip_prefix(&self.place.path).filter(|path| path.starts_with('/'));
        match path {
            Some(path) if self.redirects == Redirects::SameOrigin && asked.method == MethodName::Get => {
                Ok(Some(url.query().map_or(path.to_owned(), |query| format!("{path}?{query}"))))
            }
            _ => {
                let what = format!("the answer, with the status {status}, sends the Runner to another path");
                Err(Fault::late(Code::NetRedirectSame, what)
                    .hint("`redirects = \"same_origin\"` lets reading follow, where `allow` has the path"))
            }
        }
    }

    /// What is wrong with an answer before its body.
    fn head(&self, response: &Response) -> Result<(), Fault> {
        if self.way == Way::Proxied && response.status().as_u16() == 407 {
            return Err(Fault::own(Code::NetProxy, "the proxy does not know the Runner".to_owned()));
        }
        let identity =
            |value: &reqwest::header::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
        if !response.headers().get_all(CONTENT_ENCODING).iter().all(identity) {
            return Err(Fault::late(
                Code::NetEncoding,
                "the answer is encoded, and nobody asked for that".to_owned(),
            ));
        }
        let max = self.response_bytes_max;
        match response.content_length() {
            Some(announced) if announced > max => {
                let what = format!("the answer announces {announced} bytes, and may have {max}");
                Err(Fault::late(Code::NetAnnounced, what))
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn silent() -> Fault {
    Fault::late(Code::NetTimeout, "there was no answer in time".to_owned())
}

fn request(asked: &Asked) -> Request {
    let method = match asked.method {
        MethodName::Get => reqwest::Method::GET,
        MethodName::Post => reqwest::Method::POST,
        MethodName::Put => reqwest::Method::PUT,
        MethodName::Patch => reqwest::Method::PATCH,
        MethodName::Delete => reqwest::Method::DELETE,
    };
    let mut request = Request::new(method, asked.url.clone());
    *request.headers_mut() = asked.headers.clone();
    if asked.method != MethodName::Get || !asked.body.is_empty() {
        *request.body_mut() = Some(asked.body.clone().into());
    }
    request
}
