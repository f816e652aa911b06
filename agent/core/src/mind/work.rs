//! A model at work: it asks and edits until it says that it is done, or until there is no
//! use in going on.

use std::collections::BTreeSet;

use agent_contract::Failure;
use serde_json::json;

use super::{
    Bounds, Desk, Line, Roles,
    desk::{Came, noted},
    line::{Question, whole},
    prompt,
};
use crate::{
    Host,
    model::{Message, Outcome, Stop as Ending, ToolCall, ToolResult, Turn},
    pass::{Granted, Stop},
};

const WORDS_BYTES_MAX: usize = 2_000;
/// Of one answer: the calls that are done, and the bytes of what comes back of them.
const CALLS_MAX: usize = 32;
const RESULTS_BYTES_MAX: usize = 64_000;

/// A model, its tools and what was said so far.
pub(crate) struct Mind<C> {
    pub line: Line<C>,
    pub roles: Roles,
    pub desk: Desk,
    pub bounds: Bounds,
    /// How often the change went back to be mended.
    pub mends: u64,
    /// What a person should look at.
    pub warnings: Vec<String>,
    /// What the change was mended for, a line each.
    pub mended: Vec<String>,
    /// What earlier runs found out, where that is kept.
    pub memory: Option<String>,
    /// What the model said last.
    pub words: String,
    messages: Vec<Message>,
    /// Calls that were made on the workspace as it is.
    seen: BTreeSet<String>,
    stalls: u64,
    misfits: u64,
}

enum Next {
    GoOn,
    Done,
}

impl<C> Mind<C> {
    /// A model that is to work on what the opening says.
    pub fn new(line: Line<C>, roles: Roles, desk: Desk, bounds: Bounds, opening: String) -> Self {
        Self {
            line,
            roles,
            desk,
            bounds,
            mends: 0,
            warnings: Vec::new(),
            mended: Vec::new(),
            memory: None,
            words: String::new(),
            messages: vec![Message::Person(opening)],
            seen: BTreeSet::new(),
            stalls: 0,
            misfits: 0,
        }
    }

    /// What a person should look at, models that were given up among it.
    pub fn told_warnings(&self) -> impl Iterator<Item = String> {
        self.line.warnings().chain(self.warnings.iter().cloned())
    }

    /// Says why the change does not hold.
    pub fn complain(&mut self, complaint: &str) {
        match self.messages.last_mut() {
            // What follows results belongs to them: two turns of a person in a row are none.
            Some(Message::Results(results)) if !results.is_empty() => {
                let last = results.len() - 1;
                results[last].text.push_str(&format!("\n{complaint}"));
            }
            _ => self.messages.push(Message::Person(complaint.to_owned())),
        }
    }

    fn ask<H: Host<Capability = C>>(&mut self, granted: &Granted<H>, host: &mut H) -> Result<Turn, Stop> {
        let tools: Vec<_> = self.desk.shown().into_iter().map(|tool| tool.told(&self.desk.checks)).collect();
        let question =
            Question { prompt: prompt::EDIT, messages: &self.messages, tools: &tools, shape: None };
        self.line.ask(granted, host, &mut self.roles.edit, &question)
    }

    /// Takes up an answer.
    fn take<H: Host<Capability = C>>(
        &mut self,
        granted: &Granted<H>,
        host: &mut H,
        turn: Turn,
    ) -> Result<Next, Stop> {
        if turn.calls.is_empty() || !matches!(turn.stop, Ending::Length) {
            whole(&turn).map_err(Stop::failed)?;
        }
        if !turn.text.trim().is_empty() {
            self.words = super::shown::beginning(turn.text.trim(), WORDS_BYTES_MAX).to_owned();
        }
        let (calls, paused) = (turn.calls.clone(), matches!(turn.stop, Ending::Paused));
        self.messages.push(Message::Model(self.kept(turn)));
        if calls.is_empty() {
            if !paused {
                return self.finished();
            }
            self.complain("Go on.");
            return Ok(Next::GoOn);
        }
        self.progresses(&calls)?;
        self.calls(granted, host, &calls)
    }

    /// A turn as it is sent back: without calls of tools that there are none of, whose names
    /// a provider may object to.
    fn kept(&self, mut turn: Turn) -> Turn {
        turn.calls.retain(|call| self.desk.has(&call.name));
        turn
    }

    /// It calls for nothing more: the change stands, or there is none.
    fn finished(&self) -> Result<Next, Stop> {
        match self.desk.changes().is_empty() {
            false => Ok(Next::Done),
            true => {
                let why = if self.words.is_empty() { "it does not say why" } else { &self.words };
                Err(Stop::failed(Failure::new(
                    "model-no-change",
                    format!("the model changed nothing: {why}"),
                )))
            }
        }
    }

    fn calls<H: Host<Capability = C>>(
        &mut self,
        granted: &Granted<H>,
        host: &mut H,
        calls: &[ToolCall],
    ) -> Result<Next, Stop> {
        let (mut results, mut unheard) = (Vec::new(), String::new());
        let (mut next, mut wrong, mut bytes) = (Next::GoOn, false, 0);
        for (index, call) in calls.iter().enumerate() {
            let came = match index < CALLS_MAX && bytes < RESULTS_BYTES_MAX {
                true => self.desk.call(granted, host, call)?,
                false => Came::Wrong("not done: this answer calls for too much at once".to_owned()),
            };
            if let Some(note) = noted(call, &came) {
                granted.note(host, "attempt", &note)?;
            }
            let result = self.result(call, &came)?;
            bytes += result.text.len();
            wrong |= result.outcome == Outcome::Failed;
            if matches!(came, Came::Edited { done: true, .. }) {
                next = Next::Done;
            }
            match self.desk.has(&call.name) {
                true => results.push(result),
                false => unheard.push_str(&format!("{}\n", result.text)),
            }
        }
        if !results.is_empty() {
            self.messages.push(Message::Results(results));
        }
        if !unheard.is_empty() {
            self.complain(unheard.trim_end());
        }
        self.within_lines()?;
        Ok(if wrong || self.desk.changes().is_empty() { Next::GoOn } else { next })
    }

    /// What a model hears of its call.
    fn result(&mut self, call: &ToolCall, came: &Came) -> Result<ToolResult, Stop> {
        let (text, outcome) = match came {
            Came::Done(text) => (text.clone(), Outcome::Done),
            Came::Edited { told, .. } => {
                self.misfits = 0;
                (told.clone(), Outcome::Done)
            }
            Came::Misfit(mismatch) => (self.misfit(mismatch)?, Outcome::Failed),
            Came::Wrong(why) => (why.clone(), Outcome::Failed),
            Came::Denied(why) => {
                self.warnings.push(format!("the model asked for what it was not given: {why}"));
                (why.clone(), Outcome::Failed)
            }
        };
        Ok(ToolResult { call_id: call.id.clone(), name: call.name.clone(), text, outcome })
    }

    /// An edit that fits nowhere goes back, a few times.
    fn misfit(&mut self, mismatch: &crate::edit::Mismatch) -> Result<String, Stop> {
        self.misfits += 1;
        if self.misfits >= self.bounds.misfits_max {
            let failure = Failure::from(mismatch.clone());
            let message =
                format!("{} edits in a row fit no file; the last: {}", self.misfits, failure.message);
            return Err(Stop::failed(Failure { message, ..failure }));
        }
        Ok(super::data("the files", &mismatch.told()))
    }

    /// Calls that were all made before, on the same files, bring nothing new.
    fn progresses(&mut self, calls: &[ToolCall]) -> Result<(), Stop> {
        let print = |call: &ToolCall| {
            let input =
                call.input.as_ref().map_or_else(|fault| fault.raw.clone(), |input| json!(input).to_string());
            format!("{} {} {input}", self.desk.version, call.name)
        };
        let prints: Vec<_> = calls.iter().map(print).collect();
        let fresh = prints.into_iter().filter(|print| self.seen.insert(print.clone())).count();
        self.stalls += u64::from(fresh == 0);
        match self.stalls < self.bounds.stalls_max {
            true => Ok(()),
            false => {
                let names: Vec<_> =
                    calls.iter().map(|call| agent_contract::fault::shown(&call.name)).collect();
                let message = format!(
                    "the model calls for the same again and again ({}), and nothing changes",
                    names.join(", ")
                );
                Err(Stop::failed(Failure::new("model-no-progress", message)))
            }
        }
    }

    fn within_lines(&self) -> Result<(), Stop> {
        let Some(max) = self.bounds.changed_lines_max else { return Ok(()) };
        let lines = self.desk.changed_lines();
        match lines <= max {
            true => Ok(()),
            false => Err(Stop::failed(Failure::new(
                "budget-exceeded",
                format!("the change adds and removes {lines} lines, and {max} are allowed"),
            ))),
        }
    }
}

/// Has the model work until it is done.
pub(crate) fn work<H: Host>(
    mind: &mut Mind<H::Capability>,
    granted: &Granted<H>,
    host: &mut H,
) -> Result<(), Stop> {
    loop {
        let turn = mind.ask(granted, host)?;
        if let Next::Done = mind.take(granted, host, turn)? {
            return Ok(());
        }
    }
}
