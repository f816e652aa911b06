//! The ledger: what happened, in an order that can't be changed afterwards
//! without being noticed. It writes its own store and nothing else.
//!
//! A store is a folder. `ledger.db` holds the records of all runs, what they name by its
//! hash, and the log of the store: one record for the start and one for the end of each run.
//! Records form a chain and a Merkle tree for each run; the log forms another over all runs.

mod canonical;
mod chain;
mod db;
mod diff;
mod error;
mod export;
mod key;
mod log;
mod note;
mod proof;
mod reader;
mod remembered;
mod retention;
mod rows;
mod seal;
mod statement;
mod store;
mod trace;
mod tree;
mod verify;
mod witness;

pub use agent_contract::trace::{Kind, Record};
pub use diff::{Difference, diff};
pub use error::LedgerError;
pub use export::{Export, import, open as open_export, verify_export};
pub use key::{Key, PublicKey, Signer};
pub use note::{Opened, Trust};
pub use proof::{Bare, Growth, Proof};
pub use reader::Reader;
pub use retention::{Pruned, Retention, hold, prune, redact};
pub use seal::Seal;
pub use statement::Statement;
pub use store::Store;
pub use trace::{Entry, Redact, Trace};
pub use verify::{Fault, LeftOpen, Signatures, Status, Verification, verify, verify_all};
pub use witness::{CosignRequest, anchored, cosigned};
