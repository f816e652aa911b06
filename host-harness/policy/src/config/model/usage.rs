//! Where each dialect tells what an answer cost.

use super::{Prices, provider::Dialect};
use crate::config::binding::{CachedTokens, Pointers, UsageConfig};

pub(super) fn usage(dialect: Dialect, prices: Option<Prices>) -> UsageConfig {
    let at = |pointers: &[&str]| Pointers::of(pointers);
    let told = match dialect {
        Dialect::OpenaiResponses => UsageConfig {
            input_tokens: at(&["/usage/input_tokens", "/response/usage/input_tokens"]),
            output_tokens: at(&["/usage/output_tokens", "/response/usage/output_tokens"]),
            cached_input_tokens: at(&[
                "/usage/input_tokens_details/cached_tokens",
                "/response/usage/input_tokens_details/cached_tokens",
            ]),
            ..UsageConfig::default()
        },
        Dialect::OpenaiChat => UsageConfig {
            input_tokens: at(&["/usage/prompt_tokens"]),
            output_tokens: at(&["/usage/completion_tokens"]),
            cached_input_tokens: at(&["/usage/prompt_tokens_details/cached_tokens"]),
            ..UsageConfig::default()
        },
        Dialect::AnthropicMessages => UsageConfig {
            input_tokens: at(&["/usage/input_tokens", "/message/usage/input_tokens"]),
            output_tokens: at(&["/usage/output_tokens", "/message/usage/output_tokens"]),
            cached_input_tokens: at(&[
                "/usage/cache_read_input_tokens",
                "/message/usage/cache_read_input_tokens",
            ]),
            written_input_tokens: at(&[
                "/usage/cache_creation_input_tokens",
                "/message/usage/cache_creation_input_tokens",
            ]),
            cached: CachedTokens::Beside,
            ..UsageConfig::default()
        },
        // Thoughts are told apart from the answer, and what is nought is left out; the total
        // is always there.
        Dialect::Gemini => UsageConfig {
            input_tokens: at(&["/usageMetadata/promptTokenCount"]),
            total_tokens: at(&["/usageMetadata/totalTokenCount"]),
            cached_input_tokens: at(&["/usageMetadata/cachedContentTokenCount"]),
            ..UsageConfig::default()
        },
        Dialect::BedrockConverse => UsageConfig {
            input_tokens: at(&["/usage/inputTokens"]),
            output_tokens: at(&["/usage/outputTokens"]),
            cached_input_tokens: at(&["/usage/cacheReadInputTokens"]),
            written_input_tokens: at(&["/usage/cacheWriteInputTokens"]),
            cached: CachedTokens::Beside,
            ..UsageConfig::default()
        },
    };
    UsageConfig {
        price_input_per_million: prices.map(|prices| prices.input_per_million),
        price_output_per_million: prices.map(|prices| prices.output_per_million),
        price_cached_input_per_million: prices.map(|prices| prices.cached_input_per_million),
        price_written_input_per_million: prices.map(|prices| prices.written_input_per_million),
        ..told
    }
}
