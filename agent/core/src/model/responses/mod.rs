//! OpenAI's Responses.

mod body;
mod stream;
mod whole;

use serde_json::Value;

use super::{
    Ask, Fault, Turn, Usage,
    answer::{Answer, Heard},
    figures,
};

pub(super) use body::body;

pub(super) fn turn(ask: &Ask, answer: &Answer) -> Result<Turn, Fault> {
    match answer.heard()? {
        Heard::Whole(document) => whole::turn(ask, document),
        Heard::Streamed(events) => stream::turn(ask, events),
    }
}

fn usage(usage: &Value) -> Option<Usage> {
    Some(Usage {
        input: figures::count(usage, "/input_tokens")?,
        output: figures::count(usage, "/output_tokens")?,
        cached_read: figures::count_or_none(usage, "/input_tokens_details/cached_tokens"),
        cached_write: figures::count_or_none(usage, "/input_tokens_details/cache_write_tokens"),
        reasoning: figures::count_or_none(usage, "/output_tokens_details/reasoning_tokens"),
    })
}
