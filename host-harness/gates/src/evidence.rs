use agent_contract::{RepoPath, check::CheckResult, operation::Operation};
use policy::recorded::Changed;

/// What the gates look at that is recorded.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// What is wrong with the trace so far.
    pub trace_faults: &'a [String],
    /// Every operation that has a record, in order.
    pub recorded: &'a [Operation],
    /// What the workspace holds.
    pub changed: &'a [Changed],
    /// The checks that the request names.
    pub checks_expected: &'a [String],
    /// What came of the checks.
    pub checks: &'a [CheckResult],
    /// The container file of the repository, where there is one.
    pub container_file: Option<&'a RepoPath>,
    /// Whether the container came up, where that was tried on this very tree.
    pub simulated: Option<bool>,
}
