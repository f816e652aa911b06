//! Answers that are none.

use serde_json::json;

use super::{Reply, anthropic, bedrock, chat, gemini, responses};
use crate::Provider;

/// What goes wrong at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// 429, with `retry-after: 3`.
    RateLimited,
    /// 529, or 503 where the provider has no such status.
    Overloaded,
    /// 500.
    Failed,
    /// 401.
    Unauthorized,
    /// 404.
    NotFound,
    /// The question is too long.
    TooLong,
    /// Nothing is left to pay with.
    Quota,
    /// 400.
    Invalid,
}

impl Trouble {
    /// All of it.
    pub const ALL: [Self; 8] = [
        Self::RateLimited,
        Self::Overloaded,
        Self::Failed,
        Self::Unauthorized,
        Self::NotFound,
        Self::TooLong,
        Self::Quota,
        Self::Invalid,
    ];
}

/// Status, name and message at a provider.
fn words(provider: Provider, trouble: Trouble) -> (u16, &'static str, &'static str) {
    match (provider.dialect, provider.flavour) {
        ("anthropic-messages", _) => of_anthropic(trouble),
        ("gemini", _) => of_gemini(trouble),
        ("bedrock-converse", _) => of_bedrock(trouble),
        ("openai-chat", "openrouter") => of_openrouter(trouble),
        ("openai-chat", "mistral") => of_mistral(trouble),
        _ => of_openai(trouble),
    }
}

fn of_openai(trouble: Trouble) -> (u16, &'static str, &'static str) {
    match trouble {
        Trouble::RateLimited => (429, "rate_limit_exceeded", "Rate limit reached for m"),
        Trouble::Overloaded => (503, "server_overloaded", "The engine is currently overloaded"),
        Trouble::Failed => (500, "server_error", "The server had an error"),
        Trouble::Unauthorized => (401, "invalid_api_key", "Incorrect API key provided"),
        Trouble::NotFound => (404, "model_not_found", "The model does not exist"),
        Trouble::TooLong => {
            (400, "context_length_exceeded", "This model's maximum context length is 8192 tokens")
        }
        Trouble::Quota => (429, "insufficient_quota", "You exceeded your current quota"),
        Trouble::Invalid => (400, "invalid_request_error", "Unsupported parameter"),
    }
}

fn of_mistral(trouble: Trouble) -> (u16, &'static str, &'static str) {
    match trouble {
        Trouble::TooLong => (
            400,
            "invalid_request_error",
            "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
        ),
        Trouble::Quota => (402, "payment_required", "Payment required"),
        other => of_openai(other),
    }
}

fn of_openrouter(trouble: Trouble) -> (u16, &'static str, &'static str) {
    match trouble {
        Trouble::RateLimited => (429, "rate_limit_exceeded", "Rate limited"),
        Trouble::Overloaded => (503, "provider_overloaded", "No provider is available"),
        Trouble::Failed => (502, "server", "Provider returned error"),
        Trouble::Unauthorized => (401, "authentication", "No auth credentials found"),
        Trouble::NotFound => (404, "not_found", "No endpoints found"),
        Trouble::TooLong => (400, "invalid_request", "This endpoint's maximum context length is 8192 tokens"),
        Trouble::Quota => (402, "payment_required", "Insufficient credits"),
        Trouble::Invalid => (400, "invalid_request", "Invalid request"),
    }
}

fn of_anthropic(trouble: Trouble) -> (u16, &'static str, &'static str) {
    match trouble {
        Trouble::RateLimited => (429, "rate_limit_error", "This request would exceed your rate limit"),
        Trouble::Overloaded => (529, "overloaded_error", "Overloaded"),
        Trouble::Failed => (500, "api_error", "Internal server error"),
        Trouble::Unauthorized => (401, "authentication_error", "invalid x-api-key"),
        Trouble::NotFound => (404, "not_found_error", "model: m"),
        Trouble::TooLong => {
            (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")
        }
        Trouble::Quota => (400, "invalid_request_error", "Your credit balance is too low to access the API"),
        Trouble::Invalid => (400, "invalid_request_error", "messages: at least one message is required"),
    }
}

fn of_gemini(trouble: Trouble) -> (u16, &'static str, &'static str) {
    match trouble {
        Trouble::RateLimited => (429, "RESOURCE_EXHAUSTED", "Resource has been exhausted"),
        Trouble::Overloaded => (503, "UNAVAILABLE", "The model is overloaded"),
        Trouble::Failed => (500, "INTERNAL", "An internal error has occurred"),
        Trouble::Unauthorized => (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        Trouble::NotFound => (404, "NOT_FOUND", "models/m is not found"),
        Trouble::TooLong => (
            400,
            "INVALID_ARGUMENT",
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        ),
        Trouble::Quota => (402, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted"),
        Trouble::Invalid => (400, "INVALID_ARGUMENT", "Invalid JSON payload received"),
    }
}

fn of_bedrock(trouble: Trouble) -> (u16, &'static str, &'static str) {
    match trouble {
        Trouble::RateLimited => {
            (429, "throttlingException", "Too many tokens, please wait before trying again.")
        }
        Trouble::Overloaded => {
            (503, "serviceUnavailableException", "Bedrock is unable to process your request.")
        }
        Trouble::Failed => (500, "internalServerException", "The system encountered an unexpected error"),
        Trouble::Unauthorized => (403, "accessDeniedException", "You don't have access to the model"),
        Trouble::NotFound => (404, "resourceNotFoundException", "Could not resolve the foundation model"),
        Trouble::TooLong => (400, "validationException", "Input is too long for requested model."),
        Trouble::Quota => (402, "paymentRequiredException", "Payment required"),
        Trouble::Invalid => (400, "validationException", "The text field is blank"),
    }
}

/// An answer with the status of an error.
pub fn trouble(provider: Provider, trouble: Trouble) -> Reply {
    let (status, kind, message) = words(provider, trouble);
    let body = match provider.dialect {
        "openai-responses" => responses::error(kind, message),
        "openai-chat" => chat::error(provider.flavour, status, kind, message),
        "anthropic-messages" => anthropic::error(kind, message),
        "gemini" => gemini::error(status, kind, message),
        _ => json!({ "message": message }),
    };
    let mut reply = Reply::whole(status, &body);
    if trouble == Trouble::RateLimited {
        reply.headers.push(("retry-after", "3".to_owned()));
    }
    reply
}

/// An answer that begins well and that an error ends.
pub fn interrupted(provider: Provider, trouble: Trouble) -> Reply {
    let (status, kind, message) = words(provider, trouble);
    let events = match provider.dialect {
        "openai-responses" => responses::interrupted(kind, message),
        "openai-chat" => chat::interrupted(&chat::error(provider.flavour, status, kind, message)),
        "anthropic-messages" => anthropic::interrupted(&anthropic::error(kind, message)),
        "gemini" => gemini::interrupted(&gemini::error(status, kind, message)),
        _ => bedrock::interrupted(kind, message),
    };
    Reply::streamed(&events)
}
