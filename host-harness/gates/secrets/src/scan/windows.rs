//! The closer look: a rule's whole pattern, no further around an anchor than it can reach.

use std::ops::{ControlFlow, Range};

use regex_automata::{Input, Match, meta::Regex};

use super::{Hit, Overflow, Scan};
use crate::{
    decode::Decoded,
    pattern::{Reach, Window},
    worker::Worker,
};

impl Scan<'_> {
    /// Finds every match around the hits of a rule, as a search through the whole text would.
    pub(super) fn anchored(
        &mut self,
        worker: &Worker,
        text: &[u8],
        decoded: Option<&Decoded>,
        hits: &[Hit],
    ) -> Result<(), Overflow> {
        let Some(first) = hits.first() else { return Ok(()) };
        let number = usize::from(first.rule);
        if self.is_shut(worker, number) || !self.applies(number) {
            return Ok(());
        }
        let Some(pattern) = &self.rules.all[number].pattern else { return Ok(()) };
        let regex = pattern.full().ok_or_else(|| self.uncompiled(number))?;
        let mut seeker = Seeker { regex, text, from: 0, window: pattern.window };
        for hit in hits {
            match seeker.around(hit.at as usize) {
                ControlFlow::Continue(Some(found)) => self.judge(number, text, decoded, found.range())?,
                ControlFlow::Continue(None) => {}
                ControlFlow::Break(()) => break,
            }
        }
        Ok(())
    }

    /// Finds every match of a rule that has no anchors.
    pub(super) fn whole(
        &mut self,
        text: &[u8],
        decoded: Option<&Decoded>,
        number: usize,
    ) -> Result<(), Overflow> {
        let Some(pattern) = self.rules.all[number].pattern.as_ref().filter(|_| self.applies(number)) else {
            return Ok(());
        };
        let regex = pattern.full().ok_or_else(|| self.uncompiled(number))?;
        regex.find_iter(text).try_for_each(|found| self.judge(number, text, decoded, found.range()))
    }

    /// Whether a rule waits for a keyword that did not stand in the text so far.
    pub(super) fn is_shut(&self, worker: &Worker, number: usize) -> bool {
        self.rules.automaton.gated[number] && !worker.gates[number]
    }

    pub(super) fn uncompiled(&self, number: usize) -> Overflow {
        Overflow::Pattern(self.rules.all[number].id.clone())
    }
}

struct Seeker<'a> {
    regex: &'a Regex,
    text: &'a [u8],
    /// No match starts before it that was not seen.
    from: usize,
    window: Window,
}

impl Seeker<'_> {
    /// The next match, where it starts no later than an anchor; breaks where there are no more.
    fn around(&mut self, at: usize) -> ControlFlow<(), Option<Match>> {
        if at < self.from {
            return ControlFlow::Continue(None);
        }
        let window = self.around_anchor(at);
        let Some(found) = self.regex.find(Input::new(self.text).span(window.clone())) else {
            return self.nothing_in(window, at);
        };
        if found.start() > at {
            // Another anchor's, and longer than the window, perhaps.
            self.from = if let Reach::Bytes(_) = self.window.after { at + 1 } else { found.start() };
            return ControlFlow::Continue(None);
        }
        self.from = found.end().max(found.start() + 1);
        ControlFlow::Continue(Some(found))
    }

    fn nothing_in(&mut self, window: Range<usize>, at: usize) -> ControlFlow<(), Option<Match>> {
        match self.window.after {
            Reach::Bytes(_) => self.from = at + 1,
            Reach::Line => self.from = window.end,
            Reach::Text => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(None)
    }

    fn around_anchor(&self, at: usize) -> Range<usize> {
        let start = match self.window.before {
            Reach::Bytes(bytes) => at.saturating_sub(bytes),
            Reach::Line => {
                memchr::memrchr(b'\n', &self.text[self.from..at]).map_or(0, |end| self.from + end + 1)
            }
            Reach::Text => 0,
        };
        let end = match self.window.after {
            Reach::Bytes(bytes) => (at + bytes).min(self.text.len()),
            Reach::Line => memchr::memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |end| at + end),
            Reach::Text => self.text.len(),
        };
        start.max(self.from)..end
    }
}
