//! What a provider complains about, and what that means.

use agent_contract::fault::shown;
use serde_json::Value;

use super::{Fault, FaultKind, Stop, Turn, answer::Answer, figures};

/// A call that gave no answer at all: the Runner's code and message.
pub fn failed(code: &str, message: &str) -> Fault {
    let kind = match code {
        "net-cut-off" => FaultKind::CutOff,
        "model-stream-malformed" => FaultKind::Malformed,
        "net-usage-unknown" => FaultKind::Budget,
        budget if budget.starts_with("budget-") || budget.starts_with("net-limit-") => FaultKind::Budget,
        "net-refused"
        | "net-unreachable"
        | "net-connect-timeout"
        | "net-timeout"
        | "net-slow"
        | "net-idle"
        | "net-closed"
        | "net-tls"
        | "net-protocol"
        | "net-announced"
        | "net-oversized"
        | "net-redirect"
        | "net-redirect-same"
        | "net-encoding"
        | "net-proxy"
        | "net-breaker-open"
        | "net-name"
        | "net-patience"
        | "call-timeout" => FaultKind::Unavailable,
        _ => FaultKind::Other,
    };
    Fault::new(kind, format!("the model could not be asked (`{}`): {message}", shown(code)))
}

/// An answer whose status says that it is none.
pub(super) fn refused(answer: &Answer) -> Result<Turn, Fault> {
    let none = Value::Null;
    let mut complaint = Complaint::of(answer.json().unwrap_or(&none), "");
    complaint.status = Some(answer.status);
    if complaint.message.is_empty() {
        answer.text().clone_into(&mut complaint.message);
    }
    complaint.settle().map_err(|fault| Fault {
        retry_after_seconds: retry_after(answer).or(fault.retry_after_seconds),
        ..fault
    })
}

/// A complaint within an answer that began well; `name` is that of its event.
pub(super) fn within(document: &Value, name: &str) -> Result<Turn, Fault> {
    Complaint::of(document, name).settle()
}

/// Whether a document is a complaint, whatever its dialect.
pub(super) fn is_complaint(document: &Value) -> bool {
    let document = document.get(0).unwrap_or(document);
    document.get("error").is_some_and(|error| !error.is_null())
        || figures::text(document, "/object") == "error"
}

/// Whole seconds; a date would need a clock.
fn retry_after(answer: &Answer) -> Option<u64> {
    let millis = answer.header("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok());
    let seconds = answer.header("retry-after").and_then(|text| text.trim().parse::<f64>().ok());
    whole_seconds(millis.map(|millis| millis / 1000.0).or(seconds)?)
}

fn whole_seconds(seconds: f64) -> Option<u64> {
    (seconds.is_finite() && (0.0..=86_400.0).contains(&seconds)).then(|| seconds.ceil() as u64)
}

/// A complaint: what it is called, in any of the places where providers write that, and
/// what it says.
struct Complaint {
    status: Option<u16>,
    words: Vec<String>,
    message: String,
    retry_after_seconds: Option<u64>,
}

impl Complaint {
    fn of(document: &Value, name: &str) -> Self {
        const NAMES: [&str; 8] = [
            "/code",
            "/type",
            "/status",
            "/__type",
            "/error_type",
            "/metadata/error_type",
            "/innererror/code",
            "/reason",
        ];
        const MESSAGES: [&str; 4] = ["/message", "/Message", "/detail", "/message/detail"];
        let document = document.get(0).unwrap_or(document);
        let inner = document.get("error").filter(|error| !error.is_null()).unwrap_or(document);
        let word = |pointer: &&str| inner.pointer(pointer).and_then(plain);
        let message = match inner {
            Value::String(text) => Some(text.clone()),
            _ => MESSAGES.iter().filter_map(|pointer| inner.pointer(pointer)).find_map(told),
        };
        let mut words: Vec<_> = NAMES.iter().filter_map(word).collect();
        words.extend((!name.is_empty()).then(|| name.to_owned()));
        let flagged = ["/metadata/reasons", "/metadata/flagged_input"];
        if flagged.iter().any(|pointer| inner.pointer(pointer).is_some()) {
            words.push("content_filter".to_owned());
        }
        let status = words.iter().find_map(|word| word.parse().ok()).filter(|code| (400..600).contains(code));
        let delay =
            figures::list(inner, "/details").iter().map(|detail| figures::text(detail, "/retryDelay"));
        let delay = delay.filter_map(|text| text.strip_suffix('s')?.parse().ok()).find_map(whole_seconds);
        Self { status, words, message: message.unwrap_or_default(), retry_after_seconds: delay }
    }

    fn settle(self) -> Result<Turn, Fault> {
        if self.is_filter() {
            return Ok(Turn::silent(Stop::Filtered(shown(&self.message))));
        }
        let kind = self.kind();
        let status = self.status.map(|status| format!(" {status}")).unwrap_or_default();
        let words = self.words.iter().filter(|word| word.parse::<u16>().is_err());
        let words = words.map(|word| format!("`{}`", shown(word))).collect::<Vec<_>>().join(", ");
        let words = if words.is_empty() { words } else { format!(" ({words})") };
        let said =
            if self.message.trim().is_empty() { "nothing more".to_owned() } else { shown(&self.message) };
        let message = format!("the model's provider answered with an error{status}{words}: {said}");
        Err(Fault { kind, message, retry_after_seconds: self.retry_after_seconds })
    }

    fn has(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.iter().any(|known| word.eq_ignore_ascii_case(known)))
    }

    fn says(&self, phrases: &[&str]) -> bool {
        let message = self.message.to_ascii_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }

    fn is_filter(&self) -> bool {
        let named = ["content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"];
        let policy = |word: &String| word.ends_with("_policy");
        self.has(&named)
            || self.words.iter().any(policy)
            || self.says(&["content filtering policy", "flagged as potentially violating"])
    }

    fn kind(&self) -> FaultKind {
        if self.is_too_long() {
            return FaultKind::TooLong;
        }
        if self.is_quota() {
            return FaultKind::Quota;
        }
        if self.says(&["api key not valid"]) {
            return FaultKind::Unauthorized;
        }
        self.status.and_then(by_status).or_else(|| self.by_word()).unwrap_or(match self.status {
            Some(_) => FaultKind::Malformed,
            None => FaultKind::Unavailable,
        })
    }

    /// A limit of tokens in a minute is another matter.
    fn is_too_long(&self) -> bool {
        const WORDS: [&str; 3] =
            ["context_length_exceeded", "exceed_context_size_error", "request_too_large"];
        const PHRASES: [&str; 12] = [
            "context length",
            "context window",
            "context size",
            "context limit",
            "prompt is too long",
            "input is too long",
            "input token count",
            "too many input tokens",
            "maximum number of tokens allowed",
            "maximum input length",
            "too large for model",
            "reduce the length of the messages",
        ];
        let may_be = matches!(self.status, None | Some(400 | 413 | 422));
        self.has(&WORDS) || self.status == Some(413) || (may_be && self.says(&PHRASES))
    }

    fn is_quota(&self) -> bool {
        const WORDS: [&str; 5] = [
            "insufficient_quota",
            "billing_error",
            "billing_hard_limit_reached",
            "ServiceQuotaExceededException",
            "insufficient_credits",
        ];
        let paid = ["credit balance is too low", "insufficient credits", "insufficient balance"];
        self.status == Some(402) || self.has(&WORDS) || self.says(&paid)
    }

    /// For complaints within a stream, which have no status.
    fn by_word(&self) -> Option<FaultKind> {
        let known: [(FaultKind, &[&str]); 6] = [
            (
                FaultKind::RateLimited,
                &[
                    "rate_limit_error",
                    "rate_limit_exceeded",
                    "ThrottlingException",
                    "RESOURCE_EXHAUSTED",
                    "too_many_requests",
                ],
            ),
            (
                FaultKind::Overloaded,
                &[
                    "overloaded_error",
                    "server_overloaded",
                    "UNAVAILABLE",
                    "ServiceUnavailableException",
                    "ModelNotReadyException",
                    "provider_overloaded",
                ],
            ),
            (
                FaultKind::Unauthorized,
                &[
                    "authentication_error",
                    "permission_error",
                    "invalid_api_key",
                    "UNAUTHENTICATED",
                    "PERMISSION_DENIED",
                    "AccessDeniedException",
                ],
            ),
            (
                FaultKind::NotFound,
                &["not_found_error", "model_not_found", "NOT_FOUND", "ResourceNotFoundException"],
            ),
            (
                FaultKind::InvalidRequest,
                &[
                    "invalid_request_error",
                    "invalid_prompt",
                    "INVALID_ARGUMENT",
                    "FAILED_PRECONDITION",
                    "ValidationException",
                ],
            ),
            (FaultKind::Malformed, &["malformed_model_output", "malformed_tool_use"]),
        ];
        known.iter().find(|(_, words)| self.has(words)).map(|(kind, _)| *kind)
    }
}

fn by_status(status: u16) -> Option<FaultKind> {
    Some(match status {
        401 | 403 => FaultKind::Unauthorized,
        404 => FaultKind::NotFound,
        429 => FaultKind::RateLimited,
        503 | 529 => FaultKind::Overloaded,
        408 | 424 | 425 | 500.. => FaultKind::Unavailable,
        400..500 => FaultKind::InvalidRequest,
        _ => return None,
    })
}

/// A name, or a number in its place.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A message; some providers write a list of faults in its place.
fn told(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(_) => Some(value.to_string()),
        _ => None,
    }
}
