//! What the ledger promises to whoever verifies it.

mod damage;
mod exports;
mod forged;
mod kept;
mod log;
mod place;
mod proofs;
mod records;
mod together;
