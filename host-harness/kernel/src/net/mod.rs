//! The ways out: to decision points, and to the places that bindings name. One address, one
//! exchange at a time, an end in time.

mod address;
mod aws;
mod binding;
mod breaker;
mod client;
mod credential;
mod failure;
mod fault;
mod frames;
mod meter;
mod names;
pub mod notify;
mod place;
mod proxy;
mod purse;
mod redact;
mod retry;
mod trust;
mod usage;

pub use binding::{Binding, Incoming, Keys, Method, Outgoing, Repeat};
pub use client::Client;
pub(crate) use client::plain_client;
pub use credential::{Carrier, Credential};
pub(crate) use fault::innermost;
pub use meter::{Usage, Used};
pub use names::{LookingUp, Names, SystemNames};
pub use purse::{Purse, Spent};
pub use retry::{Attempt, Outcome};
pub(crate) use trust::trusting;

/// How a decision point is reached, as the operator configures it.
pub struct Connection {
    /// Its address: `https`, or `http` on this very machine.
    pub url: String,
    /// How long an exchange may take, from the first byte to the last.
    pub timeout_ms: u64,
    /// The largest body that is taken.
    pub bytes_max: u64,
    /// What it knows the Runner by.
    pub credential: Option<Credential>,
    /// The authorities that are trusted, and no others; without it, those of this machine.
    pub ca_pem: Option<Vec<u8>>,
}
