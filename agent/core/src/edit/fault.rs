use agent_contract::RepoPath;

/// The proposal itself can't be used, whatever the files are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct ProposalFault {
    code: &'static str,
    /// The line of the proposal, from one.
    pub line: Option<usize>,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl ProposalFault {
    pub(super) fn empty(message: impl Into<String>) -> Self {
        Self { code: "proposal-empty", line: None, message: message.into() }
    }

    pub(super) fn unknown(message: impl Into<String>) -> Self {
        Self { code: "proposal-format-unknown", line: None, message: message.into() }
    }

    pub(super) fn malformed(line: usize, message: impl Into<String>) -> Self {
        Self { code: "proposal-malformed", line: Some(line), message: message.into() }
    }

    /// A stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

/// Parses a path of a proposal.
pub(super) fn path(text: &str, line: usize) -> Result<RepoPath, ProposalFault> {
    RepoPath::parse(text).map_err(|fault| ProposalFault {
        code: "path-outside",
        line: Some(line),
        message: fault.to_string(),
    })
}
