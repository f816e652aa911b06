//! Thoughts that some of the variants want back with the calls that came of them.

use serde_json::{Map, Value};

use super::super::{Ask, Flavour};

/// The thoughts of a turn so far.
#[derive(Default)]
pub(super) struct Thoughts {
    details: Vec<Value>,
    content: String,
}

impl Thoughts {
    /// Takes those of a message or of a piece of one.
    pub(super) fn take(&mut self, ask: &Ask, message: &Value) {
        match ask.settings.voice.flavour {
            Flavour::Openrouter => {
                let details = message["reasoning_details"].as_array().into_iter().flatten();
                details.for_each(|detail| self.detail(detail));
            }
            Flavour::Compatible => {
                self.content.push_str(message["reasoning_content"].as_str().unwrap_or_default());
            }
            Flavour::Openai | Flavour::Azure | Flavour::Mistral | Flavour::Ollama => {}
        }
    }

    /// A detail may come in pieces, which have its kind and its number.
    fn detail(&mut self, piece: &Value) {
        let is_same = |last: &&mut Value| {
            piece["index"].is_u64() && last["index"] == piece["index"] && last["type"] == piece["type"]
        };
        match (self.details.last_mut().filter(is_same), piece.as_object()) {
            (Some(last), Some(fields)) => fields.iter().for_each(|(name, more)| join(last, name, more)),
            (None, Some(_)) => self.details.push(piece.clone()),
            (_, None) => {}
        }
    }

    /// As it is sent back: fields of the message.
    pub(super) fn into_echo(self) -> Option<Value> {
        let mut fields = Map::new();
        if !self.details.is_empty() {
            fields.insert("reasoning_details".to_owned(), self.details.into());
        }
        if !self.content.is_empty() {
            fields.insert("reasoning_content".to_owned(), self.content.into());
        }
        (!fields.is_empty()).then_some(Value::Object(fields))
    }
}

fn join(detail: &mut Value, name: &str, more: &Value) {
    let goes_on = ["text", "summary", "data"].contains(&name);
    match (&mut detail[name], more) {
        (Value::String(text), Value::String(more)) if goes_on => text.push_str(more),
        (_, Value::Null) => {}
        (place, more) => *place = more.clone(),
    }
}
