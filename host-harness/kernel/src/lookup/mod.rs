//! Looking into the code of a workspace. Sources are a stranger's and grammars are C, so
//! that they meet in a process of their own, which can do nothing but read and write its
//! two pipes.

mod child;
mod confined;
mod files;
mod find;
mod map;
mod symbols;

use std::path::PathBuf;

use agent_contract::RepoPath;

pub use child::{scanners, serve, serve_confined};

use crate::Itself;

/// What may be looked into.
pub struct Looks<'a> {
    /// Of the files, by their paths.
    pub path: &'a dyn Fn(&RepoPath) -> bool,
    /// Of the files, by what they hold.
    pub content: &'a dyn Fn(&[u8]) -> bool,
}

/// Looks into the code of one repository.
#[derive(Debug, Clone)]
pub struct Lookup {
    itself: Itself,
    /// Where what was read is kept, by content.
    cache: PathBuf,
}

impl Lookup {
    /// A look by means of this program; what it reads is kept in a folder of the state
    /// directory, in a file for the repository.
    pub fn new(itself: Itself, folder: PathBuf, root: &std::path::Path) -> Self {
        let name = policy::blob::sha256(root.as_os_str().as_encoded_bytes());
        Self { itself, cache: folder.join(format!("{}.symbols", &name[..32])) }
    }
}
