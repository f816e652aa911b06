//! Every code that a refusal, a failure or a stop can carry. They are stable:
//! programs match on them, `docs/reference/codes.md` lists them.

macro_rules! codes {
    ( $( $(#[doc = $doc:literal])+ $case:ident = $text:literal, )+ ) => {
        /// A stable code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $( $(#[doc = $doc])+ $case, )+ }

        impl Code {
            /// Every code, with what it means.
            pub const ALL: &'static [(Self, &'static str, &'static str)] =
                &[ $( (Self::$case, $text, concat!($($doc),+)), )+ ];

            /// The code as it is written everywhere.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$case => $text, )+ }
            }
        }
    };
}

codes! {
    /// An argument of a call does not have the form that its place asks for.
    ArgumentMalformed = "argument-malformed",
    /// A path is absolute, leads out of the repository or into `.git`.
    PathOutside = "path-outside",
    /// The name is none of the thirteen capabilities.
    CapabilityUnknown = "capability-unknown",
    /// The request limits the capabilities, and this one is not among them.
    CapabilityNotRequested = "capability-not-requested",
    /// The capability is for another kind of call.
    CapabilityKind = "capability-kind",
    /// The capability was issued to another run.
    CapabilityForeign = "capability-foreign",
    /// The capability's time is over.
    CapabilityExpired = "capability-expired",
    /// The capability's uses are used up.
    CapabilityExhausted = "capability-exhausted",
    /// The capability's bytes are used up.
    CapabilityBytes = "capability-bytes",
    /// The Runner revoked the capability.
    CapabilityRevoked = "capability-revoked",
    /// The capability does not reach this path.
    ScopePath = "scope-path",
    /// The capability does not reach this check.
    ScopeCheck = "scope-check",
    /// The capability does not reach this binding.
    ScopeBinding = "scope-binding",
    /// The run mode does not have this capability.
    ModeDenied = "mode-denied",
    /// The request does not carry the allowance.
    AllowanceMissing = "allowance-missing",
    /// A rule of the local policy denies it.
    PolicyDenied = "policy-denied",
    /// This Runner has no primitive for the capability.
    PrimitiveUnavailable = "primitive-unavailable",
    /// No check of that name is in the request.
    CheckUnknown = "check-unknown",
    /// No gate has that name.
    GateUnknown = "gate-unknown",
    /// No binding of that name is configured.
    BindingUnknown = "binding-unknown",

    /// The file does not exist.
    FileMissing = "file-missing",
    /// The file is larger than the Runner reads.
    FileTooLarge = "file-too-large",
    /// The path names a folder, a device or something else that is not a file.
    FileKind = "file-kind",
    /// A symbolic link leads out of the repository, into `.git`, or stands where a file is to be written.
    PathLink = "path-link",
    /// The path lies in another repository inside this one, such as a submodule.
    PathNested = "path-nested",
    /// A call took longer than it may.
    CallTimeout = "call-timeout",
    /// The Kernel could not do what was permitted.
    KernelFailed = "kernel-failed",
    /// The base is no longer what was read.
    BaseMoved = "base-moved",
    /// The base holds changes to a file of this change that are in no commit.
    BaseUncommitted = "base-uncommitted",
    /// The repository is one that this Runner can't work on.
    RepositoryUnusable = "repository-unusable",
    /// The branch is there already.
    BranchExists = "branch-exists",
    /// The change is larger than the budget.
    BudgetExceeded = "budget-exceeded",

    /// The request, or its proposal, can't be used.
    RequestInvalid = "request-invalid",
    /// The run took longer than it may.
    LimitTime = "limit-time",
    /// The agent asked for more memory than it may have.
    LimitMemory = "limit-memory",
    /// The agent made more calls than it may.
    LimitCalls = "limit-calls",
    /// The agent holds more capabilities than it may.
    LimitHandles = "limit-handles",
    /// More bytes crossed than may.
    LimitBytes = "limit-bytes",
    /// The agent panicked.
    AgentPanicked = "agent-panicked",
    /// The agent trapped.
    AgentTrapped = "agent-trapped",
    /// The agent's report can't be read.
    ReportMalformed = "report-malformed",
    /// The run was interrupted.
    Interrupted = "interrupted",
    /// The component imports what no agent may.
    ComponentImports = "component-imports",
    /// The component's digest is not the expected one.
    ComponentDigest = "component-digest",
    /// The component can't be loaded.
    ComponentInvalid = "component-invalid",
    /// The trace can't be written.
    TraceUnwritable = "trace-unwritable",

    /// A changed file has no record, or a record no changed file.
    ChangeUnrecorded = "change-unrecorded",
    /// The run changed nothing.
    NothingChanged = "nothing-changed",
    /// A call that the task needed was refused.
    CallDenied = "call-denied",
    /// A check did not pass.
    CheckFailed = "check-failed",
    /// A check of the request was never run.
    CheckMissing = "check-missing",
    /// A required gate did not pass.
    GateFailed = "gate-failed",
    /// The mode does not ask for production.
    ModeNotProduction = "mode-not-production",
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_distinct() {
        let mut texts: Vec<_> = Code::ALL.iter().map(|(_, text, _)| *text).collect();
        assert!(texts.iter().all(|text| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        texts.sort_unstable();
        let before = texts.len();
        texts.dedup();
        assert_eq!(texts.len(), before);
    }
}
