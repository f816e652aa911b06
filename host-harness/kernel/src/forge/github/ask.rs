//! A single request: how it is written, and what its answer means.

use policy::Code;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Answer, fault,
    pace::{self, Limited},
};
use crate::{
    KernelError,
    net::{Method, Outgoing, Repeat},
};

const VERSION: &str = "2022-11-28";

/// What the forge counts requests for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resource {
    Rest,
    Graphql,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    /// The bytes of a blob, as they are.
    Raw,
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub method: Method,
    /// Below the binding's address.
    pub path: String,
    pub body: Option<Value>,
    pub form: Form,
    pub repeat: Repeat,
    pub resource: Resource,
}

impl Ask {
    /// The method and the path, as messages have it.
    pub fn name(&self) -> String {
        format!("{} {}", word(self.method), self.path)
    }

    /// A binding's error, with what was asked. Where one sees a redirect first, it is told
    /// as it is told here.
    pub fn names(&self, error: KernelError) -> KernelError {
        match error.code {
            Code::NetRedirect | Code::NetRedirectSame => fault::redirected(&self.name()),
            _ => KernelError::new(error.code, format!("`{}`: {}", self.name(), error.message)),
        }
    }

    pub fn outgoing(&self, etag: Option<&str>) -> Outgoing {
        let accept = match self.form {
            Form::Json => "application/vnd.github+json",
            Form::Raw => "application/vnd.github.raw+json",
        };
        let mut headers = vec![("accept", accept.to_owned()), ("x-github-api-version", VERSION.to_owned())];
        headers.extend(self.body.is_some().then(|| ("content-type", "application/json".to_owned())));
        headers.extend(etag.map(|etag| ("if-none-match", etag.to_owned())));
        Outgoing {
            method: self.method,
            path: self.path.clone(),
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            body: self.body.as_ref().map(Value::to_string).unwrap_or_default().into_bytes(),
            repeat: Repeat::Never,
        }
    }
}

/// What came of a request.
pub(super) enum Came {
    /// It was performed.
    Answer(Answer),
    /// It was not: it came too soon.
    Limited(Limited, KernelError),
    /// Nobody knows, and another attempt may succeed.
    Broken(KernelError),
    /// It was not, and will not be.
    Refused(KernelError),
}

pub(super) fn judge(ask: &Ask, heard: Result<Answer, KernelError>) -> Came {
    let answer = match heard {
        Ok(answer) => answer,
        Err(error) if may_pass(error.code) => return Came::Broken(error),
        Err(error) => return Came::Refused(error),
    };
    let error = || fault::refused(&ask.name(), &answer);
    match (pace::limited(&answer), answer.status) {
        (Some(limited), _) => Came::Limited(limited, error()),
        (None, 200..=299) => Came::Answer(answer),
        (None, 500..=599) => Came::Broken(error()),
        _ => Came::Refused(error()),
    }
}

/// Whether what broke a request off may be over at the next attempt. Every other fault of
/// a binding is a refusal of its own, or stays.
pub(super) fn may_pass(code: Code) -> bool {
    matches!(
        code,
        Code::KernelFailed
            | Code::NetRefused
            | Code::NetUnreachable
            | Code::NetConnectTimeout
            | Code::NetTimeout
            | Code::NetSlow
            | Code::NetIdle
            | Code::NetClosed
            | Code::NetCutOff
    )
}

pub(super) fn read<T: DeserializeOwned>(ask: &Ask, answer: &Answer) -> Result<T, KernelError> {
    serde_json::from_slice(&answer.body).map_err(|error| fault::malformed(&ask.name(), error))
}

fn word(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}
