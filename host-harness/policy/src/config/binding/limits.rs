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
