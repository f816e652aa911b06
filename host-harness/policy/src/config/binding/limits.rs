use serde::Deserialize;

/// What a run may use of a binding. What is left out is not limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BindingLimits {
    /// Requests, each attempt counted.
    pub requests: Option<u64>,
    /// Bytes, both ways together.
    pub bytes: Option<u64>,
    /// Tokens of a model, both ways together.
    pub tokens: Option<u64>,
    /// Money, in millionths of its unit.
    pub money_micros: Option<u64>,
}

/// When a binding is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerConfig {
    /// After how many failures one after another.
    pub failures: u32,
    /// For how long.
    pub open_ms: u64,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 5, open_ms: 30_000 }
    }
}

/// Where an answer tells what it cost: JSON pointers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageConfig {
    /// The tokens that were sent.
    pub input_tokens: String,
    /// The tokens that came back.
    pub output_tokens: String,
    /// The price of a million tokens sent, in millionths of the money's unit.
    pub price_input_per_million: Option<u64>,
    /// The price of a million tokens that come back.
    pub price_output_per_million: Option<u64>,
}

/// What a million tokens cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Sent.
    pub input_micros: u64,
    /// Come back.
    pub output_micros: u64,
}

impl UsageConfig {
    /// What a million tokens cost, if anybody said.
    pub fn price(&self) -> Option<Price> {
        let (input_micros, output_micros) = (self.price_input_per_million?, self.price_output_per_million?);
        Some(Price { input_micros, output_micros })
    }

    pub(super) fn is_priced(&self) -> bool {
        self.price().is_some()
    }

    pub(super) fn fault(&self) -> Option<String> {
        let pointers =
            [("usage.input_tokens", &self.input_tokens), ("usage.output_tokens", &self.output_tokens)];
        let odd = pointers.into_iter().find(|(_, pointer)| !pointer.starts_with('/'));
        let half = self.price_input_per_million.is_some() != self.price_output_per_million.is_some();
        match odd {
            Some((key, _)) => Some(format!("`{key}` is no JSON pointer such as `/usage/prompt_tokens`")),
            None if half => Some("`usage` has one price; give both".to_owned()),
            None => None,
        }
    }
}
