//! From what came back over HTTP to the JSON object in it: the same for every protocol.
//! Whatever is not exactly what was asked for is an objection.

use agent_contract::{document::parse_value, fault::shown};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Heard;
use crate::{Code, answer::Objection};

#[cfg(test)]
mod tests;

/// What an answer is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected<'a> {
    /// The id that the request carried.
    pub request_id: Option<&'a str>,
    /// The Runner's clock when the answer was there, in milliseconds since 1970.
    pub now_ms: u64,
    /// How far the two clocks may differ.
    pub skew_ms_max: u64,
}

/// Reads the JSON object of an answer. The first thing that is wrong is told: the status,
/// then the headers, then the body.
pub fn object(heard: &Heard, expected: &Expected) -> Result<Value, Objection> {
    status(heard)?;
    clock(heard, expected)?;
    framing(heard)?;
    encoding(heard)?;
    content_type(heard)?;
    echo(heard, expected)?;
    json(text(&heard.body)?)
}

fn objection<T>(code: Code, message: impl Into<String>) -> Result<T, Objection> {
    Err(Objection::new(code, message))
}

/// Only 200 is an answer: 201 and 204 are no decisions either.
fn status(heard: &Heard) -> Result<(), Objection> {
    let status = heard.status;
    match status {
        200 => Ok(()),
        300..=399 => objection(Code::PointRedirect, redirect(heard)),
        401 | 403 => objection(
            Code::PointUnauthorized,
            format!(
                "the decision point does not let the Runner ask (status {status})\nhint: check the credential that is configured for it"
            ),
        ),
        429 => objection(Code::PointBusy, "the decision point is asked too often (status 429)"),
        500..=599 => objection(Code::PointBroken, format!("the decision point is broken (status {status})")),
        _ => objection(
            Code::PointStatus,
            format!("the decision point answered with status {status}, and only 200 is an answer"),
        ),
    }
}

/// Two ways to say where the body ends are one too many.
fn framing(heard: &Heard) -> Result<(), Objection> {
    let has = |name: &str| all(heard, name).next().is_some();
    match has("content-length") && has("transfer-encoding") {
        false => Ok(()),
        true => objection(Code::PointClash, "the answer has both a length and chunks"),
    }
}

fn redirect(heard: &Heard) -> String {
    let status = heard.status;
    match all(heard, "location").next() {
        Some(place) => format!(
            "the decision point sends the Runner to `{}` (status {status}), and it does not go",
            shown(place)
        ),
        None => {
            format!("the decision point sends the Runner elsewhere (status {status}), and it does not go")
        }
    }
}

/// An answer may come without a date; one with a date is not from another time.
fn clock(heard: &Heard, expected: &Expected) -> Result<(), Objection> {
    let date = single(heard, "date")?;
    let Some(date_ms) = heard.date_ms else {
        return date.map_or(Ok(()), |date| {
            objection(
                Code::PointClock,
                format!("the decision point's `date` `{}` can't be read", shown(date)),
            )
        });
    };
    let (apart, max) = (date_ms.abs_diff(expected.now_ms), expected.skew_ms_max);
    let side = if date_ms > expected.now_ms { "ahead of" } else { "behind" };
    match apart <= max {
        true => Ok(()),
        false => objection(
            Code::PointClock,
            format!(
                "the decision point's clock is {apart} ms {side} the Runner's, which is more than {max} ms"
            ),
        ),
    }
}

fn encoding(heard: &Heard) -> Result<(), Objection> {
    let other = all(heard, "content-encoding").find(|value| !value.trim().eq_ignore_ascii_case("identity"));
    other.map_or(Ok(()), |value| {
        objection(
            Code::PointEncoding,
            format!("the answer is encoded as `{}`, which nobody asked for", shown(value)),
        )
    })
}

fn content_type(heard: &Heard) -> Result<(), Objection> {
    let Some(value) = single(heard, "content-type")? else {
        return objection(Code::PointContentType, "the answer has no content type");
    };
    match is_json(value) {
        true => Ok(()),
        false => objection(
            Code::PointContentType,
            format!("the answer is `{}` and not `application/json`", shown(value)),
        ),
    }
}

/// `application/json` with any parameters, of which the charset can only be UTF-8.
fn is_json(value: &str) -> bool {
    let mut parts = value.split(';').map(str::trim);
    parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) && parts.all(is_parameter)
}

fn is_parameter(text: &str) -> bool {
    match text.split_once('=') {
        None => text.is_empty(),
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        Some((name, value)) => !name.is_empty() && !value.is_empty(),
    }
}

/// A decision point that was given an id gives it back: an answer without it may be one
/// to another request.
fn echo(heard: &Heard, expected: &Expected) -> Result<(), Objection> {
    let echoed = single(heard, "x-request-id")?;
    match (expected.request_id, echoed) {
        (None, _) => Ok(()),
        (Some(sent), Some(echoed)) if sent == echoed => Ok(()),
        (Some(_), Some(echoed)) => objection(
            Code::PointRequestId,
            format!("the answer is to the request `{}`, which is another one", shown(echoed)),
        ),
        (Some(_), None) => objection(
            Code::PointRequestId,
            "the answer does not say to which request it is\nhint: the decision point must echo `X-Request-ID`",
        ),
    }
}

fn all<'a>(heard: &'a Heard, name: &str) -> impl Iterator<Item = &'a str> {
    heard.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// A header that has one value, however often it is said.
fn single<'a>(heard: &'a Heard, name: &str) -> Result<Option<&'a str>, Objection> {
    let mut values = all(heard, name);
    let first = values.next();
    match values.find(|value| Some(*value) != first) {
        None => Ok(first),
        Some(other) => objection(
            Code::PointClash,
            format!(
                "the answer has two headers `{name}`: `{}` and `{}`",
                shown(first.unwrap_or_default()),
                shown(other)
            ),
        ),
    }
}

fn text(body: &[u8]) -> Result<&str, Objection> {
    if body.trim_ascii().is_empty() {
        return objection(Code::PointEmpty, "the answer is empty");
    }
    str::from_utf8(body).or_else(|error| {
        objection(Code::PointText, format!("the answer is not UTF-8 from byte {}", error.valid_up_to()))
    })
}

fn json(text: &str) -> Result<Value, Objection> {
    let value = parse_value(text).or_else(|fault| {
        let code = why_unread(text, &fault.message);
        let place = if fault.at.is_empty() { String::new() } else { format!(" at `{}`", shown(&fault.at)) };
        objection(code, format!("the answer can't be read{place}: {}", fault.message))
    })?;
    match value {
        Value::Object(_) => Ok(value),
        other => objection(Code::PointShape, format!("the answer is {} and not an object", kind(&other))),
    }
}

/// What is wrong with a text that the strict reader refuses.
fn why_unread(text: &str, fault: &str) -> Code {
    match serde_json::from_str::<IgnoredAny>(text) {
        Err(error) if error.is_eof() => Code::PointTruncated,
        Ok(_) if fault.starts_with("duplicate key") => Code::PointDuplicate,
        _ => Code::PointJson,
    }
}

/// A JSON value's kind, for a message.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "`null`",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
