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

            /// The code that is written like this.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().find(|(_, written, _)| *written == text).map(|(code, ..)| *code)
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

    /// The caller's or the agent's metadata names a field that the Runner owns.
    ContextOwned = "context-owned",
    /// Two fields of the decision context contradict each other.
    ContextClash = "context-clash",
    /// Nothing is merged here, whatever a policy says.
    HardMerge = "hard-merge",
    /// The base branch is never written to, whatever a policy says.
    HardBaseBranch = "hard-base-branch",
    /// Nothing outside the workspace is touched, whatever a policy says.
    HardOutside = "hard-outside",

    /// Nobody who may has approved it.
    ApprovalNeeded = "approval-needed",
    /// A person was asked and declined.
    ApprovalDeclined = "approval-declined",
    /// The approval can't be read, or its signature does not hold.
    ApprovalInvalid = "approval-invalid",
    /// The approval is for something else.
    ApprovalOther = "approval-other",
    /// The approval's time is over, or has not begun.
    ApprovalExpired = "approval-expired",
    /// The approval was used already.
    ApprovalUsed = "approval-used",
    /// The one who asks can't approve.
    ApprovalSelf = "approval-self",

    /// The decision point said no.
    PointDenied = "point-denied",
    /// The decision point gave no answer in time.
    PointTimeout = "point-timeout",
    /// The decision point began to answer and did not end in time.
    PointSlow = "point-slow",
    /// Nothing listens where the decision point should be.
    PointRefused = "point-refused",
    /// The decision point's address leads nowhere.
    PointUnreachable = "point-unreachable",
    /// The decision point closed the connection without an answer.
    PointClosed = "point-closed",
    /// The decision point's answer is shorter than it announced.
    PointCutOff = "point-cut-off",
    /// The connection to the decision point is not trustworthy.
    PointTls = "point-tls",
    /// What answers does not speak HTTP as it should.
    PointProtocol = "point-protocol",
    /// The decision point's answer is too large.
    PointOversized = "point-oversized",
    /// The decision point sends the Runner elsewhere; it does not go.
    PointRedirect = "point-redirect",
    /// The decision point does not know the Runner's credential.
    PointUnauthorized = "point-unauthorized",
    /// The decision point has no time for the Runner.
    PointBusy = "point-busy",
    /// The decision point is broken.
    PointBroken = "point-broken",
    /// The decision point answered with a status that decides nothing.
    PointStatus = "point-status",
    /// The decision point's answer is of another content type.
    PointContentType = "point-content-type",
    /// The decision point's answer is encoded in a way that nobody asked for.
    PointEncoding = "point-encoding",
    /// The decision point's answer is empty.
    PointEmpty = "point-empty",
    /// The decision point's answer is not UTF-8.
    PointText = "point-text",
    /// The decision point's answer is not JSON.
    PointJson = "point-json",
    /// The decision point's answer is JSON that ends too early.
    PointTruncated = "point-truncated",
    /// The decision point's answer has a key twice.
    PointDuplicate = "point-duplicate",
    /// The decision point's answer has another form than its protocol says.
    PointShape = "point-shape",
    /// The decision point's answer holds no decision.
    PointUndecided = "point-undecided",
    /// The decision point's decision is neither `true` nor `false`.
    PointDecisionKind = "point-decision-kind",
    /// The decision point answers another request.
    PointRequestId = "point-request-id",
    /// Two fields of the decision point's answer contradict each other.
    PointClash = "point-clash",
    /// The decision point's clock and the Runner's differ by too much.
    PointClock = "point-clock",
    /// What the decision point allows is over already.
    PointLate = "point-late",
    /// The decision point demands what the Runner does not know or can't do.
    PointObligation = "point-obligation",
    /// The decision point did not answer each question once.
    PointBatch = "point-batch",
    /// The decision point reports an error of its own.
    PointError = "point-error",
    /// The context is more than the decision point's protocol can carry.
    PointUnaskable = "point-unaskable",

    /// A rule of the Rego policy failed.
    RegoFailed = "rego-failed",
    /// The Rego policy decides nothing in this case.
    RegoUndefined = "rego-undefined",
    /// What the Rego policy decides is neither `true` nor `false`.
    RegoKind = "rego-kind",

    /// There is no Agent ID record, and one is required.
    AgentIdMissing = "agent-id-missing",
    /// The Agent ID record does not hold what Agent ID 0.2.0 asks for.
    AgentIdInvalid = "agent-id-invalid",
    /// The agent's status is not `active`.
    AgentIdInactive = "agent-id-inactive",
    /// The agent's authorization is over.
    AgentIdExpired = "agent-id-expired",
    /// The request was handed on more often than the agent's record lets it.
    AgentIdDepth = "agent-id-depth",
    /// The agent's record asks for narrower authority, and the request names none.
    AgentIdAttenuation = "agent-id-attenuation",
    /// The agent's record does not list the capability.
    AgentIdCapability = "agent-id-capability",
    /// The agent's record and the Runner disagree on who the agent is.
    AgentIdClash = "agent-id-clash",
    /// The agent's record could not be looked at again in time.
    AgentIdStale = "agent-id-stale",

    /// The file does not exist.
    FileMissing = "file-missing",
    /// The file is larger than the Runner reads.
    FileTooLarge = "file-too-large",
    /// A check that fixes changed more than can be handed over to the agent.
    FixesTooLarge = "fixes-too-large",
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
    /// The workspace was written to after it was committed.
    CommitOutdated = "commit-outdated",
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
    /// Only a plan was asked for.
    PlanOnly = "plan-only",
    /// A model's answers were recorded beforehand, and no model was asked.
    ModelRecorded = "model-recorded",

    /// A part of the sandbox can't be had on this machine, and the run needs all of it.
    SandboxUnavailable = "sandbox-unavailable",

    /// The update path is neither of the two that there are.
    UpdateUnknown = "update-unknown",
    /// No remote of that name may be pushed to.
    RemoteUnknown = "remote-unknown",
    /// The branch is none that may be pushed.
    BranchForbidden = "branch-forbidden",
    /// The remote's branch holds what this change does not follow.
    RemoteMoved = "remote-moved",
    /// The remote did not take the branch.
    PushRefused = "push-refused",
    /// The remote does not know the credential, or shows a key that is not trusted.
    RemoteUnauthorized = "remote-unauthorized",
    /// The remote can't be reached, or is not what was asked for.
    RemoteUnreachable = "remote-unreachable",
    /// A git command took longer than it may.
    GitTimeout = "git-timeout",
    /// The commit can't be signed as configured.
    SigningFailed = "signing-failed",
    /// The commit that was made is not the change that was asked for.
    CommitUnfaithful = "commit-unfaithful",
    /// Git finds fault with what would be committed.
    CommitUnsound = "commit-unsound",

    /// The forge does not answer as its documentation says.
    ForgeMalformed = "forge-malformed",
    /// The forge does not know the credential.
    ForgeUnauthorized = "forge-unauthorized",
    /// The credential may not do that on the forge.
    ForgeForbidden = "forge-forbidden",
    /// The forge does not have it, or does not show it to this credential.
    ForgeMissing = "forge-missing",
    /// The forge may not show it, for legal reasons.
    ForgeBlocked = "forge-blocked",
    /// The forge does not take what it was sent.
    ForgeInvalid = "forge-invalid",
    /// What is asked for clashes with what the forge has.
    ForgeConflict = "forge-conflict",
    /// The forge takes no more requests for a while, and the operation can't wait that long.
    ForgeRateLimited = "forge-rate-limited",
    /// The forge failed, as often as it was asked.
    ForgeBroken = "forge-broken",
    /// The forge sends the Runner elsewhere; it does not go.
    ForgeRedirect = "forge-redirect",
    /// The forge answered with a status that its documentation does not have.
    ForgeStatus = "forge-status",
    /// A git object from the forge is not what its id says.
    ForgeObject = "forge-object",
    /// The configuration lets no change go to this branch.
    ForgeBranch = "forge-branch",
    /// What the forge has is more than the limits of the update path.
    ForgeTooLarge = "forge-too-large",

    /// A binding's address leads to a place that the binding does not allow.
    NetPrivate = "net-private",
    /// A binding's name leads to this very machine.
    NetLoopback = "net-loopback",
    /// A binding's address leads to a neighbour on the same link.
    NetLinkLocal = "net-link-local",
    /// A binding's address leads to where a cloud hands out credentials.
    NetMetadata = "net-metadata",
    /// A binding's address leads into a carrier's network.
    NetShared = "net-shared",
    /// A binding's address hides another one in itself that is not allowed.
    NetMapped = "net-mapped",
    /// A binding's address leads to many at once.
    NetMulticast = "net-multicast",
    /// A binding's address leads to everybody nearby.
    NetBroadcast = "net-broadcast",
    /// A binding's address is the one that stands for none.
    NetUnspecified = "net-unspecified",
    /// A binding's address is one that nobody has.
    NetReserved = "net-reserved",
    /// A binding's address is one of those kept for examples.
    NetDocumentation = "net-documentation",
    /// A binding's address can't be read, or is read in two ways.
    NetAddress = "net-address",
    /// A binding would send without encryption to a place that is not near.
    NetPlain = "net-plain",
    /// A binding is not of the kind that this is for.
    NetKind = "net-kind",
    /// The binding has no action of that name.
    NetAction = "net-action-unknown",
    /// The binding does not allow this method on this path.
    NetNotAllowed = "net-not-allowed",
    /// A path means different things to different readers.
    NetPath = "net-path",
    /// A header can't be sent, or is the Runner's own.
    NetHeader = "net-header",
    /// What would be sent is larger than the binding lets it be.
    NetRequestOversized = "net-request-oversized",
    /// A name leads nowhere.
    NetName = "net-name",
    /// Nothing listens at the binding's address.
    NetRefused = "net-refused",
    /// The binding's address can't be reached.
    NetUnreachable = "net-unreachable",
    /// There was no connection in time.
    NetConnectTimeout = "net-connect-timeout",
    /// There was no answer in time.
    NetTimeout = "net-timeout",
    /// The answer began and did not end in time.
    NetSlow = "net-slow",
    /// The answer paused for longer than it may.
    NetIdle = "net-idle",
    /// The connection was closed without an answer.
    NetClosed = "net-closed",
    /// The answer is shorter than it announced.
    NetCutOff = "net-cut-off",
    /// The connection is not trustworthy.
    NetTls = "net-tls",
    /// What answers does not speak HTTP as it should.
    NetProtocol = "net-protocol",
    /// The answer announces more bytes than it may have.
    NetAnnounced = "net-announced",
    /// The answer has more bytes than it may have.
    NetOversized = "net-oversized",
    /// The answer sends the Runner to another place.
    NetRedirect = "net-redirect",
    /// The answer sends the Runner to another path of the same place.
    NetRedirectSame = "net-redirect-same",
    /// The answer is encoded in a way that nobody asked for.
    NetEncoding = "net-encoding",
    /// The proxy does not let the Runner through.
    NetProxy = "net-proxy",
    /// The place failed too often and is left alone for a while.
    NetBreaker = "net-breaker-open",
    /// The run has used up the binding's requests.
    NetLimitRequests = "net-limit-requests",
    /// The run has used up the binding's bytes.
    NetLimitBytes = "net-limit-bytes",
    /// The run has used up the binding's tokens.
    NetLimitTokens = "net-limit-tokens",
    /// The run has used up the binding's money.
    NetLimitMoney = "net-limit-money",
    /// An answer did not tell what it cost, and there is a limit on that.
    NetUsageUnknown = "net-usage-unknown",
    /// The request's budget has no tokens for another call of a model.
    BudgetTokens = "budget-tokens",
    /// The request's budget has no money for another call of a model.
    BudgetMoney = "budget-money",
    /// The request has a budget of money, and nobody said what a model costs.
    BudgetUnpriced = "budget-unpriced",
    /// A model's answer is not framed as its content type says.
    ModelStream = "model-stream-malformed",
    /// A recording has no answer for a call, or no answer any more.
    RecordingEnded = "model-recording-ended",
    /// A recording can't be read.
    RecordingMalformed = "model-recording-malformed",
    /// What takes notifications did not take this one.
    NotifyRefused = "notify-refused",
    /// What takes notifications has no time for this one.
    NotifyBusy = "notify-busy",
    /// This Kernel does not speak the binding's protocol.
    TransportUnavailable = "transport-unavailable",
    /// The input is nothing that the binding's action can carry.
    TransportInput = "transport-input",

    /// A file or a request holds one of the Runner's own secrets.
    SecretHeld = "secret-held",
    /// What would leave the machine holds a secret.
    SecretLeaving = "secret-leaving",
    /// What the repository keeps to itself could not be looked at, so nothing may leave.
    LeavingUnchecked = "leaving-unchecked",
    /// There is no secret where one should be.
    SecretMissing = "secret-missing",
    /// What is there can't be a secret.
    SecretUnusable = "secret-unusable",
    /// The secret's file can be read by others.
    SecretExposed = "secret-exposed",
    /// The Vault can't be reached.
    VaultUnreachable = "vault-unreachable",
    /// The Vault is sealed, and gives nothing until somebody unseals it.
    VaultSealed = "vault-sealed",
    /// The Vault does not let the Runner.
    VaultDenied = "vault-denied",
    /// The Vault keeps nothing there.
    VaultMissing = "vault-missing",
    /// The Vault has no time for the Runner.
    VaultBusy = "vault-busy",
    /// The Vault sends the Runner elsewhere; it does not go.
    VaultElsewhere = "vault-elsewhere",
    /// The Vault failed.
    VaultBroken = "vault-broken",
    /// The Vault does not answer as its documentation says.
    VaultMalformed = "vault-malformed",

    /// An artifact is not what its name says.
    ArtifactCorrupt = "artifact-corrupt",
    /// There is no such artifact.
    ArtifactMissing = "artifact-missing",
    /// An artifact is larger than it may be.
    ArtifactTooLarge = "artifact-too-large",
    /// The artifacts' storage does not let the Runner in.
    ArtifactDenied = "artifact-denied",
    /// The artifacts' storage can't be used, or does not answer as S3 does.
    ArtifactStore = "artifact-store",

    /// There is no container engine.
    ContainerUnavailable = "container-unavailable",
    /// The repository has nothing that containers are built or started from.
    ContainerMissing = "container-missing",
    /// A Dockerfile or compose file asks for what no simulation gives.
    ContainerRefused = "container-refused",
    /// An image could not be built.
    ContainerBuild = "container-build",
    /// A container did not start, or ended too early.
    ContainerStart = "container-start",
    /// A container did not become healthy in time.
    ContainerUnhealthy = "container-unhealthy",
    /// A container did not answer a probe as it should.
    ContainerProbe = "container-probe",
    /// Something that a simulation made could not be removed.
    ContainerLeft = "container-left",
    /// A deployment target can't be planned as it is configured.
    TargetInvalid = "target-invalid",
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
