//! How much a model may do. Whatever it says, a run ends.

use agent_contract::Request;

/// The bounds of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Answers of a model, of whatever role.
    pub turns_max: u64,
    /// How often a change that does not hold goes back to be mended.
    pub mends_max: u64,
    /// Edits in a row that fit no file.
    pub misfits_max: u64,
    /// Answers that bring nothing new.
    pub stalls_max: u64,
    /// Lines that the change may add and remove, together.
    pub changed_lines_max: Option<u64>,
}

impl Bounds {
    /// The bounds of a request: its budgets, and ours where it has none.
    pub fn of(request: &Request) -> Self {
        let budgets = &request.budgets;
        Self {
            turns_max: 40,
            mends_max: budgets.steps.map_or(3, |steps| steps - 1),
            misfits_max: 3,
            stalls_max: 3,
            changed_lines_max: budgets.changed_lines,
        }
    }
}
