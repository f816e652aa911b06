use std::sync::Arc;

use policy::Code;

use super::{Known, ignored::Ignored};
use crate::{KernelError, workspace::Base};

/// What looks at everything that is about to leave the machine.
#[derive(Debug, Clone, Default)]
pub struct Leaving {
    known: Known,
    ignored: Option<Arc<Ignored>>,
}

impl Leaving {
    /// Looks for these secrets.
    pub fn new(known: Known) -> Self {
        Self { known, ignored: None }
    }

    /// Looks for what a repository keeps to itself, too: the content of the files that it
    /// ignores, and of those that hold secrets by their name. They are read at the first
    /// look, and again when they change.
    pub fn with_ignored(self, base: &Base) -> Result<Self, KernelError> {
        Ok(Self { ignored: Some(Arc::new(Ignored::of(base)?)), ..self })
    }

    /// The secrets that it looks for.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// Reads what the repository keeps to itself, so that the first look takes no longer
    /// than others.
    pub fn prepare(&self) -> Result<(), KernelError> {
        self.ignored.as_ref().map_or(Ok(()), |ignored| ignored.prepare())
    }

    /// Refuses a text that holds a secret, or what the repository ignores.
    pub fn check(&self, text: &[u8]) -> Result<(), KernelError> {
        if let Some(name) = self.known.find(text) {
            let message = format!(
                "what would leave the machine holds the secret `{name}`\nhint: take it out; the value is not repeated here"
            );
            return Err(KernelError::new(Code::SecretLeaving, message));
        }
        self.ignored.as_ref().map_or(Ok(()), |ignored| ignored.check(text))
    }
}
