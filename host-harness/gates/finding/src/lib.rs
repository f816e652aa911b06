//! What gates find, and how they are asked: one form for every scanner, ours or another's.
//!
//! Scanners are pure. What they look into is handed to them; who hands it over has read it
//! through the Kernel, counts what was scanned and skipped, and plants the canary.

#![forbid(unsafe_code)]

mod below;
mod catalogue;
mod found;
mod reason;
pub mod report;
pub mod sarif;
mod scanner;
mod tree;

pub use agent_contract::{
    RepoPath,
    gate::{Finding, Location, Severity, Source, Standing},
};
pub use below::path_below;
pub use catalogue::{Case, Catalogue, CatalogueError, Rule, placed};
pub use found::{Found, Span, findings};
pub use reason::{message_fault, too_large};
pub use scanner::{Canary, FileScanner, Hand, Look, Survey, TreeScanner};
pub use tree::{Held, Tree};
