//! The agreement between a caller, the agent and the Runner: the request, the
//! report, the result, and the words that they are made of. Types and their
//! parsers only; nothing here reads or writes anything.

mod closed;
mod limit;
mod pattern;

pub mod document;
pub mod fault;

pub mod address;
pub mod binding;
pub mod branch;
pub mod capability;
pub mod path;
pub mod target;

pub mod allowance;
pub mod budget;
pub mod check;
pub mod context;
pub mod edits;
pub mod gate;
pub mod lookup;
pub mod mode;
pub mod plan;
pub mod proposal;
pub mod protocol;
pub mod recipe;

pub mod description;
pub mod event;
pub mod operation;
pub mod refusal;
pub mod report;
pub mod request;
pub mod result;
pub mod rules;
pub mod schema;
pub mod trace;

pub use capability::CapabilityName;
pub use fault::Fault;
pub use mode::RunMode;
pub use path::RepoPath;
pub use refusal::{Failure, Refusal};
pub use report::Report;
pub use request::Request;
pub use result::RunResult;

/// The version of the contract that this crate speaks.
pub const VERSION: &str = "1.0";
