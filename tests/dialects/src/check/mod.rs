//! Strict checks of requests: an unknown field is a fault, and so are a missing one, a wrong
//! type, a call without its result and a turn out of place.

mod anthropic;
mod bedrock;
mod chat;
mod fields;
mod gemini;
mod responses;
mod schema;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Delivery, Provider};

/// Whether the provider takes the request; else what is wrong with it, and where.
pub fn check(provider: Provider, delivery: Delivery, body: &Value) -> Result<(), String> {
    match provider.dialect {
        "openai-responses" => responses::check(delivery, body),
        "openai-chat" => chat::check(provider.flavour, delivery, body),
        "anthropic-messages" => anthropic::check(delivery, body),
        "gemini" => gemini::check(body),
        "bedrock-converse" => bedrock::check(body),
        other => Err(format!("no dialect `{other}`")),
    }
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    User,
    Model,
}

/// Calls and their results: every call has one, in the turn right after it.
#[derive(Default)]
struct Pairing {
    tools: BTreeSet<String>,
    used: BTreeSet<String>,
    open: Vec<String>,
}

impl Pairing {
    fn call(&mut self, id: &str, name: &str) -> Result<(), String> {
        if !self.tools.contains(name) {
            return Err(format!("a call of `{name}`, which is no tool of the request"));
        }
        if !self.used.insert(id.to_owned()) {
            return Err(format!("the id `{id}` is used twice"));
        }
        self.open.push(id.to_owned());
        Ok(())
    }

    fn result(&mut self, id: &str) -> Result<(), String> {
        let at = self.open.iter().position(|open| open == id);
        let at = at.ok_or_else(|| format!("a result for `{id}`, which waits for none"))?;
        self.open.remove(at);
        Ok(())
    }

    fn closed(&self) -> Result<(), String> {
        match self.open.first() {
            Some(id) => Err(format!("the call `{id}` has no result")),
            None => Ok(()),
        }
    }
}
