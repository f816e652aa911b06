//! Models: what is said to one and how its answer is read, in five dialects.
//!
//! Nothing here sends anything. [`ask`] makes the envelope that a binding's action takes,
//! [`hear`] reads the document that it gives back, and [`failed`] a call that gave none.

mod names;

mod asking;
mod dialect;
mod fault;
mod turn;

mod answer;
mod conversation;
mod draft;
mod envelope;
mod figures;
mod schema;
mod sse;
mod trouble;

mod anthropic;
mod bedrock;
mod chat;
mod gemini;
mod responses;

#[cfg(test)]
mod tests;

use serde_json::Value;

pub use asking::{Ask, Caching, Delivery, Effort, Message, Outcome, Settings, Shape, Tool, ToolResult};
pub use dialect::{Dialect, Flavour, Voice};
pub use fault::{Fault, FaultKind};
pub use trouble::failed;
pub use turn::{Echo, InputFault, Stop, ToolCall, Turn, Usage};

use answer::Answer;

/// The envelope that carries a question: the provider's request, and where in its
/// streamed answer the text for the person stands.
pub fn ask(ask: &Ask) -> Result<Value, Fault> {
    let rounds = conversation::rounds(ask)?;
    let body = match ask.settings.voice.dialect {
        Dialect::OpenaiResponses => responses::body(ask, &rounds),
        Dialect::OpenaiChat => chat::body(ask, &rounds),
        Dialect::AnthropicMessages => anthropic::body(ask, &rounds),
        Dialect::Gemini => gemini::body(ask, &rounds),
        Dialect::BedrockConverse => bedrock::body(ask, &rounds),
    }?;
    Ok(envelope::around(ask, body))
}

/// Reads the document that came back for a question.
pub fn hear(ask: &Ask, document: &Value) -> Result<Turn, Fault> {
    let answer = Answer::parse(document)?;
    if !answer.is_success() {
        return trouble::refused(&answer);
    }
    match ask.settings.voice.dialect {
        Dialect::OpenaiResponses => responses::turn(ask, &answer),
        Dialect::OpenaiChat => chat::turn(ask, &answer),
        Dialect::AnthropicMessages => anthropic::turn(ask, &answer),
        Dialect::Gemini => gemini::turn(ask, &answer),
        Dialect::BedrockConverse => bedrock::turn(ask, &answer),
    }
}
