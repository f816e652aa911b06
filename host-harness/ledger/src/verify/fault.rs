use std::fmt;

use serde::Serialize;

/// Faults that are told of a run at the most.
const TOLD_MAX: usize = 100;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// A stable code.
    pub code: &'static str,
    /// The place: `record 7`, `payload <hash>`, `log entry 3`, `store`.
    pub place: String,
    /// What is wrong there.
    pub message: String,
}

impl Fault {
    /// What a store that can't be read comes to.
    pub fn damaged(error: &crate::LedgerError) -> Self {
        Self::new("file-damaged", "store", error.to_string())
    }

    pub(crate) fn new(code: &'static str, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, place: place.into(), message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Faults, no more than anybody reads.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    told: Vec<Fault>,
    more: usize,
}

impl Faults {
    pub fn add(&mut self, code: &'static str, place: impl Into<String>, message: impl Into<String>) {
        match self.told.len() < TOLD_MAX {
            true => self.told.push(Fault::new(code, place, message)),
            false => self.more += 1,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    pub fn into_told(mut self) -> Vec<Fault> {
        if self.more > 0 {
            self.told.push(Fault::new("more", "run", format!("{} more faults", self.more)));
        }
        self.told
    }
}
