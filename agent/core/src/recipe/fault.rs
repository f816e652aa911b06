use agent_contract::Failure;

/// Why a recipe can't be chosen, or can't be followed to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", hints.iter().map(|hint| format!("\nhint: {hint}")).collect::<String>())]
pub struct RecipeFault {
    code: &'static str,
    /// What is wrong, and with what.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl RecipeFault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hints: Vec::new() }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A parameter that does not say what it is to say.
    pub(super) fn parameter(name: &str, message: impl AsRef<str>) -> Self {
        Self::new("recipe-parameter-malformed", format!("parameter `{name}` {}", message.as_ref()))
    }

    /// Nothing was left to do.
    pub(super) fn without_effect(message: impl Into<String>) -> Self {
        Self::new("edit-without-effect", message)
    }

    /// A stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl From<RecipeFault> for Failure {
    fn from(fault: RecipeFault) -> Self {
        Self { code: fault.code.to_owned(), message: fault.message, hints: fault.hints }
    }
}
