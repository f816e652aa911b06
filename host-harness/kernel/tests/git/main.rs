//! The git command and the repositories that it is let near.

mod changes;
mod hostile;
mod operations;
mod pushes;
mod shapes;
mod signatures;
mod trapped_remotes;
mod traps;
mod world;

#[cfg(target_os = "linux")]
mod transports;
