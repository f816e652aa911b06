//! Decisions, and nothing but decisions: what a call is, what a grant allows,
//! what the rules say, and what a run's records add up to. Nothing here acts.

pub mod code;

pub mod agent_id;
pub mod answer;
pub mod blob;
pub mod call;
pub mod config;
pub mod context;
pub mod grant;
pub mod local;
pub mod point;

pub mod decide;
pub mod gates;
pub mod issue;
pub mod verdict;

pub use blob::Blob;
pub use call::Call;
pub use code::Code;
pub use config::Config;
pub use decide::{Decided, Permit, decide};
pub use grant::Grant;
