//! The gate for README and code: what the documents of a repository say of it still holds.
//!
//! Links, paths, commands, flags, environment variables, versions and code blocks are taken from
//! the documents and looked up in the tree. What can't be told for certain is not told at all.

#![forbid(unsafe_code)]

mod document;
mod gate;
mod html;
mod look;
mod manifest;
mod markdown;
mod place;
mod repository;
mod shell;
mod source;

pub use finding::{Case, Catalogue, CatalogueError, Rule};
pub use gate::{Consistency, Options};
