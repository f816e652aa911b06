use agent_contract::RepoPath;

use super::step::Place;

/// The proposal itself can't be used, whatever the files are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", at.as_ref().map(|at| format!("{at}: ")).unwrap_or_default())]
pub struct ProposalFault {
    code: &'static str,
    at: Option<Place>,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl ProposalFault {
    pub(super) fn empty(message: impl Into<String>) -> Self {
        Self { code: "proposal-empty", at: None, message: message.into() }
    }

    pub(super) fn unknown(message: impl Into<String>) -> Self {
        Self { code: "proposal-format-unknown", at: None, message: message.into() }
    }

    pub(super) fn malformed(line: usize, message: impl Into<String>) -> Self {
        Self::malformed_at(Place::Line(line), message)
    }

    pub(super) fn malformed_at(at: Place, message: impl Into<String>) -> Self {
        Self { code: "proposal-malformed", at: Some(at), message: message.into() }
    }

    pub(super) fn outside(at: Place, message: impl Into<String>) -> Self {
        Self { code: "path-outside", at: Some(at), message: message.into() }
    }

    /// A stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

/// Parses a path of a proposal. Some tools write `./` in front of every path.
pub(super) fn path(text: &str, line: usize) -> Result<RepoPath, ProposalFault> {
    let plain = text.strip_prefix("./").unwrap_or(text);
    RepoPath::parse(plain).map_err(|fault| ProposalFault::outside(Place::Line(line), fault.to_string()))
}
