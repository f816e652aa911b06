//! The git command, told to run nothing that the repository brings along.
//!
//! No command of ours ever opens the user's repository as one: each works in a private
//! repository of ours that borrows the objects of the other. No key of the user's
//! configuration, no hook and no attribute with a command exists there.

mod branch;
mod command;
mod commit;
mod faithful;
mod head;
mod history;
mod input;
mod install;
mod message;
mod objects;
mod outgoing;
mod own;
mod program;
mod push;
mod refs;
mod remote;
mod repository;
mod signing;
mod since;
mod sound;
mod staged;
mod worktree;

pub use branch::{Branched, NewBranch, create_branch, made_before};
pub use command::version;
pub use commit::{Commit, NewCommit, commit};
pub use faithful::{FileChange, FileVersion};
pub use head::{Head, committed, enclosing, head, submodule};
pub use history::{Blob, History};
pub use message::Trailers;
pub(crate) use message::{lasting, operation};
pub use push::{Push, Pushed, push};
pub use remote::refuse_unready;
pub use since::Since;
pub use staged::Staged;
pub use worktree::{holds_more, ignored, tracked, tracked_though_ignored};
