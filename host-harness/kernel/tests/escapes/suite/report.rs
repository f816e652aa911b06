//! What came of all attempts.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kernel::process::sandbox::Backend;

use super::who;

/// What an attempt did without the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// It got there.
    Reached,
    /// Only another user gets there.
    ByOthers,
    /// It would harm the machine.
    NotTried,
    /// The machine has nothing to try it on.
    Absent,
    /// It did not get there.
    Not,
}

/// What came of all attempts.
pub struct Report {
    /// The sandboxes that they were made in.
    pub backends: Vec<Backend>,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    held: usize,
    not: usize,
    shown: Vec<Shown>,
    notes: Vec<String>,
    lacks: Vec<String>,
    times: Vec<(Duration, String)>,
}

impl Report {
    /// Nothing yet.
    pub fn new(backends: Vec<Backend>) -> Self {
        Self { backends, counts: Mutex::default() }
    }

    /// Counts one that was made in a sandbox.
    pub fn count(&self, is_held: bool) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if is_held { counts.held += 1 } else { counts.not += 1 }
    }

    /// Notes how long one took in all.
    pub fn took(&self, name: &str, time: Duration) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.times.push((time, name.to_owned()));
    }

    /// Counts one by what it did outside.
    pub fn show(&self, shown: Shown) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).shown.push(shown);
    }

    /// Keeps what bubblewrap is known not to hold.
    pub fn lack(&self, lack: String) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).lacks.push(lack);
    }

    /// Keeps what an attempt was told.
    pub fn note(&self, note: String) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).notes.push(note);
    }

    /// Whether there is a sandbox.
    pub fn is_possible(&self) -> Result<(), String> {
        if self.backends.is_empty() { Err("no sandbox can be had here".to_owned()) } else { Ok(()) }
    }

    /// All in a few lines; with `ESCAPES_NOTES` also what each attempt was told.
    pub fn summary(&self) -> String {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |shown: Shown| counts.shown.iter().filter(|one| **one == shown).count();
        let mut notes = counts.notes.clone();
        notes.sort();
        let mut times = counts.times.clone();
        times.sort();
        notes.extend(times.iter().rev().take(12).map(|(time, name)| format!("{time:.1?} {name}")));
        let notes =
            if std::env::var_os("ESCAPES_NOTES").is_some() { notes.join("\n") + "\n" } else { String::new() };
        format!(
            "{notes}{} attempts as {}, in {:?}: {} held, {} not, {} not by bubblewrap, as stated. Without the sandbox: {} got there, {} do only for \
             another user, {} not tried, {} had nothing to try it on, {} did not.",
            counts.shown.len(),
            who::name(),
            self.backends,
            counts.held,
            counts.not,
            counts.lacks.len(),
            count(Shown::Reached),
            count(Shown::ByOthers),
            count(Shown::NotTried),
            count(Shown::Absent),
            count(Shown::Not),
        )
    }
}
