//! The other side of the model dialects: strict checks of requests and makers of answers,
//! written from the providers' documents and not from the agent's code. Tests use them, and
//! so do servers that stand in for a provider.

pub mod answers;
pub mod check;

use std::fmt;

/// A provider, as the configuration names its dialect and flavour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// One of the five dialects.
    pub dialect: &'static str,
    /// One of the six flavours. It matters to `openai-chat` alone.
    pub flavour: &'static str,
}

impl Provider {
    /// Every provider that is told apart.
    pub const ALL: [Self; 10] = [
        Self { dialect: "openai-responses", flavour: "openai" },
        Self { dialect: "openai-chat", flavour: "openai" },
        Self { dialect: "openai-chat", flavour: "azure" },
        Self { dialect: "openai-chat", flavour: "mistral" },
        Self { dialect: "openai-chat", flavour: "openrouter" },
        Self { dialect: "openai-chat", flavour: "ollama" },
        Self { dialect: "openai-chat", flavour: "compatible" },
        Self { dialect: "anthropic-messages", flavour: "compatible" },
        Self { dialect: "gemini", flavour: "compatible" },
        Self { dialect: "bedrock-converse", flavour: "compatible" },
    ];
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dialect {
            "openai-chat" => write!(f, "{}.{}", self.dialect, self.flavour),
            dialect => f.write_str(dialect),
        }
    }
}

/// Whether an answer comes at once or as it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// At once.
    Whole,
    /// As it is made.
    Streamed,
}

impl Delivery {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Whole, Self::Streamed];
}
