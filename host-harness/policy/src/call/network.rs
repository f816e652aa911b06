use agent_contract::{CapabilityName, document};
use serde_json::{Value, json};

use super::{Call, Malformed, Parsed, text};
use crate::blob;

const DOCUMENT_BYTES_MAX: usize = 4 * 1024 * 1024;

fn json_text(name: &str, value: &str) -> Parsed<String> {
    let value = text(name, value, DOCUMENT_BYTES_MAX)?;
    document::parse_value(&value).map_err(|fault| Malformed::argument(name, fault))?;
    Ok(value)
}

/// `network.invoke`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeCall {
    /// The binding.
    pub binding: String,
    /// What to invoke of it.
    pub action: String,
    /// The input, a JSON document.
    pub input: String,
}

impl InvokeCall {
    /// Parses the arguments.
    pub fn parse(binding: &str, action: &str, input: &str) -> Parsed<Self> {
        Ok(Self {
            binding: text("binding", binding, 200)?,
            action: text("action", action, 200)?,
            input: json_text("input", input)?,
        })
    }
}

impl Call for InvokeCall {
    const FUNCTION: &'static str = "network.invoke";
    const CAPABILITY: CapabilityName = CapabilityName::ProtocolInvoke;

    fn describe(&self) -> Value {
        json!({ "binding": self.binding, "action": self.action, "input_sha256": blob::sha256(self.input.as_bytes()) })
    }

    fn binding(&self) -> Option<&str> {
        Some(&self.binding)
    }

    fn action(&self) -> Option<&str> {
        Some(&self.action)
    }

    fn bytes(&self) -> u64 {
        self.input.len() as u64
    }
}

/// `network.publish-metadata`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishCall {
    /// The binding.
    pub binding: String,
    /// The metadata, a JSON document.
    pub metadata: String,
}

impl PublishCall {
    /// Parses the arguments.
    pub fn parse(binding: &str, metadata: &str) -> Parsed<Self> {
        Ok(Self { binding: text("binding", binding, 200)?, metadata: json_text("metadata", metadata)? })
    }
}

impl Call for PublishCall {
    const FUNCTION: &'static str = "network.publish-metadata";
    const CAPABILITY: CapabilityName = CapabilityName::ProtocolPublishMetadata;

    fn describe(&self) -> Value {
        json!({ "binding": self.binding, "metadata_sha256": blob::sha256(self.metadata.as_bytes()) })
    }

    fn binding(&self) -> Option<&str> {
        Some(&self.binding)
    }

    fn bytes(&self) -> u64 {
        self.metadata.len() as u64
    }
}

/// `network.notify`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifyCall {
    /// The binding.
    pub binding: String,
    /// The message.
    pub message: String,
}

impl NotifyCall {
    /// Parses the arguments.
    pub fn parse(binding: &str, message: &str) -> Parsed<Self> {
        Ok(Self { binding: text("binding", binding, 200)?, message: text("message", message, 65_536)? })
    }
}

impl Call for NotifyCall {
    const FUNCTION: &'static str = "network.notify";
    const CAPABILITY: CapabilityName = CapabilityName::NotifySend;

    fn describe(&self) -> Value {
        json!({ "binding": self.binding, "message": self.message })
    }

    fn binding(&self) -> Option<&str> {
        Some(&self.binding)
    }

    fn bytes(&self) -> u64 {
        self.message.len() as u64
    }
}
