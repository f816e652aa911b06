//! The git command and the repositories that it is let near.

#![cfg(unix)]

mod changes;
#[path = "../common/mod.rs"]
mod common;
mod hostile;
mod objects;
mod operations;
mod pushes;
mod shapes;
mod signatures;
mod transports;
mod trapped_remotes;
mod traps;
mod world;
