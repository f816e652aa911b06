use serde::{Deserialize, Serialize};

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// OpenAI, through its Responses.
    Openai,
    /// OpenAI, through its Chat Completions.
    OpenaiChat,
    /// Anthropic.
    Anthropic,
    /// Google Gemini.
    Gemini,
    /// Azure OpenAI.
    Azure,
    /// AWS Bedrock.
    Bedrock,
    /// Mistral.
    Mistral,
    /// OpenRouter.
    Openrouter,
    /// An Ollama, on this machine unless told otherwise.
    Ollama,
    /// Any server that speaks one of the dialects.
    Compatible,
    /// A recording: a file, and nobody beyond the machine.
    Recorded,
}

/// What is spoken with a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// OpenAI's Responses.
    OpenaiResponses,
    /// OpenAI's Chat Completions, and what is modelled on them.
    OpenaiChat,
    /// Anthropic's Messages.
    AnthropicMessages,
    /// Gemini's generateContent.
    Gemini,
    /// Bedrock's Converse.
    BedrockConverse,
}

/// How a server differs from the one that its dialect is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flavour {
    /// Not at all.
    Openai,
    /// As Azure does.
    Azure,
    /// As Mistral does.
    Mistral,
    /// As OpenRouter does.
    Openrouter,
    /// As an Ollama does.
    Ollama,
    /// Nobody knows how.
    Compatible,
}

impl Dialect {
    /// The dialect as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenaiResponses => "openai-responses",
            Self::OpenaiChat => "openai-chat",
            Self::AnthropicMessages => "anthropic-messages",
            Self::Gemini => "gemini",
            Self::BedrockConverse => "bedrock-converse",
        }
    }
}

impl Provider {
    /// Every provider.
    pub const ALL: [Self; 11] = [
        Self::Openai,
        Self::OpenaiChat,
        Self::Anthropic,
        Self::Gemini,
        Self::Azure,
        Self::Bedrock,
        Self::Mistral,
        Self::Openrouter,
        Self::Ollama,
        Self::Compatible,
        Self::Recorded,
    ];

    /// The provider as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::OpenaiChat => "openai-chat",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Azure => "azure",
            Self::Bedrock => "bedrock",
            Self::Mistral => "mistral",
            Self::Openrouter => "openrouter",
            Self::Ollama => "ollama",
            Self::Compatible => "compatible",
            Self::Recorded => "recorded",
        }
    }

    /// What it speaks unless told otherwise.
    pub(super) const fn dialect(self) -> Dialect {
        match self {
            Self::Openai => Dialect::OpenaiResponses,
            Self::Anthropic => Dialect::AnthropicMessages,
            Self::Gemini => Dialect::Gemini,
            Self::Bedrock => Dialect::BedrockConverse,
            _ => Dialect::OpenaiChat,
        }
    }

    /// Whether it can be told to speak a dialect.
    pub(super) fn may_speak(self, dialect: Option<Dialect>) -> bool {
        use Dialect::{AnthropicMessages, OpenaiChat, OpenaiResponses};
        match self {
            Self::Recorded => true,
            Self::Azure => matches!(dialect, Some(OpenaiChat | OpenaiResponses)),
            Self::Compatible => matches!(dialect, Some(OpenaiChat | OpenaiResponses | AnthropicMessages)),
            _ => false,
        }
    }

    /// How it differs, where its dialect is one of OpenAI's.
    pub(super) const fn flavour(self) -> Flavour {
        match self {
            Self::Azure => Flavour::Azure,
            Self::Mistral => Flavour::Mistral,
            Self::Openrouter => Flavour::Openrouter,
            Self::Ollama => Flavour::Ollama,
            Self::Compatible => Flavour::Compatible,
            _ => Flavour::Openai,
        }
    }

    /// Where it is unless told otherwise.
    pub(super) const fn url(self) -> &'static str {
        match self {
            Self::Openai | Self::OpenaiChat => "https://api.openai.com",
            Self::Anthropic => "https://api.anthropic.com",
            Self::Gemini => "https://generativelanguage.googleapis.com",
            Self::Mistral => "https://api.mistral.ai",
            Self::Openrouter => "https://openrouter.ai",
            Self::Ollama => "http://localhost:11434",
            // Nothing is ever sent there. It is not encrypted, so that no authorities are read.
            Self::Recorded => "http://localhost:9",
            Self::Azure | Self::Bedrock | Self::Compatible => "",
        }
    }

    /// The variable that holds its credential unless told otherwise.
    pub(super) const fn variable(self) -> Option<&'static str> {
        match self {
            Self::Openai | Self::OpenaiChat => Some("OPENAI_API_KEY"),
            Self::Anthropic => Some("ANTHROPIC_API_KEY"),
            Self::Gemini => Some("GEMINI_API_KEY"),
            Self::Azure => Some("AZURE_OPENAI_API_KEY"),
            Self::Mistral => Some("MISTRAL_API_KEY"),
            Self::Openrouter => Some("OPENROUTER_API_KEY"),
            Self::Bedrock | Self::Ollama | Self::Compatible | Self::Recorded => None,
        }
    }

    /// The header that a credential goes into unless told otherwise; without it
    /// `Authorization`, as a bearer token.
    pub(super) fn header(self, dialect: Dialect) -> Option<&'static str> {
        match (self, dialect) {
            (Self::Anthropic, _) | (Self::Compatible, Dialect::AnthropicMessages) => Some("x-api-key"),
            (Self::Gemini, _) => Some("x-goog-api-key"),
            (Self::Azure, _) => Some("api-key"),
            _ => None,
        }
    }
}
