//! YAML and JSON as trees of values that know where they stand.
//!
//! What a file says is told by reading it: keys may be written with escapes, and files in UTF-16.

#![forbid(unsafe_code)]

mod encoding;
mod node;
mod read;
mod word;

pub use encoding::text;
pub use node::{Entry, Node, Twice, Value};
pub use read::{Documents, parse};
pub use word::may_say;
