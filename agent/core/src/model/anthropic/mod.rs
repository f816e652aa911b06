//! Anthropic's Messages.

mod body;
mod stream;
mod whole;

use serde_json::Value;

use super::{Ask, Fault, Turn, Usage, answer::Answer, answer::Heard, draft::End, figures, trouble};

pub(super) use body::body;

pub(super) fn turn(ask: &Ask, answer: &Answer) -> Result<Turn, Fault> {
    match answer.heard()? {
        Heard::Whole(document) if figures::text(document, "/type") == "error" => {
            trouble::within(document, "")
        }
        Heard::Whole(document) => whole::turn(ask, document),
        Heard::Streamed(events) => stream::turn(ask, events),
    }
}

/// Why it ended. `place` holds `stop_reason` and `stop_details`.
fn end(place: &Value) -> Result<End, Fault> {
    let refusal = || {
        let told = ["/stop_details/explanation", "/stop_details/category"];
        told.iter().map(|pointer| figures::text(place, pointer)).find(|text| !text.is_empty())
    };
    Ok(match figures::text(place, "/stop_reason") {
        "end_turn" | "stop_sequence" | "tool_use" => End::Natural,
        "max_tokens" | "model_context_window_exceeded" => End::Length,
        "refusal" => End::Refused(refusal().unwrap_or_default().to_owned()),
        "pause_turn" => End::Paused,
        other => {
            let other = agent_contract::fault::shown(other);
            return Err(Fault::malformed(format!(
                "the model's answer has the unknown stop reason `{other}`"
            )));
        }
    })
}

/// The count of the question leaves out what the cache held; ours does not.
fn usage(usage: &Value) -> Option<Usage> {
    let cached_read = figures::count_or_none(usage, "/cache_read_input_tokens");
    let cached_write = figures::count_or_none(usage, "/cache_creation_input_tokens");
    let fresh = figures::count(usage, "/input_tokens")?;
    Some(Usage {
        input: fresh.saturating_add(cached_read).saturating_add(cached_write),
        output: figures::count(usage, "/output_tokens")?,
        cached_read,
        cached_write,
        reasoning: figures::count_or_none(usage, "/output_tokens_details/thinking_tokens"),
    })
}
