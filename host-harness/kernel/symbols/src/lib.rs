//! The symbols of a repository, and a map of it that is ranked for a task.
//!
//! Sources are a stranger's and grammars are C, so nothing here parses in the process that
//! decides: [`serve`] runs in a child that has nothing but two pipes, and [`Reader`] asks it.
//! What comes back is taken apart as if it, too, were a stranger's.
//!
//! No file is opened here. Whoever maps a repository hands over paths, stamps and bytes.

#![forbid(unsafe_code)]

mod bytes;
pub mod cache;
mod declarator;
mod definitions;
mod grammar;
mod language;
pub mod map;
mod mapped;
mod occurrences;
mod parse;
mod pattern;
mod reader;
mod references;
mod serve;
mod skipped;
pub mod syntax;
mod tags;
mod text;
mod wire;

pub use language::Language;
pub use mapped::{Counts, Entry, Mapped, mapped};
pub use occurrences::{Found, Occurrence, Role};
pub use pattern::{Capture, Match, Matched, Metavariable, Shape, shape};
pub use reader::{Ends, Reader, Source};
pub use serve::serve;
pub use skipped::Skipped;
pub use tags::{Definition, Kind, Lines, Reference, Tags};
pub use wire::FILE_BYTES_MAX;
