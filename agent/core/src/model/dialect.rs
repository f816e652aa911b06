//! Which protocol a model speaks, and whose variant of it.

use super::names::names;

names! {
    /// A protocol of requests and answers.
    pub enum Dialect {
        /// OpenAI's Responses.
        OpenaiResponses = "openai-responses",
        /// OpenAI's Chat Completions, which many servers speak.
        OpenaiChat = "openai-chat",
        /// Anthropic's Messages.
        AnthropicMessages = "anthropic-messages",
        /// Google's generateContent.
        Gemini = "gemini",
        /// Amazon Bedrock's Converse.
        BedrockConverse = "bedrock-converse",
    }
}

names! {
    /// Whose variant of a dialect it is. Only Chat Completions have more than one.
    pub enum Flavour {
        /// OpenAI itself.
        Openai = "openai",
        /// Azure OpenAI.
        Azure = "azure",
        /// Mistral.
        Mistral = "mistral",
        /// OpenRouter.
        Openrouter = "openrouter",
        /// Ollama.
        Ollama = "ollama",
        /// Any other server that says that it is compatible.
        Compatible = "compatible",
    }
}

/// How to speak to one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice {
    /// The protocol.
    pub dialect: Dialect,
    /// Whose variant.
    pub flavour: Flavour,
}

impl Voice {
    /// Whether an id of a tool call may be sent back as it is; made by another provider
    /// it may not have the form that this one takes.
    pub(super) fn takes_id(self, id: &str) -> bool {
        let of = |max: usize, more: &str| {
            (1..=max).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        match (self.dialect, self.flavour) {
            (Dialect::OpenaiChat, Flavour::Mistral) => id.len() == 9 && of(9, ""),
            (Dialect::OpenaiChat, _) => of(40, "_-.:/"),
            (Dialect::BedrockConverse, _) => of(64, "_-.:"),
            (Dialect::OpenaiResponses | Dialect::AnthropicMessages | Dialect::Gemini, _) => of(64, "_-"),
        }
    }
}
