//! An answer as the agent gets it.

use serde_json::{Map, Value, json};

use crate::net::Incoming;

/// The headers that the agent hears of: when to come back, what is left, and what to name
/// when somebody asks the provider.
const HEADERS: &[&str] = &[
    "anthropic-ratelimit-input-tokens-remaining",
    "anthropic-ratelimit-input-tokens-reset",
    "anthropic-ratelimit-output-tokens-remaining",
    "anthropic-ratelimit-output-tokens-reset",
    "anthropic-ratelimit-requests-remaining",
    "anthropic-ratelimit-requests-reset",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-reset",
    "request-id",
    "retry-after",
    "retry-after-ms",
    "x-amzn-errortype",
    "x-amzn-requestid",
    "x-ratelimit-limit-requests",
    "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens",
    "x-request-id",
];
const HEADER_CHARS_MAX: usize = 200;

/// The document of an answer. Its body is a value where it says that it is JSON and is, else
/// the whole text.
pub(super) fn of(answer: &Incoming) -> Value {
    let kind = kind(answer);
    let is_json = kind == "application/json" || kind.ends_with("+json");
    let parsed = is_json.then(|| serde_json::from_slice::<Value>(&answer.body).ok()).flatten();
    let body = parsed.unwrap_or_else(|| String::from_utf8_lossy(&answer.body).into());
    let mut document = json!({
        "status": answer.status, "content_type": kind, "headers": headers(answer), "body": body,
    });
    if let Some(code) = answer.cut {
        document["cut"] = code.as_str().into();
    }
    document
}

fn kind(answer: &Incoming) -> String {
    let content_type = answer.header("content-type").unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.chars().filter(char::is_ascii_graphic).take(HEADER_CHARS_MAX).collect()
}

fn headers(answer: &Incoming) -> Map<String, Value> {
    let told = |name: &&str| {
        let value: String = answer.header(name)?.chars().take(HEADER_CHARS_MAX).collect();
        Some(((*name).to_owned(), value.into()))
    };
    HEADERS.iter().filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use policy::Code;

    use super::*;

    fn answer(kind: &str, body: &str) -> Incoming {
        let long = "x".repeat(300);
        let headers =
            [("content-type", kind), ("retry-after", "3"), ("set-cookie", "a"), ("x-request-id", &long)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Incoming { status: 429, headers, body: body.into(), attempts: Vec::new(), usage: None, cut: None }
    }

    #[test]
    fn a_body_is_a_value_or_the_whole_text() {
        for (kind, told, text, body) in [
            ("application/json; charset=utf-8", "application/json", "{\"a\":1}", json!({ "a": 1 })),
            ("application/problem+json", "application/problem+json", "[]", json!([])),
            ("application/json", "application/json", "{\"a\":", json!("{\"a\":")),
            ("Text/Event-Stream", "text/event-stream", "data: {}\n\n", json!("data: {}\n\n")),
            ("", "", "", json!("")),
        ] {
            let headers = json!({ "retry-after": "3", "x-request-id": "x".repeat(200) });
            let expected = json!({ "status": 429, "content_type": told, "headers": headers, "body": body });
            assert_eq!(of(&answer(kind, text)), expected, "{kind}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(of(&answer("application/json", &deep))["body"], deep);
    }

    #[test]
    fn what_broke_off_says_so() {
        let cut = Incoming { cut: Some(Code::NetCutOff), ..answer("text/event-stream", "data: a") };
        assert_eq!(of(&cut)["cut"], "net-cut-off");
    }

    #[test]
    fn the_headers_are_a_list_in_order() {
        assert!(HEADERS.is_sorted() && HEADERS.iter().all(|name| !name.contains("cookie")));
    }
}
