//! The agent as a component, built with this crate.

/// The component.
pub const COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/agent.wasm"));

/// SHA-256 of the component, in hexadecimal.
pub const DIGEST: &str = env!("AGENT_DIGEST");
