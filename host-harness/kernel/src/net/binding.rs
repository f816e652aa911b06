//! A place beyond the machine, as the operator configures it.

mod answer;
mod asked;
mod attempt;
mod exchange;
mod open;
mod until;

use std::sync::{Arc, PoisonError};

use policy::{
    Code,
    config::{ActionConfig, BindingConfig, MethodName, ModelPlace, TransportName},
};

pub(super) use open::{Carried, Manner};

use super::{Attempt, Credential, Names, Purse, SystemNames, Usage, Used};
use crate::{KernelError, secret::Leaving, transport::recorded::Recording};

/// A binding that is open: everything that this program says to a named place passes here.
/// It is opened for a run; clones share what they use up.
#[derive(Debug, Clone)]
pub struct Binding {
    opened: Arc<open::Opened>,
}

/// A method that a binding can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or does.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

/// Whether an exchange may be tried again when nobody knows what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The same once or twice: reading, or with an id that makes it so.
    Harmless,
    /// Twice would be two.
    Never,
}

/// What is said to a place. The path lies below the binding's address and may carry a query.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// The path, from `/`.
    pub path: String,
    /// Headers beyond the binding's own.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether it may be tried again.
    pub repeat: Repeat,
}

/// What a place answered, whatever its status is.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The status.
    pub status: u16,
    /// Names in lower case; values redacted.
    pub headers: Vec<(String, String)>,
    /// The body, whole and redacted; empty where it was handed on in pieces.
    pub body: Vec<u8>,
    /// Every attempt, the one that this is the answer of last.
    pub attempts: Vec<Attempt>,
    /// What it told of its cost.
    pub usage: Option<Usage>,
    /// Models: why a good answer that was handed on in pieces has no end.
    pub cut: Option<Code>,
}

impl Incoming {
    /// The first value of a header, whose name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it says that all went well.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// What a binding is opened with besides its configuration.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// What it knows the Runner by.
    pub credential: Option<Credential>,
    /// The authorities that are trusted for it, in PEM, and no others.
    pub ca_pem: Option<Vec<u8>>,
    /// What looks at everything that leaves.
    pub leaving: Leaving,
}

impl Binding {
    /// Opens a binding.
    pub fn open(config: &BindingConfig, keys: Keys) -> Result<Self, KernelError> {
        Self::open_among(config, keys, Arc::new(SystemNames))
    }

    /// Opens a binding whose name is looked up among these.
    pub fn open_among(
        config: &BindingConfig,
        keys: Keys,
        names: Arc<dyn Names>,
    ) -> Result<Self, KernelError> {
        let opened = open::Opened::new(config, keys, names, Manner::Requests);
        Self::opened(opened, &config.name)
    }

    /// Opens a binding that says one thing alone.
    pub(super) fn open_fixed(
        config: &BindingConfig,
        keys: Keys,
        names: Arc<dyn Names>,
        manner: Manner,
    ) -> Result<Self, KernelError> {
        Self::opened(open::Opened::new(config, keys, names, manner), &config.name)
    }

    fn opened(opened: Result<open::Opened, super::failure::Fault>, name: &str) -> Result<Self, KernelError> {
        opened.map(|opened| Self { opened: Arc::new(opened) }).map_err(|fault| fault.told(name, 1))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.opened.name
    }

    /// What is spoken with it.
    pub fn protocol(&self) -> TransportName {
        self.opened.protocol
    }

    /// An action of it, by name.
    pub fn action(&self, name: &str) -> Option<&ActionConfig> {
        self.opened.actions.get(name)
    }

    /// What the run has used of it so far.
    pub fn used(&self) -> Used {
        self.opened.meter.used()
    }

    /// What it is beyond other bindings, where it is a model's.
    pub fn model(&self) -> Option<&ModelPlace> {
        self.opened.model.as_ref()
    }

    /// Pays from a purse that others share, from now on.
    pub fn share(&self, purse: &Purse) -> Result<(), KernelError> {
        if self.recording().is_some() {
            return Ok(()); // It costs nothing, and needs no price.
        }
        self.opened.meter.share(purse).map_err(|fault| fault.told(&self.opened.name, 1))
    }

    /// What answers in the place's stead.
    pub(crate) fn recording(&self) -> Option<&Recording> {
        self.opened.recording.as_ref()
    }

    /// What looks for the secrets that this program knows.
    pub(crate) fn leaving(&self) -> &Leaving {
        &self.opened.leaving
    }

    /// Has every request carry these headers from now on, and none of those before.
    pub fn carry(&self, headers: Vec<(String, String)>) {
        *self.opened.carried.lock().unwrap_or_else(PoisonError::into_inner) = headers;
    }

    fn laden(&self, mut outgoing: Outgoing) -> Outgoing {
        let carried = self.opened.carried.lock().unwrap_or_else(PoisonError::into_inner);
        outgoing.headers.extend(carried.iter().cloned());
        outgoing
    }

    /// Says something to the place and hears the answer whole.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Incoming, KernelError> {
        let outgoing = self.laden(outgoing);
        self.opened.exchange(outgoing, attempt::Sink::Whole).await
    }

    /// Says something to the place and hands on what it answers while it comes, redacted. An
    /// answer that is no success comes back whole.
    pub async fn stream(
        &self,
        outgoing: Outgoing,
        mut hear: impl FnMut(&[u8]) + Send,
    ) -> Result<Incoming, KernelError> {
        self.opened.streams()?;
        let outgoing = self.laden(outgoing);
        self.opened.exchange(outgoing, attempt::Sink::Pieces(&mut hear)).await
    }
}

impl From<Method> for MethodName {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::Get,
            Method::Post => Self::Post,
            Method::Put => Self::Put,
            Method::Patch => Self::Patch,
            Method::Delete => Self::Delete,
        }
    }
}

impl From<MethodName> for Method {
    fn from(method: MethodName) -> Self {
        match method {
            MethodName::Get => Self::Get,
            MethodName::Post => Self::Post,
            MethodName::Put => Self::Put,
            MethodName::Patch => Self::Patch,
            MethodName::Delete => Self::Delete,
        }
    }
}
