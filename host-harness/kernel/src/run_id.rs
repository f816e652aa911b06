//! Ids of runs: unique, and in the order of their start.

/// A new id.
pub fn new() -> String {
    format!("run-{}", uuid::Uuid::now_v7().simple())
}
