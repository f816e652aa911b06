//! One attempt: one request, one answer, bounded in every way.

use policy::{
    Code,
    config::{MethodName, Redirects},
};
use reqwest::{
    Request, Response,
    header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION},
};
use tokio::time::{Instant, timeout_at};

use super::{Incoming, Repeat, asked::Asked, open::Opened};
use crate::net::{
    failure::{self, Fault, Sent, Way},
    redact::Passing,
    usage::Reader,
};

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
        end: Instant,
        sink: &mut Sink<'_>,
    ) -> Result<Answer, Fault> {
        if self.way == Way::Proxied {
            timeout_at(end, self.looked_up()).await.map_err(|_| silent())??;
        }
        let client = if asked.repeat == Repeat::Harmless { &self.kept } else { &self.fresh };
        let response = match timeout_at(end, client.execute(request(asked))).await {
            Ok(response) => {
                response.map_err(|error| failure::unanswered(&error, self.way, self.place.encrypted))?
            }
            Err(_) => return Err(silent()),
        };
        if let Some(path) = self.elsewhere(asked, &response)? {
            return Ok(Answer::Elsewhere(path));
        }
        self.head(&response)?;
        self.answer(response, end, sink).await.map(Answer::Here)
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

    async fn answer(
        &self,
        mut response: Response,
        end: Instant,
        sink: &mut Sink<'_>,
    ) -> Result<Incoming, Fault> {
        let status = response.status();
        let headers = self.heard_headers(&response);
        self.meter.hear(headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() as u64)?;
        let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let costs = self.usage.clone().filter(|_| status.is_success());
        let mut cost = costs.map(|config| Reader::new(config, kind.unwrap_or_default()));
        let mut whole = Sink::Whole;
        let sink = if status.is_success() { sink } else { &mut whole };
        let body = self.body(&mut response, end, sink, cost.as_mut()).await;
        let costs = cost.is_some();
        let usage = cost.filter(|_| body.is_ok()).and_then(Reader::finish);
        if costs {
            self.meter.spend(usage);
        }
        Ok(Incoming { status: status.as_u16(), headers, body: body?, attempts: Vec::new(), usage })
    }

    fn heard_headers(&self, response: &Response) -> Vec<(String, String)> {
        let text = |value: &reqwest::header::HeaderValue| {
            String::from_utf8_lossy(&self.redaction.whole(value.as_bytes().to_vec())).into_owned()
        };
        response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect()
    }

    /// The body, redacted, as far as it is not handed on.
    async fn body(
        &self,
        response: &mut Response,
        end: Instant,
        sink: &mut Sink<'_>,
        mut cost: Option<&mut Reader>,
    ) -> Result<Vec<u8>, Fault> {
        let mut kept =
            Kept { passing: self.redaction.passing(), bytes: 0, whole: Vec::new(), sent: Sent::Perhaps };
        while let Some(piece) = self.piece(response, end).await.map_err(|fault| kept.blamed(fault))? {
            kept.bytes += piece.len() as u64;
            self.measured(&kept, piece.len()).map_err(|fault| kept.blamed(fault))?;
            if let Some(cost) = cost.as_mut() {
                cost.push(&piece);
            }
            kept.take(piece, sink);
        }
        Ok(match sink {
            Sink::Whole => self.redaction.whole(kept.whole),
            Sink::Pieces(hear) => {
                let rest = kept.passing.finish();
                if !rest.is_empty() {
                    hear(&rest);
                }
                Vec::new()
            }
        })
    }

    fn measured(&self, kept: &Kept, more: usize) -> Result<(), Fault> {
        let max = self.response_bytes_max;
        if kept.bytes > max {
            let what = format!("the answer is longer than the {max} bytes that it may have");
            return Err(Fault::late(Code::NetOversized, what));
        }
        self.meter.hear(more as u64)
    }

    async fn piece(&self, response: &mut Response, end: Instant) -> Result<Option<Vec<u8>>, Fault> {
        let idle = Instant::now() + self.times.idle;
        match timeout_at(end.min(idle), response.chunk()).await {
            Ok(piece) => Ok(piece.map_err(|error| failure::unfinished(&error))?.map(|piece| piece.to_vec())),
            Err(_) if idle < end => {
                let what = format!("the answer paused for {} ms", self.times.idle.as_millis());
                Err(Fault::late(Code::NetIdle, what))
            }
            Err(_) => Err(Fault::late(Code::NetSlow, "the answer began and did not end in time".to_owned())),
        }
    }
}

/// What has come of a body.
struct Kept {
    passing: Passing,
    bytes: u64,
    whole: Vec<u8>,
    sent: Sent,
}

impl Kept {
    fn take(&mut self, piece: Vec<u8>, sink: &mut Sink<'_>) {
        match sink {
            Sink::Whole => self.whole.extend_from_slice(&piece),
            Sink::Pieces(hear) => {
                let clean = self.passing.push(&piece);
                if !clean.is_empty() {
                    self.sent = Sent::Heard;
                    hear(&clean);
                }
            }
        }
    }

    /// A fault, which after the first piece is one that nothing makes good.
    fn blamed(&self, fault: Fault) -> Fault {
        fault.sent(self.sent)
    }
}

fn silent() -> Fault {
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
