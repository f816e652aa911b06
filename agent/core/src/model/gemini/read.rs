use agent_contract::fault::shown;
use serde_json::{Map, Value, json};

use super::super::{
    Ask, Fault, Stop, Turn, Usage,
    answer::{Answer, Heard},
    draft::{Draft, End},
    figures,
    sse::Event,
    trouble,
};

pub(in super::super) fn turn(ask: &Ask, answer: &Answer) -> Result<Turn, Fault> {
    let mut reader = Reader::default();
    let heard = answer.heard()?;
    let documents = match &heard {
        // Streamed without `alt=sse` it is a list.
        Heard::Whole(Value::Array(documents)) => documents.iter().collect(),
        Heard::Whole(document) => vec![*document],
        Heard::Streamed(events) => events.iter().filter_map(said).collect(),
    };
    for document in documents {
        if trouble::is_complaint(document) {
            return trouble::within(document, "");
        }
        if let Some(blocked) = reader.take(document)? {
            return Ok(blocked);
        }
    }
    let end = reader.end.ok_or_else(|| match heard {
        Heard::Streamed(_) => Fault::cut_off("there is no `finishReason`"),
        Heard::Whole(_) if reader.has_candidate => {
            Fault::malformed("the candidate of the model's answer has no `finishReason`")
        }
        Heard::Whole(_) => Fault::empty("the model's answer has no candidate"),
    })?;
    reader.draft.finish(ask, end)
}

fn said(event: &Event) -> Option<&Value> {
    match event {
        Event::Said { value, .. } => Some(value),
        Event::Done => None,
    }
}

/// What is known of an answer so far; one that is not streamed has one document.
#[derive(Default)]
struct Reader {
    draft: Draft,
    has_candidate: bool,
    end: Option<End>,
}

impl Reader {
    /// Takes a document. A question that was blocked has its turn at once.
    fn take(&mut self, document: &Value) -> Result<Option<Turn>, Fault> {
        if !document.is_object() {
            return Err(Fault::malformed("the model's answer is no object"));
        }
        self.draft.usage = usage(&document["usageMetadata"]).or(self.draft.usage);
        let blocked = figures::text(document, "/promptFeedback/blockReason");
        if !blocked.is_empty() {
            let told = figures::text(document, "/promptFeedback/blockReasonMessage");
            let why = if told.is_empty() { blocked } else { told };
            let turn = Turn::silent(Stop::Filtered(format!("the question was blocked: {}", shown(why))));
            return Ok(Some(Turn { usage: self.draft.usage, ..turn }));
        }
        let candidate = &document["candidates"][0];
        self.has_candidate |= candidate.is_object();
        let parts = figures::list(candidate, "/content/parts");
        // Older models say `STOP` with every document.
        let is_over = self.end.as_ref().is_some_and(|end| *end != End::Natural);
        if is_over && !parts.is_empty() {
            return Err(Fault::malformed("the model's answer goes on after its `finishReason`"));
        }
        parts.iter().for_each(|part| self.part(part));
        if let Some(reason) = candidate["finishReason"].as_str() {
            self.end = Some(end(reason, figures::text(candidate, "/finishMessage"))?);
        }
        Ok(None)
    }

    /// Parts come whole; only texts go on in the next document.
    fn part(&mut self, part: &Value) {
        let is_thought = part["thought"] == true;
        if let Some(call) = part.get("functionCall") {
            let of = |pointer: &str| figures::text(call, pointer).to_owned();
            self.draft.call(of("/id"), of("/name"), call["args"].clone().into());
            self.echo(part.clone());
        } else if let Some(text) = part["text"].as_str() {
            if !is_thought {
                self.draft.say(text);
            }
            self.echo_text(part, text, is_thought);
        } else if part.is_object() {
            self.echo(part.clone());
        }
    }

    fn echo(&mut self, part: Value) {
        self.draft.echo.push(part);
    }

    /// Texts that follow each other are one part, unless one of them is signed. Thoughts
    /// are told for people alone and are not sent back.
    fn echo_text(&mut self, part: &Value, text: &str, is_thought: bool) {
        let signature = part["thoughtSignature"].as_str();
        if is_thought || (text.is_empty() && signature.is_none()) {
            return;
        }
        let open = self.draft.echo.last_mut().filter(|last| signature.is_none() && is_plain_text(last));
        match open.and_then(|last| last.get_mut("text")) {
            Some(Value::String(told)) => told.push_str(text),
            _ => {
                let mut echo = Map::from_iter([("text".to_owned(), json!(text))]);
                echo.extend(signature.map(|signature| ("thoughtSignature".to_owned(), signature.into())));
                self.echo(Value::Object(echo));
            }
        }
    }
}

fn is_plain_text(part: &Value) -> bool {
    part.as_object().is_some_and(|part| part.len() == 1 && part.contains_key("text"))
}

fn end(reason: &str, message: &str) -> Result<End, Fault> {
    Ok(match reason {
        "STOP" => End::Natural,
        "MAX_TOKENS" => End::Length,
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => {
            let told = if message.is_empty() { reason } else { message };
            End::Filtered(shown(told))
        }
        other => {
            let (other, message) = (shown(other), shown(message));
            return Err(Fault::malformed(format!("the model stopped for `{other}`: {message}")));
        }
    })
}

/// Thoughts are counted apart from the answer; ours has both.
fn usage(usage: &Value) -> Option<Usage> {
    let reasoning = figures::count_or_none(usage, "/thoughtsTokenCount");
    let results = figures::count_or_none(usage, "/toolUsePromptTokenCount");
    let spoken = figures::count_or_none(usage, "/candidatesTokenCount");
    Some(Usage {
        input: figures::count(usage, "/promptTokenCount")?.saturating_add(results),
        output: spoken.saturating_add(reasoning),
        cached_read: figures::count_or_none(usage, "/cachedContentTokenCount"),
        cached_write: 0,
        reasoning,
    })
}
