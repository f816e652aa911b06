//! Static analysis by syntax: rules as data, matched against the trees of sources.
//!
//! Grammars are C and sources are a stranger's, so [`serve`] runs in a child that has
//! nothing but two pipes, and a [`Client`] asks it. What comes back is taken apart as if it,
//! too, were a stranger's. A [`Scanner`] does the same in one process, for tests.

#![forbid(unsafe_code)]

mod check;
mod engine;
mod facts;
mod files;
mod ready;
mod report;
mod rules;
mod scanner;
mod shape;
mod sight;
mod talk;

pub use check::{CaseFault, check};
pub use ready::prepare;
pub use rules::{RuleFault, RuleFile, Rules};
pub use scanner::Scanner;
pub use talk::{Client, Ends, serve};
