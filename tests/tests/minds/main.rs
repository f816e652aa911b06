//! The whole program with a model that answers from a script: from an instruction to a
//! change that holds, and every way not to come there.

#![cfg(target_os = "linux")]

#[path = "../../../host-harness/kernel/tests/common/github/mod.rs"]
mod github;

mod cost;
mod eventstream;
mod exercises;
mod faults;
mod plans;
mod planted;
mod scene;
mod script;
mod server;
mod spoken;
mod variants;
