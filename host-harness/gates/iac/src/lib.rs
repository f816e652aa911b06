//! The gate for infrastructure and configuration: Kubernetes, Helm values, Terraform and OpenTofu,
//! workflows and actions of GitHub.
//!
//! A file becomes a tree of values with places, the tree becomes the objects that rules judge,
//! and rules are data. Nothing in the tree under test has a say in which rules there are.

#![forbid(unsafe_code)]

mod check;
mod document;
mod judge;
mod kind;
mod rule;
mod scanner;
mod subject;
mod together;

pub use rule::{CaseFailure, RuleError, Rules};
pub use scanner::Files;
pub use together::Together;
