use agent_contract::{
    Failure, Refusal, Report,
    report::{Conclusion, Reason},
};

use crate::host::CallError;

/// Why the passes end before the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// How far the agent came.
    pub conclusion: Conclusion,
    /// Why, in the order of weight.
    pub reasons: Vec<Reason>,
    /// What a person should look at besides.
    pub warnings: Vec<String>,
}

impl Stop {
    /// The task can't be done as it was asked.
    pub fn failed(reason: impl Into<Reason>) -> Self {
        Self { conclusion: Conclusion::Failed, reasons: vec![reason.into()], warnings: Vec::new() }
    }

    /// Something that the task needs is not there.
    pub fn unavailable(reason: impl Into<Reason>) -> Self {
        Self { conclusion: Conclusion::Unavailable, reasons: vec![reason.into()], warnings: Vec::new() }
    }

    /// The account of a run that ended here.
    pub fn into_report(self) -> Report {
        let summary = self.reasons.first().map(|reason| reason.message.clone()).unwrap_or_default();
        Report {
            conclusion: self.conclusion,
            reasons: self.reasons,
            summary,
            changelog: String::new(),
            warnings: self.warnings,
            next_steps: Vec::new(),
            plan: None,
        }
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self { conclusion: Conclusion::Refused, reasons: vec![refusal.into()], warnings: Vec::new() }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::failed(failure)
    }
}

impl From<CallError> for Stop {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(refusal) => refusal.into(),
            CallError::Failed(failure) if failure.code.ends_with("unavailable") => Self::unavailable(failure),
            CallError::Failed(failure) => failure.into(),
        }
    }
}
