//! Artifacts: what a run leaves behind for others. Files go into a folder that the caller
//! names; what a trace points at goes into a store, under the name of its content.

mod bucket;
mod digest;
mod folder;
mod output;
mod store;
mod wire;

pub use digest::{Artifact, Digest};
pub use output::{create_secret, fill, prepare, replace, write};
pub use store::{Artifacts, Kept, Keys, Place};
