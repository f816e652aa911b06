//! Amazon Bedrock's Converse.

mod body;
mod stream;
mod whole;

use agent_contract::fault::shown;
use serde_json::Value;

use super::{
    Ask, Fault, Turn, Usage,
    answer::{Answer, Heard},
    draft::{Draft, End, Input},
    figures,
};

pub(super) use body::body;

pub(super) fn turn(ask: &Ask, answer: &Answer) -> Result<Turn, Fault> {
    match answer.heard()? {
        Heard::Whole(document) => whole::turn(ask, document),
        Heard::Streamed(events) => stream::turn(ask, events),
    }
}

fn end(reason: &str) -> Result<End, Fault> {
    Ok(match reason {
        "end_turn" | "stop_sequence" | "tool_use" => End::Natural,
        "max_tokens" | "model_context_window_exceeded" => End::Length,
        "guardrail_intervened" | "content_filtered" => End::Filtered(reason.to_owned()),
        "refusal" => End::Refused(String::new()),
        "malformed_model_output" | "malformed_tool_use" => {
            return Err(Fault::malformed(format!(
                "the provider could not read its model's answer: `{reason}`"
            )));
        }
        other => {
            let other = shown(other);
            return Err(Fault::malformed(format!(
                "the model's answer has the unknown stop reason `{other}`"
            )));
        }
    })
}

/// The count of the question leaves out what the cache held; ours does not.
fn usage(usage: &Value) -> Option<Usage> {
    let cached_read = figures::count_or_none(usage, "/cacheReadInputTokens");
    let cached_write = figures::count_or_none(usage, "/cacheWriteInputTokens");
    let fresh = figures::count(usage, "/inputTokens")?;
    Some(Usage {
        input: fresh.saturating_add(cached_read).saturating_add(cached_write),
        output: figures::count(usage, "/outputTokens")?,
        cached_read,
        cached_write,
        reasoning: 0,
    })
}

/// Takes a whole block. Where a form was asked for, the call of the tool that stands for
/// it is the answer, and is sent back as the text that it is.
fn read(ask: &Ask, draft: &mut Draft, mut block: Value) {
    if let Some(text) = block["text"].as_str() {
        draft.say(text);
        if !text.trim().is_empty() {
            draft.echo.push(block);
        }
    } else if block["toolUse"].is_object() {
        let mut call = block["toolUse"].take();
        let id = figures::text(&call, "/toolUseId").to_owned();
        let name = figures::text(&call, "/name").to_owned();
        let input = call["input"].take();
        if ask.answer.is_some_and(|shape| shape.name == name) {
            let text = input.as_str().map_or_else(|| input.to_string(), str::to_owned);
            draft.text.clone_from(&text);
            draft.echo.push(serde_json::json!({ "text": text }));
        } else {
            draft.call(id, name, Input::from(input));
            draft.echo.push(serde_json::json!({ "toolUse": {} }));
        }
    } else if block.is_object() {
        // A thought that is not shown has a signature alone; sent back it needs a text.
        if let Some(thought) =
            block.pointer_mut("/reasoningContent/reasoningText").and_then(Value::as_object_mut)
        {
            thought.entry("text").or_insert_with(|| "".into());
        }
        draft.echo.push(block);
    }
}
