//! OpenAI's Chat Completions, in the variants of those who speak it.

mod body;
mod reasoning;
mod stream;
mod whole;

use agent_contract::fault::shown;
use serde_json::Value;

use super::{
    Ask, Fault, FaultKind, Flavour, Turn, Usage,
    answer::{Answer, Heard},
    draft::End,
    figures, trouble,
};

pub(super) use body::{body, told};

pub(super) fn turn(ask: &Ask, answer: &Answer) -> Result<Turn, Fault> {
    match answer.heard()? {
        Heard::Whole(document) if trouble::is_complaint(document) => trouble::within(document, ""),
        Heard::Whole(document) => whole::turn(ask, document),
        Heard::Streamed(events) => stream::turn(ask, events),
    }
}

impl Flavour {
    /// Whether it keeps to the schema of OpenAI in every point.
    fn is_exact(self) -> bool {
        matches!(self, Self::Openai | Self::Azure)
    }
}

fn end(reason: &str) -> Result<End, Fault> {
    Ok(match reason {
        "stop" | "tool_calls" | "function_call" => End::Natural,
        "length" | "model_length" => End::Length,
        "content_filter" => End::Filtered(String::new()),
        "refusal" => End::Refused(String::new()),
        "error" => {
            return Err(Fault::new(FaultKind::Unavailable, "the provider failed while its model answered"));
        }
        other => {
            let other = shown(other);
            return Err(Fault::malformed(format!(
                "the model's answer has the unknown finish reason `{other}`"
            )));
        }
    })
}

/// What a filter found, where it says so.
fn filtered_for(choice: &Value) -> String {
    let results = choice["content_filter_results"].as_object().into_iter().flatten();
    let found = results.filter(|(_, result)| result["filtered"] == true || result["detected"] == true);
    found.map(|(name, _)| shown(name)).collect::<Vec<_>>().join(", ")
}

/// Content is a text, or a list of chunks of which some are texts.
fn said(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(chunks) => {
            let texts = chunks.iter().filter(|chunk| chunk["type"] == "text");
            texts.map(|chunk| figures::text(chunk, "/text")).collect()
        }
        _ => String::new(),
    }
}

/// One provider writes the word where it means nothing.
fn id(call: &Value) -> &str {
    match figures::text(call, "/id") {
        "null" => "",
        id => id,
    }
}

fn usage(usage: &Value) -> Option<Usage> {
    let cached = ["/prompt_tokens_details/cached_tokens", "/num_cached_tokens", "/prompt_cache_hit_tokens"];
    Some(Usage {
        input: figures::count(usage, "/prompt_tokens")?,
        output: figures::count(usage, "/completion_tokens")?,
        cached_read: cached.iter().find_map(|pointer| figures::count(usage, pointer)).unwrap_or_default(),
        cached_write: figures::count_or_none(usage, "/prompt_tokens_details/cache_write_tokens"),
        reasoning: figures::count_or_none(usage, "/completion_tokens_details/reasoning_tokens"),
    })
}
