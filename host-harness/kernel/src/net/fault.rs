//! Why there is no answer, from what the connection says. What can't be told apart is
//! taken for the graver.

use std::{error::Error, io, io::ErrorKind, iter::successors};

use agent_contract::fault::shown;
use policy::{Code, answer::Objection};

/// What the library of HTTP says when a connection ends before an answer began. It has
/// no type that can be named here.
pub(super) const CLOSED: &[&str] = &["connection closed before message completed", "operation was canceled"];

/// Why no answer began.
pub(super) fn unanswered(error: &reqwest::Error, origin: &str) -> Objection {
    if let Some(distrust) = distrust(error) {
        return distrust;
    }
    match error.is_connect() {
        true => unconnected(error, origin),
        false => unspoken(error, origin),
    }
}

/// Why an answer that began has no end.
pub(super) fn unfinished(error: &reqwest::Error) -> Objection {
    if let Some(distrust) = distrust(error) {
        return distrust;
    }
    let message = innermost(error);
    match system(error) {
        Some(ErrorKind::InvalidData | ErrorKind::InvalidInput) => {
            Objection::new(Code::PointProtocol, format!("the answer is not framed as HTTP is: {message}"))
        }
        _ => Objection::new(Code::PointCutOff, format!("the answer ends before it should: {message}")),
    }
}

fn unconnected(error: &reqwest::Error, origin: &str) -> Objection {
    let because = innermost(error);
    match system(error) {
        _ if error.is_dns() => {
            Objection::new(Code::PointUnreachable, format!("the name in `{origin}` leads nowhere: {because}"))
        }
        Some(ErrorKind::ConnectionRefused) => {
            Objection::new(Code::PointRefused, format!("nothing listens at `{origin}`"))
        }
        Some(kind) if is_end(kind) && origin.starts_with("https://") => Objection::new(
            Code::PointTls,
            format!("`{origin}` closed the connection before it was encrypted: {because}"),
        ),
        _ => Objection::new(Code::PointUnreachable, format!("`{origin}` can't be reached: {because}")),
    }
}

fn unspoken(error: &reqwest::Error, origin: &str) -> Objection {
    let closed = causes(error).any(|cause| CLOSED.contains(&cause.to_string().as_str()));
    match closed || system(error).is_some_and(is_end) {
        true => {
            Objection::new(Code::PointClosed, format!("`{origin}` closed the connection without an answer"))
        }
        false => Objection::new(
            Code::PointProtocol,
            format!("what answers at `{origin}` does not speak HTTP: {}", innermost(error)),
        ),
    }
}

pub(super) fn is_end(kind: ErrorKind) -> bool {
    use ErrorKind::*;
    matches!(kind, ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof | NotConnected)
}

fn distrust(error: &reqwest::Error) -> Option<Objection> {
    let tls = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    let message = format!("the connection is not trustworthy: {}", shown(&tls.to_string()));
    Some(Objection::new(Code::PointTls, message))
}

/// What the system says of it.
pub(super) fn system(error: &reqwest::Error) -> Option<ErrorKind> {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

/// The cause of all: the others name addresses, which may hold what is not to be told.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    shown(&causes(error).last().map(ToString::to_string).unwrap_or_default())
}

/// An error and its causes, outermost first. An error of the system hides the one that
/// it was made from.
pub(super) fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    chain(error)
}

/// The same of any error.
pub(super) fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |error| beneath(*error))
}

fn beneath<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
