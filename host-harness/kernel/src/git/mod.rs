//! The git command, told to run nothing that the repository brings along.

mod command;
mod commit;
mod head;

pub use command::version;
pub use commit::{Commit, commit, create_branch};
pub use head::{Head, committed, enclosing, head, holds_more};
