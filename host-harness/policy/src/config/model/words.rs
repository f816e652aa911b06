use serde::Serialize;

use super::{Dialect, Effort, Flavour, Roles};

/// What the agent is told of the models: no address, no credential.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Models {
    /// Each, in the order of the configuration.
    pub models: Vec<ModelWords>,
    /// Who is asked for what.
    pub roles: Roles,
}

/// What the agent is told of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelWords {
    /// The binding that it is reached through.
    pub binding: String,
    /// What is spoken with it.
    pub dialect: Dialect,
    /// How it differs, where the dialect is one of OpenAI's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flavour: Option<Flavour>,
    /// What its provider calls it.
    pub model: String,
    /// Whether answers come in pieces.
    pub stream: bool,
    /// Whether what is said twice may be kept by the provider.
    pub cache: bool,
    /// How long an answer may be.
    pub answer_tokens_max: u32,
    /// How long question and answer may be together.
    pub context_tokens: u32,
    /// How hard it is to think.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// What it costs, if anybody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
    /// Whether a recording answers in its place, which whoever reads the result is to know.
    pub recorded: bool,
}

/// What a million tokens cost, in millionths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Prices {
    /// Sent.
    pub input_per_million: u64,
    /// Come back.
    pub output_per_million: u64,
    /// Sent, and found in the provider's cache.
    pub cached_input_per_million: u64,
    /// Sent, and put into the provider's cache.
    pub written_input_per_million: u64,
}
