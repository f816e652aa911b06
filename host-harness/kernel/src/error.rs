use agent_contract::Failure;
use policy::Code;

/// A permitted operation did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct KernelError {
    /// A stable code.
    pub code: Code,
    /// What failed, on which object.
    pub message: String,
}

impl KernelError {
    /// An error with a code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The system refused an operation.
    pub fn io(operation: &str, object: impl std::fmt::Display) -> impl FnOnce(std::io::Error) -> Self {
        let message = format!("can't {operation} `{object}`");
        move |error| Self::new(Code::KernelFailed, format!("{message}: {error}"))
    }
}

impl From<KernelError> for Failure {
    fn from(error: KernelError) -> Self {
        Failure::new(error.code.as_str(), error.message)
    }
}
