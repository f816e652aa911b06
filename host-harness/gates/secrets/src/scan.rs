//! One text, from its words to its secrets.

mod edges;
mod judge;
mod windows;

use std::ops::Range;

use finding::Span;

use crate::{
    automaton::Target,
    decode::{self, Decoded, Encoding},
    lines::Lines,
    rules::{Plan, Rules},
    scanner::Options,
    worker::Worker,
};

/// More secrets than these in one file are no longer told apart.
const LEAKS_MAX: usize = 10_000;

/// A word of a rule's form that stands in the text, with what the form wants behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    pub(crate) rule: u16,
    pub(crate) at: u32,
}

/// A secret that lies open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Its rule's number; `Scanner::rule` has the rule.
    pub rule: usize,
    /// Where it is; of a secret in an encoded form, where that form is.
    pub bytes: Range<usize>,
    /// The same as lines and columns.
    pub span: Span,
    /// The secret itself, decoded.
    pub secret: Vec<u8>,
    /// In what form it was.
    pub encoding: Option<Encoding>,
}

impl Leak {
    /// Whether a rule found the same twice, by two ways.
    fn is_twin(&self, other: &Self) -> bool {
        self.rule == other.rule && self.bytes == other.bytes && self.secret == other.secret
    }
}

/// Why a text can't be judged. No gate passes on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Overflow {
    /// There are too many.
    #[error("it holds more than {LEAKS_MAX} secrets")]
    Leaks,
    /// A rule's pattern is too large for the engine.
    #[error("the pattern of the rule `{0}` can't be compiled")]
    Pattern(String),
    /// What is masked makes room for more, again and again.
    #[error("its secrets can't all be masked")]
    Redaction,
}

/// A text and where it is from.
pub(crate) struct Text<'a> {
    pub(crate) bytes: &'a [u8],
    /// The file's offset of the first byte.
    pub(crate) base: usize,
    /// What of it is to be told: from here on, and before there.
    pub(crate) told: Range<usize>,
    pub(crate) path: Option<&'a str>,
}

pub(crate) struct Scan<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) options: &'a Options,
    pub(crate) text: Text<'a>,
    pub(crate) leaks: Vec<Leak>,
}

impl Scan<'_> {
    /// Looks through the text and through what is encoded in it.
    pub(crate) fn run(&mut self, worker: &mut Worker, lines: &mut Lines) -> Result<(), Overflow> {
        let [mut from, mut into] = std::mem::take(&mut worker.decoded);
        let outcome = self.passes(worker, &mut from, &mut into);
        worker.decoded = [from, into];
        outcome?;
        self.leaks.sort_by_key(|leak| (leak.bytes.start, leak.bytes.end, leak.rule));
        self.leaks.dedup_by(|one, other| one.is_twin(other));
        for leak in &mut self.leaks {
            leak.span = lines.span(self.text.bytes, self.text.base, &leak.bytes);
        }
        Ok(())
    }

    fn passes(
        &mut self,
        worker: &mut Worker,
        from: &mut Decoded,
        into: &mut Decoded,
    ) -> Result<(), Overflow> {
        let bytes = self.text.bytes;
        self.pass(worker, bytes, None)?;
        for depth in 0..self.options.decode_depth {
            let parts = if depth == 0 { decode::first(bytes, into) } else { decode::further(from, into) };
            if parts == 0 {
                break;
            }
            self.pass(worker, &into.bytes, Some(into))?;
            std::mem::swap(from, into);
        }
        from.give_back();
        into.give_back();
        Ok(())
    }

    fn pass(&mut self, worker: &mut Worker, text: &[u8], decoded: Option<&Decoded>) -> Result<(), Overflow> {
        self.sweep(worker, text);
        let (hits, edges) = (std::mem::take(&mut worker.hits), std::mem::take(&mut worker.edges));
        let of_rule = |one: &Hit, other: &Hit| one.rule == other.rule;
        let outcome = hits
            .chunk_by(of_rule)
            .try_for_each(|hits| self.anchored(worker, text, decoded, hits))
            .and_then(|()| {
                edges.chunk_by(of_rule).try_for_each(|edges| self.at_edges(worker, text, decoded, edges))
            });
        (worker.hits, worker.edges) = (hits, edges);
        outcome?;
        for (rule, plan) in &self.rules.automaton.whole {
            match plan {
                Plan::Path if decoded.is_none() => self.by_path(usize::from(*rule)),
                Plan::Always => self.whole(text, decoded, usize::from(*rule))?,
                Plan::Whole if worker.gates[usize::from(*rule)] => {
                    self.whole(text, decoded, usize::from(*rule))?
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Finds the places that are worth a closer look, in order.
    fn sweep(&self, worker: &mut Worker, text: &[u8]) {
        let Worker { caches, gates, hits, edges, .. } = worker;
        [&mut *hits, &mut *edges].into_iter().for_each(Vec::clear);
        self.rules.automaton.each(text, |at, targets| {
            for target in targets {
                match *target {
                    Target::Gate { rule } => gates[usize::from(rule)] = true,
                    Target::Branch { rule, branch, slot } => {
                        let Some(pattern) = &self.rules.all[usize::from(rule)].pattern else { continue };
                        let (branch, cache) = (usize::from(branch), &mut caches[usize::from(slot)]);
                        let goes_on = pattern.goes_on(branch, text, at, cache);
                        if goes_on {
                            hits.push(Hit { rule, at: at as u32 });
                        }
                        if pattern.looks_back(branch) && (goes_on || edges::follows_word(text, at)) {
                            let edge = match goes_on {
                                true => edges::last_before(text, at, pattern.window.before),
                                false => edges::at_anchor(pattern, branch, text, at, cache),
                            };
                            edges.extend(edge.map(|at| Hit { rule, at: at as u32 }));
                        }
                    }
                }
            }
        });
        for places in [hits, edges] {
            places.sort_unstable();
            places.dedup();
        }
    }

    pub(crate) fn add(&mut self, leak: Leak) -> Result<(), Overflow> {
        if self.leaks.len() >= LEAKS_MAX {
            return Err(Overflow::Leaks);
        }
        self.leaks.push(leak);
        Ok(())
    }
}
