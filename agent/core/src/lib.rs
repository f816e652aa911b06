//! The agent's mind: pure functions over the host that it is given.

pub mod edit;
pub mod host;
