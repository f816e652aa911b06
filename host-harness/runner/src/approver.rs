//! The person who is asked when a policy says so.

use policy::approval::Signed;

use crate::control::Control;

/// What a person is asked: the exact effect, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The WIT function of the call.
    pub function: &'static str,
    /// What it would do: a file, a command, a binding a line.
    pub lines: Vec<String>,
    /// Why a person is asked.
    pub why: Vec<String>,
    /// The digest that an approval is for.
    pub request_sha256: String,
}

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It may happen.
    Yes,
    /// It may not.
    No,
    /// There is nobody to ask.
    Nobody,
}

/// Asks a person. Ends with `Nobody` when the run has to end meanwhile.
pub trait Approver: Send {
    /// Shows an effect and waits for a word.
    fn ask(&mut self, effect: &Effect, control: &Control) -> Said;
}

/// Nobody is there.
pub struct Absent;

impl Approver for Absent {
    fn ask(&mut self, _: &Effect, _: &Control) -> Said {
        Said::Nobody
    }
}

/// Who can approve in a run: a person, and approvals that were signed beforehand.
pub struct Approvals {
    /// The person.
    pub person: Box<dyn Approver>,
    /// What was signed.
    pub signed: Vec<Signed>,
}

impl Default for Approvals {
    fn default() -> Self {
        Self { person: Box::new(Absent), signed: Vec::new() }
    }
}
