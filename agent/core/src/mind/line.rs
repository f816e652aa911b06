//! The line to a model: asked by role, the next one where one can't be had.

use agent_contract::{Failure, fault::shown};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Bounds, Model, prompt::Prompt};
use crate::{
    Host,
    host::CallError,
    model::{Ask, Fault, FaultKind, Message, Shape, Stop as Ending, Tool, Turn, Usage, ask, failed, hear},
    pass::{Granted, Stop},
};

/// Calls that are named in the note of an answer.
const NOTED_MAX: usize = 50;

/// What is spent of the bounds, over all roles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Answers.
    pub turns: u64,
    /// Tokens, both ways together, as far as the answers told.
    pub tokens: u64,
}

/// The line to the models of a run.
pub(crate) struct Line<C> {
    capability: C,
    bounds: Bounds,
    /// What was spent.
    pub spent: Spent,
    /// The models that were given up, each with why.
    pub fallen: Vec<Failure>,
}

/// What a model is asked, apart from who it is.
pub(crate) struct Question<'a> {
    pub prompt: Prompt,
    pub messages: &'a [Message],
    pub tools: &'a [Tool],
    pub shape: Option<&'a Shape>,
}

impl<C> Line<C> {
    /// A line under the permission for the models' bindings.
    pub fn new(capability: C, bounds: Bounds) -> Self {
        Self { capability, bounds, spent: Spent::default(), fallen: Vec::new() }
    }

    /// Asks the first of `models` that can be had; those before it are given up for this
    /// role.
    pub(crate) fn ask<H: Host<Capability = C>>(
        &mut self,
        granted: &Granted<H>,
        host: &mut H,
        models: &mut Vec<Model>,
        question: &Question,
    ) -> Result<Turn, Stop> {
        let mut again = true;
        loop {
            let Some(model) = models.first() else {
                return Err(Stop::unavailable(Failure::new("model-none", "no model is configured")));
            };
            self.count()?;
            let answered = self.once(granted, host, model, question)?;
            let fault = match answered {
                Ok(turn) => return Ok(turn),
                Err(fault) => fault,
            };
            match (fault.kind.may_be_chance() && again, fault.kind.may_fall_back() && models.len() > 1) {
                (true, _) => again = false,
                (false, true) => {
                    self.fallen.push(failure(model, &fault));
                    models.remove(0);
                    again = true;
                }
                (false, false) => return Err(self.stop(model, &fault)),
            }
        }
    }

    /// The end, with every model that was given up before.
    fn stop(&self, model: &Model, fault: &Fault) -> Stop {
        let failure = failure(model, fault);
        let mut stop = match is_unavailable(fault.kind) {
            true => Stop::unavailable(failure),
            false => Stop::failed(failure),
        };
        stop.reasons.extend(self.fallen.iter().cloned().map(Into::into));
        stop
    }

    /// What a person is told of the models that were given up.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.fallen.iter().map(|failure| format!("the next model was asked: {}", failure.message))
    }

    fn count(&mut self) -> Result<(), Stop> {
        self.spent.turns += 1;
        match self.spent.turns <= self.bounds.turns_max {
            true => Ok(()),
            false => Err(Stop::failed(Failure::new(
                "model-turns",
                format!("models were asked {} times, and the task is not done", self.bounds.turns_max),
            ))),
        }
    }

    fn once<H: Host<Capability = C>>(
        &mut self,
        granted: &Granted<H>,
        host: &mut H,
        model: &Model,
        question: &Question,
    ) -> Result<Result<Turn, Fault>, Stop> {
        let asked = asked(model, question);
        let envelope = match ask(&asked).and_then(|envelope| fitting(model, envelope)) {
            Ok(envelope) => envelope,
            Err(fault) => return Ok(Err(fault)),
        };
        let action = model.settings.delivery.action();
        let heard = match host.invoke(&self.capability, &model.binding, action, &envelope) {
            Ok(answer) => hear(&asked, &answer),
            Err(CallError::Failed(failure)) => Err(failed(&failure.code, &failure.message)),
            Err(refused) => return Err(refused.into()),
        };
        self.note(granted, host, model, question, &heard)?;
        Ok(heard)
    }

    /// What was said, as the trace is to know it: not the words, which lie beside it.
    fn note<H: Host<Capability = C>>(
        &mut self,
        granted: &Granted<H>,
        host: &mut H,
        model: &Model,
        question: &Question,
        heard: &Result<Turn, Fault>,
    ) -> Result<(), Stop> {
        let said = match heard {
            Ok(turn) => {
                let usage = turn.usage.unwrap_or_default();
                self.spent.tokens =
                    self.spent.tokens.saturating_add(usage.input.saturating_add(usage.output));
                let calls: Vec<_> = turn.calls.iter().take(NOTED_MAX).map(|call| shown(&call.name)).collect();
                json!({ "stop": named(&turn.stop), "calls": calls, "usage": turn.usage.map(counted) })
            }
            Err(fault) => json!({ "fault": fault.kind.as_str(), "message": fault.message }),
        };
        let note = json!({
            "binding": model.binding, "model": model.settings.model, "prompt": question.prompt.name,
            "prompt_sha256": question.prompt.sha256(), "said": said,
        });
        granted.note(host, "turn", &note)
    }
}

/// A question that a model can take: so many bytes are hardly ever fewer tokens, and the
/// Runner carries no more.
fn fitting(model: &Model, envelope: Value) -> Result<Value, Fault> {
    const BYTES_OF_A_TOKEN: usize = 4;
    const BYTES_MAX: usize = 3 * 1024 * 1024;
    let bytes = envelope.to_string().len();
    let room = model.context_tokens.saturating_sub(model.settings.answer_tokens_max) as usize;
    match bytes <= BYTES_MAX && bytes / BYTES_OF_A_TOKEN <= room {
        true => Ok(envelope),
        false => {
            let what = format!("the conversation has {bytes} bytes, and the model takes {room} tokens");
            Err(Fault::new(FaultKind::TooLong, what))
        }
    }
}

fn asked<'a>(model: &'a Model, question: &Question<'a>) -> Ask<'a> {
    Ask {
        system: question.prompt.text.trim_end(),
        messages: question.messages,
        tools: question.tools,
        answer: question.shape,
        settings: &model.settings,
    }
}

fn named(stop: &Ending) -> &'static str {
    match stop {
        Ending::Finished => "finished",
        Ending::Calls => "calls",
        Ending::Length => "length",
        Ending::Refused(_) => "refused",
        Ending::Filtered(_) => "filtered",
        Ending::Paused => "paused",
    }
}

fn counted(usage: Usage) -> Value {
    json!({
        "input": usage.input, "output": usage.output, "cached_read": usage.cached_read,
        "cached_write": usage.cached_write, "reasoning": usage.reasoning,
    })
}

/// Whether a fault is the provider's, and not the question's.
fn is_unavailable(kind: FaultKind) -> bool {
    use FaultKind::{CutOff, Empty, Malformed, NotFound, Overloaded, Quota, RateLimited, Unauthorized};
    let gave_none = matches!(kind, CutOff | Empty | Malformed | FaultKind::Unavailable);
    gave_none || matches!(kind, NotFound | Overloaded | Quota | RateLimited | Unauthorized)
}

fn failure(model: &Model, fault: &Fault) -> Failure {
    let message = format!("`{}` (`{}`): {}", model.binding, shown(&model.settings.model), fault.message);
    let (message, hint) = match message.split_once("\nhint: ") {
        Some((message, hint)) => (message.to_owned(), hint.to_owned()),
        None => (message, fault.hint().to_owned()),
    };
    Failure { hints: vec![hint], ..Failure::new(fault.kind.as_str(), message) }
}

/// How often an answer in a shape of ours is asked for before it is given up.
const SHAPE_TRIES: usize = 2;

/// Asks for an answer in a shape, and reads it.
pub(crate) fn shaped<H: Host, T: DeserializeOwned>(
    line: &mut Line<H::Capability>,
    granted: &Granted<H>,
    host: &mut H,
    models: &mut Vec<Model>,
    question: &Question,
) -> Result<T, Stop> {
    loop {
        let fault = match in_shape(line, granted, host, models, question)? {
            Ok(value) => return Ok(value),
            Err(fault) => fault,
        };
        if models.len() == 1 {
            return Err(Stop::failed(fault));
        }
        line.fallen.push(fault);
        models.remove(0);
    }
}

/// One model's answer in a shape, or why it has none.
fn in_shape<H: Host, T: DeserializeOwned>(
    line: &mut Line<H::Capability>,
    granted: &Granted<H>,
    host: &mut H,
    models: &mut Vec<Model>,
    question: &Question,
) -> Result<Result<T, Failure>, Stop> {
    let mut fault = String::new();
    for _ in 0..SHAPE_TRIES {
        let turn = line.ask(granted, host, models, question)?;
        if let Err(failure) = whole(&turn) {
            return Ok(Err(failure));
        }
        match serde_json::from_str(unfenced(&turn.text)) {
            Ok(value) => return Ok(Ok(value)),
            Err(error) => fault = error.to_string(),
        }
    }
    let binding = models.first().map_or("", |model| model.binding.as_str());
    let message = format!(
        "`{binding}`: the answer to `{}` has not the shape that was asked for: {fault}",
        question.prompt.name
    );
    Ok(Err(Failure::new("model-malformed", message)))
}

/// Whether an answer is whole. What is cut off or withheld is never taken for one.
pub(crate) fn whole(turn: &Turn) -> Result<(), Failure> {
    Err(match &turn.stop {
        Ending::Finished | Ending::Calls | Ending::Paused => return Ok(()),
        Ending::Length => Failure::new("model-truncated", "the answer was cut off at its greatest length"),
        Ending::Refused(why) => Failure::new("model-refused", format!("the model refuses: {}", why.trim())),
        Ending::Filtered(why) => Failure::new(
            "model-filtered",
            format!("the provider's filter withholds the answer: {}", why.trim()),
        ),
    })
}

/// A text without the fence that some models put around JSON.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix("```json").or_else(|| text.strip_prefix("```"));
    inner.and_then(|inner| inner.strip_suffix("```")).unwrap_or(text).trim()
}
