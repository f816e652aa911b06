//! What a check that fixes made of the workspace. Whoever can look into the tree that it
//! wrote to, looks before (`before`) and after, and notes what differs; inside a sandbox that
//! is its first process, once nothing else lives there. The Runner makes of the notes what
//! the agent can write itself (`offer`).
//!
//! Nothing here follows a link or waits for a pipe: the tree is a stranger's.

mod before;
mod look;
mod offer;
#[cfg(test)]
mod tests;
mod tree;

use agent_contract::{RepoPath, operation::FileMode};
use serde::{Deserialize, Serialize};

pub use before::Before;
pub use offer::{Fixes, Refuse, Terms};
#[cfg(target_os = "linux")]
pub(crate) use tree::Upper;
pub(crate) use tree::{Kind, Tree};

/// What came of looking at what a check wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrote {
    /// This differs.
    Noted(Vec<Note>),
    /// More than is handed over. In words.
    TooMuch(String),
    /// It could not be looked at. Why.
    Unseen(String),
}

/// A place that is not as it was before the check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// A file with this content stands there.
    File {
        /// Where.
        path: RepoPath,
        /// Its content.
        base64: String,
        /// Its mode.
        mode: FileMode,
    },
    /// Nothing stands there any more, nor beneath it.
    Gone {
        /// Where.
        path: RepoPath,
    },
    /// A folder stands there, and of what was there before only what else is noted.
    Renewed {
        /// Where.
        path: RepoPath,
    },
    /// What stood there in a renewed folder still does, or is git's to ignore.
    Stays {
        /// Where.
        path: RepoPath,
    },
    /// What stands there can't be handed over.
    Passed {
        /// Where; anything that a name can hold.
        path: String,
        /// Why.
        why: Why,
    },
}

/// Why something can't be handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is a symbolic link.
    Link,
    /// It is a pipe, a socket or a device.
    Special,
    /// Its name is none that a path can have.
    Name,
    /// It can't be read.
    Unreadable,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Link => "it is a symbolic link",
            Self::Special => "it is a pipe, a socket or a device",
            Self::Name => "its name is none that a path can have",
            Self::Unreadable => "it can't be read",
        })
    }
}
