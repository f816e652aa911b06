//! Why a question has no answer.

use super::names::names;

names! {
    /// Why a question has no answer. The names are codes: programs match on them.
    pub enum FaultKind {
        /// Too many questions in too short a time.
        RateLimited = "model-rate-limited",
        /// The provider has more to do than it can.
        Overloaded = "model-overloaded",
        /// The provider failed, or could not be reached.
        Unavailable = "model-unavailable",
        /// The credential is missing, wrong or not for this.
        Unauthorized = "model-unauthorized",
        /// No such model is there.
        NotFound = "model-not-found",
        /// The question is longer than the model takes.
        TooLong = "model-too-long",
        /// The question does not have the form that the provider takes.
        InvalidRequest = "model-invalid-request",
        /// What was paid for is used up.
        Quota = "model-quota",
        /// The answer does not have the form that the provider documents.
        Malformed = "model-malformed",
        /// The answer holds nothing.
        Empty = "model-empty",
        /// The answer broke off.
        CutOff = "model-cut-off",
        /// A limit of the run or of the binding is reached.
        Budget = "model-budget",
        /// The call was not made, for a reason that is not the provider's.
        Other = "model-other",
    }
}

impl FaultKind {
    /// Whether it makes sense to ask another model.
    pub const fn may_fall_back(self) -> bool {
        !matches!(self, Self::Budget | Self::Other)
    }

    /// Whether the provider is there and its answer was no good, which may have been chance.
    /// What the provider could not be asked for is asked for again by the Runner.
    pub const fn may_be_chance(self) -> bool {
        matches!(self, Self::Malformed | Self::Empty | Self::CutOff)
    }

    /// What a person can do about it.
    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::RateLimited => "ask later, raise the provider's limit, or name a second model for the role",
            Self::Overloaded | Self::Unavailable => "ask later, or name a second model for the role",
            Self::Unauthorized => "look at the model's `credential` and what it may use",
            Self::NotFound => "look at the `model` and the `url` of the configuration",
            Self::TooLong => "give a smaller task, or a model that takes more",
            Self::InvalidRequest => {
                "look at the model's settings, and whether its `provider` answers at the `url`"
            }
            Self::Quota => "look at the account that pays for the model",
            Self::Malformed => "look whether the `provider` is the one that answers at the `url`",
            Self::Empty | Self::CutOff => "ask again, or name a second model for the role",
            Self::Budget => "raise the limit that the message names",
            Self::Other => "the message says what the Runner found",
        }
    }
}

/// Why a question has no answer, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}\nhint: {}", self.hint())]
pub struct Fault {
    /// The kind, whose name is the code.
    pub kind: FaultKind,
    /// What happened.
    pub message: String,
    /// How long the provider asks us to wait.
    pub retry_after_seconds: Option<u64>,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after_seconds: None }
    }

    /// An answer that is not what the provider documents.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Malformed, message)
    }

    /// A question that can't be put.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(FaultKind::InvalidRequest, message)
    }

    /// An answer that holds nothing.
    pub(super) fn empty(message: &str) -> Self {
        Self::new(FaultKind::Empty, message)
    }

    /// An answer that broke off.
    pub(super) fn cut_off(what: &str) -> Self {
        Self::new(FaultKind::CutOff, format!("the model's answer broke off: {what}"))
    }

    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        self.kind.hint()
    }

    /// A stable code.
    pub fn code(&self) -> &'static str {
        self.kind.as_str()
    }
}
