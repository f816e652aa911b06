//! The dependencies gate: what a tree is built from, against what is known of it.
//!
//! Versions are ordered as their ecosystem orders them; advisories are read once and kept in
//! a file of our own that opens without being parsed; the gate puts both together.

#![forbid(unsafe_code)]

pub mod advisory;
pub mod data;
pub mod gate;
mod name;
pub mod version;
pub mod vex;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
