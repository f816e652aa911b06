//! The gate for container files: Dockerfiles and compose files.
//!
//! A file is read into instructions or services, these become items with fields, and rules,
//! which are data, judge the items. Nothing in the tree under test has a say in which rules there are.

#![forbid(unsafe_code)]

mod compose;
mod dockerfile;
mod image;
mod judge;
mod kind;
mod place;
mod rule;
mod scanner;
mod secret;
mod shell;
mod subject;

pub use rule::{CaseFailure, RuleError, Rules};
pub use scanner::Files;
