//! The adapters between what an agent invokes and what a binding speaks. One is real; the
//! others have their place here, and say that they are not there yet.

mod http;
mod model;
pub mod recorded;

use agent_contract::fault::shown;
use policy::{Code, config::TransportName};
use serde_json::Value;

use crate::{KernelError, net::Binding};

/// The action of a binding through which metadata is published.
pub const PUBLISH: &str = "publish";

/// Whether this Kernel speaks a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Real,
    /// It does not, for this reason.
    Unavailable(&'static str),
}

/// Every protocol with its name and where it stands.
pub const TABLE: &[(TransportName, &str, Standing)] = &[
    (TransportName::Http, "http", Standing::Real),
    (TransportName::Anp, "anp", Standing::Unavailable("its adapter is its own work")),
    (TransportName::Acp, "acp", Standing::Unavailable("its adapter is its own work")),
    (
        TransportName::AgentClientProtocol,
        "agent_client_protocol",
        Standing::Unavailable("its adapter is its own work"),
    ),
    (TransportName::A2a, "a2a", Standing::Unavailable("its adapter is its own work")),
    (TransportName::Mcp, "mcp", Standing::Unavailable("its adapter is its own work")),
    (TransportName::Grpc, "grpc", Standing::Unavailable("it needs HTTP/2, which is not spoken")),
    (TransportName::Websocket, "websocket", Standing::Unavailable("no connection outlives a call")),
    (TransportName::Stdio, "stdio", Standing::Unavailable("no process is started for a binding")),
];

/// Invokes an action of a binding with a JSON document, and gives back what it answers as
/// one: `{ "status": 200, "content_type": "application/json", "body": ... }`.
pub async fn invoke(binding: &Binding, action: &str, input: &str) -> Result<Value, KernelError> {
    converse(binding, action, input, &mut |_| {}).await
}

/// The same, handing on what a model says to the person while it comes.
pub async fn converse(
    binding: &Binding,
    action: &str,
    input: &str,
    hear: &mut (dyn FnMut(&str) + Send),
) -> Result<Value, KernelError> {
    spoken(binding)?;
    match binding.model() {
        Some(place) => model::invoke(binding, place, action, input, hear).await,
        None => http::invoke(binding, action, input).await,
    }
}

/// Publishes a JSON document through the action `publish` of a binding.
pub async fn publish_metadata(binding: &Binding, metadata: &str) -> Result<Value, KernelError> {
    spoken(binding)?;
    http::publish(binding, metadata).await
}

/// Whether a binding's protocol is spoken here.
fn spoken(binding: &Binding) -> Result<(), KernelError> {
    let found = TABLE.iter().find(|(name, ..)| *name == binding.protocol());
    match found {
        Some((_, _, Standing::Real)) => Ok(()),
        Some((_, name, Standing::Unavailable(why))) => {
            let message = format!(
                "binding `{}`: this Kernel does not speak `{name}`: {why}\nhint: `http` is spoken",
                shown(binding.name())
            );
            Err(KernelError::new(Code::TransportUnavailable, message))
        }
        None => {
            let message = format!("binding `{}`: its protocol has no adapter", shown(binding.name()));
            Err(KernelError::new(Code::TransportUnavailable, message))
        }
    }
}
