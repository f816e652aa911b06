//! The ledger: what happened, in an order that can't be changed afterwards
//! without being noticed. It writes its own store and nothing else.
//!
//! A store is a folder: `runs/<run>/trace.jsonl` holds a run's records,
//! `runs/<run>/payloads/<sha256>` what they refer to, `index.jsonl` one record for
//! the start and one for the end of each run.

mod canonical;
mod chain;
mod error;
mod index;
mod record;
mod store;
mod trace;
mod verify;

pub use error::LedgerError;
pub use record::{Kind, Record};
pub use store::Store;
pub use trace::{Entry, Redact, Trace};
pub use verify::{Status, Verification, read_records, verify};
