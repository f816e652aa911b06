use serde_json::Value;

use super::super::{
    Ask, Fault, Flavour, Turn,
    draft::{Draft, End, Input},
    figures,
    sse::Event,
    trouble,
};
use super::reasoning::Thoughts;

/// What is known of a streamed message so far.
struct Message<'a> {
    ask: &'a Ask<'a>,
    draft: Draft,
    thoughts: Thoughts,
    calls: Vec<Call>,
    end: Option<End>,
    is_done: bool,
}

/// A call that is not whole yet.
struct Call {
    index: u64,
    id: String,
    name: String,
    input: Input,
}

pub(super) fn turn(ask: &Ask, events: Vec<Event>) -> Result<Turn, Fault> {
    let mut message = Message {
        ask,
        draft: Draft::default(),
        thoughts: Thoughts::default(),
        calls: Vec::new(),
        end: None,
        is_done: false,
    };
    for event in events {
        match event {
            Event::Done => message.is_done = true,
            Event::Said { .. } if message.is_done => {
                return Err(Fault::malformed("the model's answer goes on after `[DONE]`"));
            }
            Event::Said { name, value } => {
                let failed =
                    [&value, &value["choices"][0]].into_iter().find(|place| trouble::is_complaint(place));
                if let Some(complaint) = failed {
                    return trouble::within(complaint, &name);
                }
                message.chunk(&value)?;
            }
        }
    }
    message.finish()
}

/// The first choice, if the chunk is about that one. Not every server numbers it.
fn first(chunk: &Value) -> &Value {
    let is_first = |choice: &&Value| choice["index"].as_u64().unwrap_or(0) == 0;
    figures::list(chunk, "/choices").iter().find(is_first).unwrap_or(&Value::Null)
}

impl Message<'_> {
    fn flavour(&self) -> Flavour {
        self.ask.settings.voice.flavour
    }

    /// A chunk without a choice counts, or tells what a filter found in the question.
    fn chunk(&mut self, chunk: &Value) -> Result<(), Fault> {
        if !chunk.is_object() {
            return Err(Fault::malformed("an event of the model's answer is no object"));
        }
        self.draft.usage = super::usage(&chunk["usage"]).or(self.draft.usage);
        let choice = first(chunk);
        let delta = &choice["delta"];
        self.draft.say(&super::said(&delta["content"]));
        self.draft.refusal.push_str(figures::text(delta, "/refusal"));
        self.thoughts.take(self.ask, delta);
        for call in figures::list(delta, "/tool_calls") {
            self.call(call)?;
        }
        if let Some(reason) = choice["finish_reason"].as_str().filter(|reason| !reason.is_empty()) {
            self.end = Some(match super::end(reason)? {
                End::Filtered(_) => End::Filtered(super::filtered_for(choice)),
                end => end,
            });
        }
        Ok(())
    }

    fn call(&mut self, piece: &Value) -> Result<(), Fault> {
        if self.end.is_some() {
            return Err(Fault::malformed("a call of the model's answer goes on after its end"));
        }
        let at = self.place(piece)?;
        let Some(call) = self.calls.get_mut(at) else { return Ok(()) };
        if call.name.is_empty() {
            figures::text(piece, "/function/name").clone_into(&mut call.name);
        }
        match (&mut call.input, &piece["function"]["arguments"]) {
            (Input::Text(text), Value::String(more)) => text.push_str(more),
            (_, Value::Null) => {}
            (input, whole) => *input = whole.clone().into(),
        }
        Ok(())
    }

    /// The call that a piece belongs to; the first piece of one has its id. Some servers
    /// number every call alike, or none, and send each in one piece.
    fn place(&mut self, piece: &Value) -> Result<usize, Fault> {
        let id = super::id(piece);
        let index = piece["index"].as_u64();
        let starts = !figures::text(piece, "/function/name").is_empty();
        let found = match index {
            Some(index) => self.calls.iter().rposition(|call| call.index == index),
            None if starts || self.calls.is_empty() => None,
            None => Some(self.calls.len() - 1),
        };
        let is_other = |at: usize| !id.is_empty() && self.calls.get(at).is_some_and(|call| call.id != id);
        match found {
            Some(at) if !is_other(at) => return Ok(at),
            Some(_) if self.flavour().is_exact() => {
                return Err(Fault::malformed("two calls of the model's answer have the same number"));
            }
            _ if self.flavour().is_exact() && (index.is_none() || id.is_empty() || !starts) => {
                return Err(Fault::malformed("a call of the model's answer has no number, id or name"));
            }
            _ => {}
        }
        let input = Input::Text(String::new());
        let index = index.unwrap_or(self.calls.len() as u64);
        self.calls.push(Call { index, id: id.to_owned(), name: String::new(), input });
        Ok(self.calls.len() - 1)
    }

    fn finish(mut self) -> Result<Turn, Fault> {
        // Not every compatible server says that it is done.
        if !self.is_done && self.flavour() != Flavour::Compatible {
            return Err(Fault::cut_off("there is no `[DONE]`"));
        }
        let end = self.end.ok_or_else(|| Fault::cut_off("there is no `finish_reason`"))?;
        for call in self.calls {
            self.draft.call(call.id, call.name, call.input);
        }
        self.draft.echo.extend(self.thoughts.into_echo());
        self.draft.finish(self.ask, end)
    }
}
