//! The two ends of the pipes between whoever scans and the child that reads sources.

mod client;
mod serve;
mod wire;

pub use client::{Client, Ends};
pub use serve::serve;
