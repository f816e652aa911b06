//! Decisions, and nothing but decisions: what a call is, what a grant allows,
//! what the rules say, and what a run's records add up to. Nothing here acts.

pub mod code;

pub mod agent_id;
pub mod answer;
pub mod approval;
pub mod blob;
pub mod call;
pub mod config;
pub mod context;
pub mod date;
pub mod dsse;
pub mod grant;
pub mod local;
pub mod point;
pub mod recorded;

pub mod decide;
pub mod decision;
pub mod gates;
pub mod issue;
mod narrow;
pub mod verdict;
pub mod waiver;

pub use answer::{Answer, Objection, Word};
pub use blob::Blob;
pub use call::Call;
pub use code::Code;
pub use config::Config;
pub use decide::{Asked, Decided, Permit, decide};
pub use decision::Decision;
pub use grant::Grant;
