use serde_json::{Value, json};

use super::super::{
    Ask, Fault, Turn,
    draft::{Draft, End},
    figures,
    sse::Event,
    trouble,
};

/// What is known of a streamed message so far.
#[derive(Default)]
struct Message {
    draft: Draft,
    has_started: bool,
    open: Option<Open>,
    last: Option<u64>,
    end: Option<End>,
}

/// A block that is not whole yet. Only that of a call is announced.
struct Open {
    index: u64,
    block: Value,
}

pub(super) fn turn(ask: &Ask, events: Vec<Event>) -> Result<Turn, Fault> {
    let mut message = Message::default();
    for event in events {
        let Event::Said { name, value } = event else { continue };
        if name.ends_with("Exception") || trouble::is_complaint(&value) {
            return trouble::within(&value, &name);
        }
        message.event(ask, &name, value)?;
    }
    let end = message.end.take().ok_or_else(|| Fault::cut_off("there is no `messageStop`"))?;
    message.draft.finish(ask, end)
}

impl Message {
    fn event(&mut self, ask: &Ask, name: &str, event: Value) -> Result<(), Fault> {
        let of_content = ["contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop"];
        if of_content.contains(&name) && (!self.has_started || self.end.is_some()) {
            return Err(out_of_order(name));
        }
        match name {
            "messageStart" if self.has_started => return Err(out_of_order(name)),
            "messageStart" => self.has_started = true,
            "contentBlockStart" => self.start(event)?,
            "contentBlockDelta" => self.delta(&event)?,
            "contentBlockStop" => self.close(ask, &event)?,
            "messageStop" if self.open.is_some() => return Err(out_of_order(name)),
            "messageStop" => self.end = Some(super::end(figures::text(&event, "/stopReason"))?),
            "metadata" => self.draft.usage = super::usage(&event["usage"]),
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, mut event: Value) -> Result<(), Fault> {
        let block = event["start"].take();
        self.open(&event, if block.is_object() { block } else { json!({}) }, "contentBlockStart")
    }

    /// Blocks come one after the other, but not every number has to be there.
    fn open(&mut self, event: &Value, block: Value, name: &str) -> Result<(), Fault> {
        let index = event["contentBlockIndex"].as_u64();
        let index = index.filter(|index| self.last.is_none_or(|last| last < *index));
        let index = index.filter(|_| self.open.is_none()).ok_or_else(|| out_of_order(name))?;
        self.last = Some(index);
        self.open = Some(Open { index, block });
        Ok(())
    }

    fn delta(&mut self, event: &Value) -> Result<(), Fault> {
        let name = "contentBlockDelta";
        if self.open.is_none() {
            // A call that was not announced has neither an id nor a name.
            if event["delta"]["toolUse"].is_object() {
                return Err(out_of_order(name));
            }
            self.open(event, json!({}), name)?;
        }
        let open = self.open.as_mut().filter(|open| event["contentBlockIndex"].as_u64() == Some(open.index));
        add(&mut open.ok_or_else(|| out_of_order(name))?.block, &event["delta"])
    }

    fn close(&mut self, ask: &Ask, event: &Value) -> Result<(), Fault> {
        let open = self.open.take().filter(|open| event["contentBlockIndex"].as_u64() == Some(open.index));
        let open = open.ok_or_else(|| out_of_order("contentBlockStop"))?;
        super::read(ask, &mut self.draft, open.block);
        Ok(())
    }
}

fn add(block: &mut Value, delta: &Value) -> Result<(), Fault> {
    const PLACES: [(&str, &[&str]); 5] = [
        ("/text", &["text"]),
        ("/toolUse/input", &["toolUse", "input"]),
        ("/reasoningContent/text", &["reasoningContent", "reasoningText", "text"]),
        ("/reasoningContent/signature", &["reasoningContent", "reasoningText", "signature"]),
        ("/reasoningContent/redactedContent", &["reasoningContent", "redactedContent"]),
    ];
    let is_call = block["toolUse"].is_object();
    if is_call != delta["toolUse"].is_object() && delta.as_object().is_some_and(|delta| !delta.is_empty()) {
        return Err(out_of_order("contentBlockDelta"));
    }
    for (from, to) in PLACES {
        if let Some(more) = delta.pointer(from).and_then(Value::as_str) {
            append(block, to, more);
        }
    }
    Ok(())
}

fn append(block: &mut Value, place: &[&str], more: &str) {
    let mut at = block;
    for key in place {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[*key];
    }
    let text = at.as_str().unwrap_or_default();
    *at = format!("{text}{more}").into();
}

fn out_of_order(name: &str) -> Fault {
    Fault::malformed(format!("the events of the model's answer are out of order at `{name}`"))
}
