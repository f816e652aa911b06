//! The conversation as every provider takes it: person and model in turn, each call with
//! its result right after it. What can't be brought into that form is refused here, so
//! that no provider has to say so.

use std::collections::BTreeSet;

use agent_contract::fault::shown;

use super::{Ask, Fault, Message, Settings, ToolCall, ToolResult, Turn, Voice};

/// One turn of the conversation. They alternate; the first and the last are a person's.
pub(super) enum Round<'a> {
    /// The results of the calls before it, all of them and in their order, and what a
    /// person says. One of the two is there.
    Person {
        /// The results.
        replies: Vec<Reply<'a>>,
        /// What a person says.
        text: String,
    },
    /// What the model said.
    Model {
        /// Its turn.
        turn: &'a Turn,
        /// Its calls, under ids that this provider takes.
        calls: Vec<Call<'a>>,
    },
}

/// A call under an id that this provider takes.
pub(super) struct Call<'a> {
    pub(super) id: String,
    pub(super) call: &'a ToolCall,
}

/// A result under the id of its call.
pub(super) struct Reply<'a> {
    pub(super) id: String,
    pub(super) result: &'a ToolResult,
}

/// The conversation in turns, checked against the tools.
pub(super) fn rounds<'a>(ask: &Ask<'a>) -> Result<Vec<Round<'a>>, Fault> {
    check_settings(ask.settings)?;
    check_names(ask)?;
    let mut rounds = Rounds { voice: ask.settings.voice, taken: BTreeSet::new(), made: 0, list: Vec::new() };
    for message in ask.messages {
        match message {
            Message::Person(text) => rounds.person(text),
            Message::Model(turn) => rounds.model(turn),
            Message::Results(results) => rounds.results(results),
        }?;
    }
    rounds.ended()?;
    if ask.tools.is_empty() && ask.turns().any(|turn| !turn.calls.is_empty()) {
        return Err(Fault::invalid("the conversation has calls and the question names no tools"));
    }
    Ok(rounds.list)
}

fn check_settings(settings: &Settings) -> Result<(), Fault> {
    match (settings.model.trim().is_empty(), settings.answer_tokens_max) {
        (true, _) => Err(Fault::invalid("the question names no model")),
        (_, 0) => Err(Fault::invalid("the question leaves no tokens for an answer")),
        _ => Ok(()),
    }
}

/// The narrowest form that any of the providers takes, so that the next model can be asked.
fn check_names(ask: &Ask) -> Result<(), Fault> {
    let tools = ask.tools.iter().map(|tool| (&tool.name, &tool.input));
    let named = tools.chain(ask.answer.map(|shape| (&shape.name, &shape.schema)));
    let mut seen = BTreeSet::new();
    for (name, schema) in named {
        let shown = shown(name);
        if !is_name(name) {
            return Err(Fault::invalid(format!(
                "`{shown}` is no name for a tool: give a letter, then letters, digits, `_` or `-`, 64 in all"
            )));
        }
        if !seen.insert(name) {
            return Err(Fault::invalid(format!("there are two tools named `{shown}`")));
        }
        if schema["type"] != "object" {
            return Err(Fault::invalid(format!("the schema of `{shown}` is not that of an object")));
        }
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
}

struct Rounds<'a> {
    voice: Voice,
    taken: BTreeSet<String>,
    made: usize,
    list: Vec<Round<'a>>,
}

impl<'a> Rounds<'a> {
    fn person(&mut self, said: &str) -> Result<(), Fault> {
        if said.trim().is_empty() {
            return Err(Fault::invalid("a person's message is empty"));
        }
        match self.list.last_mut() {
            Some(Round::Model { calls, .. }) if !calls.is_empty() => {
                return Err(Fault::invalid("a person speaks where the results of calls are due"));
            }
            Some(Round::Person { text, .. }) if text.is_empty() => text.push_str(said),
            Some(Round::Person { text, .. }) => text.extend(["\n\n", said]),
            _ => self.list.push(Round::Person { replies: Vec::new(), text: said.to_owned() }),
        }
        Ok(())
    }

    /// A turn in which nothing was said can't be sent back to anyone.
    fn model(&mut self, turn: &'a Turn) -> Result<(), Fault> {
        match self.list.last() {
            Some(Round::Person { .. }) if turn.is_blank() => Ok(()),
            Some(Round::Person { .. }) => {
                let calls = turn.calls.iter().map(|call| Call { id: self.id(&call.id), call });
                let calls = calls.collect();
                self.list.push(Round::Model { turn, calls });
                Ok(())
            }
            Some(Round::Model { .. }) => Err(Fault::invalid("two turns of the model follow each other")),
            None => Err(Fault::invalid("the conversation starts with the model")),
        }
    }

    /// The call's own id, or a new one of a form that every provider takes.
    fn id(&mut self, id: &str) -> String {
        if self.voice.takes_id(id) && self.taken.insert(id.to_owned()) {
            return id.to_owned();
        }
        loop {
            let id = format!("call{:05}", self.made);
            self.made += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }

    fn results(&mut self, results: &'a [ToolResult]) -> Result<(), Fault> {
        let Some(Round::Model { calls, .. }) = self.list.last() else {
            return Err(Fault::invalid("there are results without calls before them"));
        };
        if calls.is_empty() || calls.len() != results.len() {
            let (calls, results) = (calls.len(), results.len());
            return Err(Fault::invalid(format!("{calls} calls have {results} results; give one for each")));
        }
        let replies = calls.iter().map(|call| reply(call, results)).collect::<Result<_, _>>()?;
        self.list.push(Round::Person { replies, text: String::new() });
        Ok(())
    }

    fn ended(&self) -> Result<(), Fault> {
        match self.list.last() {
            Some(Round::Person { .. }) => Ok(()),
            Some(Round::Model { .. }) => Err(Fault::invalid("the conversation ends with the model")),
            None => Err(Fault::invalid("the conversation is empty")),
        }
    }
}

fn reply<'a>(call: &Call, results: &'a [ToolResult]) -> Result<Reply<'a>, Fault> {
    let mut of_call =
        results.iter().filter(|result| result.call_id == call.call.id && result.name == call.call.name);
    match (of_call.next(), of_call.next()) {
        (Some(result), None) => Ok(Reply { id: call.id.clone(), result }),
        (found, _) => {
            let what = if found.is_some() { "two results" } else { "no result" };
            let (id, name) = (shown(&call.call.id), shown(&call.call.name));
            Err(Fault::invalid(format!("the call `{id}` of `{name}` has {what}")))
        }
    }
}
