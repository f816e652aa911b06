//! Answers that are errors.

use agent_core::model::{FaultKind, failed};
use dialects::{
    Delivery, Provider,
    answers::{Trouble, interrupted, trouble},
};
use serde_json::json;

use crate::heard;

fn kind(trouble: Trouble) -> FaultKind {
    match trouble {
        Trouble::RateLimited => FaultKind::RateLimited,
        Trouble::Overloaded => FaultKind::Overloaded,
        Trouble::Failed => FaultKind::Unavailable,
        Trouble::Unauthorized => FaultKind::Unauthorized,
        Trouble::NotFound => FaultKind::NotFound,
        Trouble::TooLong => FaultKind::TooLong,
        Trouble::Quota => FaultKind::Quota,
        Trouble::Invalid => FaultKind::InvalidRequest,
    }
}

#[test]
fn a_status_says_what_is_wrong() {
    for provider in Provider::ALL {
        for wrong in Trouble::ALL {
            let reply = trouble(provider, wrong);
            let fault = heard(provider, Delivery::Streamed, &reply.document()).unwrap_err();
            assert_eq!(fault.kind, kind(wrong), "{provider}: {fault}");
            let after = (wrong == Trouble::RateLimited).then_some(3);
            assert_eq!(fault.retry_after_seconds, after, "{provider}: {fault}");
        }
    }
}

#[test]
fn a_status_is_enough() {
    let table = [
        (400, FaultKind::InvalidRequest),
        (401, FaultKind::Unauthorized),
        (402, FaultKind::Quota),
        (403, FaultKind::Unauthorized),
        (404, FaultKind::NotFound),
        (408, FaultKind::Unavailable),
        (413, FaultKind::TooLong),
        (422, FaultKind::InvalidRequest),
        (429, FaultKind::RateLimited),
        (500, FaultKind::Unavailable),
        (502, FaultKind::Unavailable),
        (503, FaultKind::Overloaded),
        (504, FaultKind::Unavailable),
        (529, FaultKind::Overloaded),
        (301, FaultKind::Malformed),
    ];
    for provider in Provider::ALL {
        for (status, kind) in table {
            for body in [json!(""), json!("<html>nginx</html>"), json!(null), json!({}), json!([])] {
                let document = json!({ "status": status, "content_type": "text/html", "body": body });
                let fault = heard(provider, Delivery::Whole, &document).unwrap_err();
                assert_eq!(fault.kind, kind, "{provider}: {fault}");
            }
        }
    }
}

#[test]
fn an_error_within_a_stream_ends_it() {
    for provider in Provider::ALL {
        for wrong in Trouble::ALL {
            let fault =
                heard(provider, Delivery::Streamed, &interrupted(provider, wrong).document()).unwrap_err();
            // There is no status, and not every provider has a name for that.
            let vague = matches!(
                (provider.dialect, wrong),
                ("bedrock-converse" | "openai-chat" | "openai-responses", Trouble::Quota)
            );
            if !vague {
                assert_eq!(fault.kind, kind(wrong), "{provider}: {fault}");
            }
        }
    }
}

#[test]
fn what_was_blocked_is_no_error() {
    let azure = json!({
        "error": {
            "message": "The response was filtered due to the prompt triggering a policy",
            "code": "content_filter",
            "status": 400,
            "innererror": { "code": "ResponsibleAIPolicyViolation" },
        }
    });
    let openrouter = json!({
        "error": {
            "code": 403,
            "message": "Your input was flagged",
            "metadata": { "reasons": ["violence"], "flagged_input": "..." },
        }
    });
    let openai = json!({
        "error": {
            "code": "invalid_prompt",
            "message": "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
        }
    });
    for (status, body) in [(400, azure), (403, openrouter), (400, openai)] {
        let document = json!({ "status": status, "content_type": "application/json", "body": body });
        let turn = heard(Provider::ALL[1], Delivery::Whole, &document).unwrap();
        assert!(matches!(turn.stop, agent_core::model::Stop::Filtered(_)));
    }
}

/// Too many tokens in a minute are not too many in a question.
#[test]
fn a_rate_of_tokens_is_no_length() {
    let body = json!({ "message": "Too many input tokens for the context window of this minute, wait." });
    let document = json!({ "status": 429, "body": body });
    for provider in Provider::ALL {
        let fault = heard(provider, Delivery::Whole, &document).unwrap_err();
        assert_eq!(fault.kind, FaultKind::RateLimited, "{provider}: {fault}");
    }
}

#[test]
fn a_success_may_hold_an_error() {
    let body = json!({ "error": { "code": 429, "message": "slow down" } });
    let document = json!({ "status": 200, "content_type": "application/json", "body": body });
    for provider in Provider::ALL {
        let fault = heard(provider, Delivery::Whole, &document).unwrap_err();
        let kinds = [FaultKind::RateLimited, FaultKind::Malformed];
        assert!(kinds.contains(&fault.kind), "{provider}: {fault}");
    }
}

#[test]
fn waiting_is_told_in_whole_seconds() {
    let table = [
        (json!({ "retry-after": "3" }), Some(3)),
        (json!({ "Retry-After": "2.2" }), Some(3)),
        (json!({ "retry-after-ms": "1500", "retry-after": "9" }), Some(2)),
        (json!({ "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }), None),
        (json!({ "retry-after": "-1" }), None),
        (json!({ "retry-after": "1e300" }), None),
        (json!({}), None),
    ];
    for (headers, seconds) in table {
        let document = json!({ "status": 429, "headers": headers, "body": "" });
        let fault = heard(Provider::ALL[0], Delivery::Whole, &document).unwrap_err();
        assert_eq!(fault.retry_after_seconds, seconds, "{headers}");
    }
    let details = json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.07s" }]);
    let body = json!({ "error": { "code": 429, "status": "RESOURCE_EXHAUSTED", "details": details } });
    let document = json!({ "status": 429, "body": body });
    let fault = heard(Provider::ALL[8], Delivery::Whole, &document).unwrap_err();
    assert_eq!(fault.retry_after_seconds, Some(35));
}

#[test]
fn codes_of_the_runner_are_sorted() {
    let table = [
        ("net-refused", FaultKind::Unavailable),
        ("net-timeout", FaultKind::Unavailable),
        ("net-connect-timeout", FaultKind::Unavailable),
        ("net-breaker-open", FaultKind::Unavailable),
        ("call-timeout", FaultKind::Unavailable),
        ("net-cut-off", FaultKind::CutOff),
        ("net-limit-tokens", FaultKind::Budget),
        ("net-limit-money", FaultKind::Budget),
        ("net-usage-unknown", FaultKind::Budget),
        ("budget-tokens", FaultKind::Budget),
        ("model-recording-ended", FaultKind::Other),
        ("net-private", FaultKind::Other),
        ("never-heard-of", FaultKind::Other),
    ];
    for (code, kind) in table {
        let fault = failed(code, "no");
        assert_eq!(fault.kind, kind, "{code}");
        assert_eq!(fault.kind.may_fall_back(), !matches!(kind, FaultKind::Budget | FaultKind::Other));
        assert!(fault.to_string().contains(code) && fault.to_string().contains("\nhint: "));
    }
}
