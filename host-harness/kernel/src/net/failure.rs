//! Why an exchange with a binding came to nothing. No message holds an address: the agent
//! may hear it.

use policy::Code;

use super::{
    address::Closed,
    fault::{CLOSED, causes, innermost, is_end, system},
};
use crate::KernelError;

/// What reached the other side when an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// Nothing: there was no connection.
    Nothing,
    /// Nobody knows.
    Perhaps,
    /// All, and some of the answer was handed on.
    Heard,
}

/// An attempt that failed.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub code: Code,
    what: String,
    hint: Option<&'static str>,
    pub sent: Sent,
    /// An error of another room, told as it is.
    whole: Option<KernelError>,
}

impl Fault {
    /// Something that the Runner itself objects to.
    pub(super) fn own(code: Code, what: String) -> Self {
        Self { code, what, hint: None, sent: Sent::Nothing, whole: None }
    }

    /// Something that happened after the request was on its way.
    pub(super) fn late(code: Code, what: String) -> Self {
        Self { sent: Sent::Perhaps, ..Self::own(code, what) }
    }

    /// An address that is closed.
    pub(super) fn closed(closed: Closed) -> Self {
        Self { hint: closed.hint(), ..Self::own(closed.code(), closed.to_string()) }
    }

    /// With what to do about it.
    pub(super) fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// The same, with what reached the other side.
    pub(super) fn sent(self, sent: Sent) -> Self {
        Self { sent, ..self }
    }

    /// Whether the place is to blame, and might do better.
    pub(super) fn is_passing(&self) -> bool {
        use Code::*;
        matches!(
            self.code,
            NetName
                | NetRefused
                | NetUnreachable
                | NetConnectTimeout
                | NetTimeout
                | NetSlow
                | NetIdle
                | NetClosed
                | NetCutOff
                | NetProxy
        )
    }

    /// The error of a binding, after so many attempts.
    pub(super) fn told(self, binding: &str, attempts: usize) -> KernelError {
        if let Some(whole) = self.whole {
            return whole;
        }
        let again = if attempts > 1 { format!(", after {attempts} attempts") } else { String::new() };
        let hint = self.hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        KernelError::new(self.code, format!("binding `{binding}`: {}{again}{hint}", self.what))
    }
}

impl From<KernelError> for Fault {
    fn from(error: KernelError) -> Self {
        Self { whole: Some(error.clone()), ..Self::own(error.code, error.message) }
    }
}

/// Whether somebody stands between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Straight,
    Proxied,
}

/// Why no answer began.
pub(super) fn unanswered(error: &reqwest::Error, way: Way, encrypted: bool) -> Fault {
    if let Some(closed) = causes(error).find_map(|cause| cause.downcast_ref::<Closed>()) {
        return Fault::closed(*closed);
    }
    if let Some(distrust) = distrust(error) {
        let sent = if error.is_connect() { Sent::Nothing } else { Sent::Perhaps };
        return Fault { sent, ..distrust };
    }
    match error.is_connect() {
        true => unconnected(error, way, encrypted),
        false => unspoken(error),
    }
}

fn unconnected(error: &reqwest::Error, way: Way, encrypted: bool) -> Fault {
    let system = system(error);
    let (code, what) = match system {
        _ if error.is_timeout() => (Code::NetConnectTimeout, "there was no connection in time".to_owned()),
        _ if error.is_dns() => (Code::NetName, "its name leads nowhere".to_owned()),
        _ if way == Way::Proxied => {
            (Code::NetProxy, format!("the proxy does not let it through: {}", innermost(error)))
        }
        Some(std::io::ErrorKind::ConnectionRefused) => {
            (Code::NetRefused, "nothing listens at its address".to_owned())
        }
        Some(kind) if is_end(kind) && encrypted => {
            (Code::NetTls, "the connection was closed before it was encrypted".to_owned())
        }
        _ => (Code::NetUnreachable, format!("it can't be reached: {}", innermost(error))),
    };
    Fault::own(code, what)
}

fn unspoken(error: &reqwest::Error) -> Fault {
    let closed = causes(error).any(|cause| CLOSED.contains(&cause.to_string().as_str()));
    match closed || system(error).is_some_and(is_end) {
        true => Fault::late(Code::NetClosed, "the connection was closed without an answer".to_owned()),
        false => Fault::late(
            Code::NetProtocol,
            format!("what answers does not speak HTTP as it should: {}", innermost(error)),
        ),
    }
}

/// Why an answer that began has no end.
pub(super) fn unfinished(error: &reqwest::Error) -> Fault {
    use std::io::ErrorKind::{InvalidData, InvalidInput};
    if let Some(distrust) = distrust(error) {
        return Fault { sent: Sent::Perhaps, ..distrust };
    }
    match system(error) {
        Some(InvalidData | InvalidInput) => {
            let what = format!("the answer is not framed as HTTP is: {}", innermost(error));
            Fault::late(Code::NetProtocol, what)
        }
        _ => Fault::late(Code::NetCutOff, "the answer ends before it should".to_owned()),
    }
}

fn distrust(error: &reqwest::Error) -> Option<Fault> {
    let tls = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    Some(distrusted(tls))
}

/// What the library of TLS says names hosts, so it is told in other words.
pub(super) fn distrusted(error: &rustls::Error) -> Fault {
    use rustls::CertificateError::*;
    let what = match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            Expired | ExpiredContext { .. } => "the certificate has expired",
            NotValidYet | NotValidYetContext { .. } => "the certificate is not valid yet",
            UnknownIssuer => "nobody who is trusted issued the certificate",
            NotValidForName | NotValidForNameContext { .. } => "the certificate is for another name",
            Revoked => "the certificate was revoked",
            _ => "the certificate can't be verified",
        },
        rustls::Error::AlertReceived(_) => "the other side broke off the encryption",
        rustls::Error::InvalidMessage(_) => "what answers does not speak TLS",
        rustls::Error::PeerIncompatible(_) => "the other side knows no TLS that is good enough",
        _ => "the encryption failed",
    };
    Fault::own(Code::NetTls, what.to_owned())
        .hint("name the authority that issued its certificate in `ca_file`, if it is one of yours")
}
