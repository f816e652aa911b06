//! A turn while it is read: what the dialects have in common once they took their own
//! documents apart.

use std::collections::BTreeSet;

use agent_contract::{document, fault::shown};
use serde_json::{Map, Value};

use super::{Ask, Echo, Fault, InputFault, Stop, ToolCall, Turn, Usage};

/// What was read of a turn so far.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) refusal: String,
    pub(super) usage: Option<Usage>,
    pub(super) echo: Vec<Value>,
    calls: Vec<Drafted>,
    ends_in_call: bool,
}

struct Drafted {
    id: String,
    name: String,
    input: Input,
}

/// The input of a call, as its dialect has it.
#[derive(Debug)]
pub(super) enum Input {
    /// The text of a document.
    Text(String),
    /// The document.
    Fields(Map<String, Value>),
    /// Something else.
    Other(Value),
}

/// Why the provider says that the turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// It was over, or calls are to be made.
    Natural,
    /// The tokens were used up.
    Length,
    /// The model declined.
    Refused(String),
    /// The provider withheld it.
    Filtered(String),
    /// It is to go on.
    Paused,
}

impl Draft {
    pub(super) fn counted(usage: Option<Usage>) -> Self {
        Self { usage, ..Self::default() }
    }

    pub(super) fn say(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends_in_call = self.ends_in_call && text.is_empty();
    }

    /// A call; an empty id is one that the provider did not give.
    pub(super) fn call(&mut self, id: impl Into<String>, name: impl Into<String>, input: Input) {
        self.calls.push(Drafted { id: id.into(), name: name.into(), input });
        self.ends_in_call = true;
    }

    pub(super) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// The turn. What was withheld or declined has no calls: nobody is to make them.
    pub(super) fn finish(self, ask: &Ask, end: End) -> Result<Turn, Fault> {
        let reason = |given: String, other: &str| match given.trim() {
            "" if other.trim().is_empty() => "no reason is given".to_owned(),
            "" => other.to_owned(),
            _ => given,
        };
        let stop = match end {
            End::Filtered(why) => Stop::Filtered(reason(why, "")),
            End::Refused(why) => Stop::Refused(reason(reason(why, &self.refusal), &self.text)),
            _ if !self.refusal.is_empty() => Stop::Refused(self.refusal.clone()),
            End::Length => Stop::Length,
            End::Paused => Stop::Paused,
            End::Natural if self.has_calls() => Stop::Calls,
            End::Natural => Stop::Finished,
        };
        match stop {
            Stop::Refused(_) | Stop::Filtered(_) => {
                Ok(Turn { text: self.text, usage: self.usage, ..Turn::silent(stop) })
            }
            Stop::Finished if self.text.trim().is_empty() => {
                Err(Fault::empty("the model finished without a word and without a call"))
            }
            _ => self.turn(ask, stop),
        }
    }

    fn turn(self, ask: &Ask, stop: Stop) -> Result<Turn, Fault> {
        let broken = (stop == Stop::Length && self.ends_in_call).then(|| self.calls.len() - 1);
        let ids = ids(ask, &self.calls);
        let mut calls = Vec::new();
        for (at, (drafted, id)) in self.calls.into_iter().zip(ids).enumerate() {
            if drafted.name.is_empty() {
                return Err(Fault::malformed("a call of the model's answer names no tool"));
            }
            let input = if broken == Some(at) { Err(drafted.input.broken()) } else { drafted.input.read() };
            calls.push(ToolCall { id, name: drafted.name, input });
        }
        let echo = (!self.echo.is_empty()).then(|| Echo::new(ask.settings, self.echo));
        Ok(Turn { text: self.text, calls, stop, usage: self.usage, echo })
    }
}

/// The provider's ids; where one is missing or was there before, the next of ours.
fn ids(ask: &Ask, calls: &[Drafted]) -> Vec<String> {
    let mut taken: BTreeSet<String> =
        ask.turns().flat_map(|turn| &turn.calls).map(|call| call.id.clone()).collect();
    let mut next = ask.turns().map(|turn| turn.calls.len()).sum::<usize>();
    let mut fresh = |taken: &mut BTreeSet<String>| loop {
        let id = format!("call_{next}");
        next += 1;
        if taken.insert(id.clone()) {
            return id;
        }
    };
    let id = |call: &Drafted| match !call.id.is_empty() && taken.insert(call.id.clone()) {
        true => call.id.clone(),
        false => fresh(&mut taken),
    };
    calls.iter().map(id).collect()
}

impl Input {
    /// The document in a text; providers write nothing where a tool takes nothing.
    fn read(self) -> Result<Map<String, Value>, InputFault> {
        let text = match self {
            Self::Fields(fields) => return Ok(fields),
            Self::Other(value) => return Err(not_an_object(value.to_string())),
            Self::Text(text) if text.trim().is_empty() => return Ok(Map::new()),
            Self::Text(text) => text,
        };
        match document::parse_value(&text) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err(not_an_object(text)),
            Err(fault) => {
                let message = format!("the input of the call is no JSON that can be used: {fault}");
                Err(InputFault { raw: text, message })
            }
        }
    }

    fn broken(self) -> InputFault {
        let raw = match self {
            Self::Fields(fields) => Value::Object(fields).to_string(),
            Self::Other(value) => value.to_string(),
            Self::Text(text) => text,
        };
        let message = "the answer reached its limit of tokens within this call; call again with less in it";
        InputFault { raw, message: message.to_owned() }
    }
}

impl From<Value> for Input {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(fields) => Self::Fields(fields),
            Value::String(text) => Self::Text(text),
            Value::Null => Self::Fields(Map::new()),
            other => Self::Other(other),
        }
    }
}

fn not_an_object(raw: String) -> InputFault {
    let message = format!("the input of the call is no JSON object: `{}`", shown(&raw));
    InputFault { raw, message }
}
