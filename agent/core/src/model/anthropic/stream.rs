use serde_json::{Map, Value};

use super::super::{
    Ask, Fault, Turn,
    draft::{Draft, End},
    figures,
    sse::Event,
    trouble,
};
use super::whole;

/// What is known of a streamed message so far.
#[derive(Default)]
struct Message {
    draft: Draft,
    usage: Map<String, Value>,
    has_started: bool,
    open: Option<Open>,
    next: u64,
    end: Option<End>,
    is_over: bool,
}

/// A block that is not whole yet.
struct Open {
    index: u64,
    block: Value,
    input: String,
}

pub(super) fn turn(ask: &Ask, events: Vec<Event>) -> Result<Turn, Fault> {
    let mut message = Message::default();
    for event in events {
        let Event::Said { name, value } = event else { continue };
        if figures::text(&value, "/type") == "error" || trouble::is_complaint(&value) {
            return trouble::within(&value, &name);
        }
        message.event(value)?;
    }
    message.finish(ask)
}

impl Message {
    fn event(&mut self, event: Value) -> Result<(), Fault> {
        let kind = figures::text(&event, "/type");
        let known = [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ];
        // New kinds may come at any time; `ping` is one that means nothing.
        if !known.contains(&kind) {
            return Ok(());
        }
        if self.is_over || self.has_started == (kind == "message_start") {
            return Err(out_of_order(kind));
        }
        match kind {
            "message_start" => self.start(&event),
            "content_block_start" => self.open(event)?,
            "content_block_delta" => self.delta(&event)?,
            "content_block_stop" => self.close(&event)?,
            "message_delta" => self.end(&event)?,
            _ => self.is_over = true,
        }
        Ok(())
    }

    fn start(&mut self, event: &Value) {
        self.has_started = true;
        self.count(&event["message"]["usage"]);
    }

    /// The figures are running totals: the last of each holds.
    fn count(&mut self, usage: &Value) {
        let figures = usage.as_object().into_iter().flatten().filter(|(_, figure)| !figure.is_null());
        self.usage.extend(figures.map(|(name, figure)| (name.clone(), figure.clone())));
    }

    fn open(&mut self, mut event: Value) -> Result<(), Fault> {
        let index = event["index"].as_u64();
        if self.open.is_some() || self.end.is_some() || index != Some(self.next) {
            return Err(out_of_order("content_block_start"));
        }
        self.open =
            Some(Open { index: self.next, block: event["content_block"].take(), input: String::new() });
        self.next += 1;
        Ok(())
    }

    fn delta(&mut self, event: &Value) -> Result<(), Fault> {
        let open = self.open.as_mut().filter(|open| event["index"].as_u64() == Some(open.index));
        let open = open.ok_or_else(|| out_of_order("content_block_delta"))?;
        let delta = &event["delta"];
        let (kind, field) = match figures::text(delta, "/type") {
            "text_delta" => ("text", "text"),
            "thinking_delta" => ("thinking", "thinking"),
            "signature_delta" => ("thinking", "signature"),
            "input_json_delta" => {
                open.input.push_str(figures::text(delta, "/partial_json"));
                return Ok(());
            }
            _ => return Ok(()),
        };
        match open.block["type"] == kind {
            true => append(&mut open.block, field, figures::text(delta, &format!("/{field}"))),
            false => return Err(out_of_order("content_block_delta")),
        }
        Ok(())
    }

    fn close(&mut self, event: &Value) -> Result<(), Fault> {
        let open = self.open.take().filter(|open| event["index"].as_u64() == Some(open.index));
        let mut open = open.ok_or_else(|| out_of_order("content_block_stop"))?;
        if !open.input.is_empty() {
            open.block["input"] = open.input.into();
        }
        whole::read(&mut self.draft, open.block);
        Ok(())
    }

    fn end(&mut self, event: &Value) -> Result<(), Fault> {
        if self.open.is_some() {
            return Err(out_of_order("message_delta"));
        }
        self.count(&event["usage"]);
        if !event["delta"]["stop_reason"].is_null() {
            self.end = Some(super::end(&event["delta"])?);
        }
        Ok(())
    }

    fn finish(mut self, ask: &Ask) -> Result<Turn, Fault> {
        let Some(end) = self.end.filter(|_| self.is_over) else {
            return Err(Fault::cut_off("there is no `message_stop`"));
        };
        self.draft.usage = super::usage(&Value::Object(self.usage));
        self.draft.finish(ask, end)
    }
}

/// Adds to a text of a block, which may not be an object at all.
fn append(block: &mut Value, field: &str, more: &str) {
    let Some(fields) = block.as_object_mut() else { return };
    match fields.get_mut(field) {
        Some(Value::String(text)) => text.push_str(more),
        _ => drop(fields.insert(field.to_owned(), more.into())),
    }
}

fn out_of_order(kind: &str) -> Fault {
    Fault::malformed(format!("the events of the model's answer are out of order at `{kind}`"))
}
