//! What the Runner is given to carry: the request, and where the text for the person is.

use serde_json::{Value, json};

use super::{Ask, Dialect};

/// The request with the places of the text that a person may see while it comes. JSON that
/// was asked for is not for a person.
pub(super) fn around(ask: &Ask, body: Value) -> Value {
    let told = if ask.is_streamed() && ask.answer.is_none() { told(ask) } else { json!([]) };
    json!({ "body": body, "told": told })
}

fn told(ask: &Ask) -> Value {
    match ask.settings.voice.dialect {
        Dialect::OpenaiResponses => json!([
            { "when": { "pointer": "/type", "is": "response.output_text.delta" }, "text": "/delta" }
        ]),
        Dialect::OpenaiChat => json!([{ "text": "/choices/0/delta/content" }]),
        Dialect::AnthropicMessages => json!([
            { "when": { "pointer": "/delta/type", "is": "text_delta" }, "text": "/delta/text" }
        ]),
        Dialect::Gemini => json!([{ "text": "/candidates/0/content/parts/0/text" }]),
        Dialect::BedrockConverse => json!([{ "text": "/delta/text" }]),
    }
}
