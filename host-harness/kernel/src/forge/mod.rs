//! Forges: where repositories, issues and pull requests live. There is no function that
//! merges, none that moves a branch by force, and none that writes to the base branch.

mod context;
mod folder;
pub mod github;
mod listing;
mod object;

pub use context::{Author, Comment, FileNote, Source, TaskContext, Text, Trust};
pub use folder::{Hydrated, Link, LinkFate};
pub use listing::{Entry, EntryKind, Listing};
pub use object::ObjectId;
