//! Models, over real connections: what goes out, what is told while it comes, when a dead one
//! is given up, what a run may spend, and what recordings answer.

#[path = "../common/mod.rs"]
mod common;
mod support;

mod bedrock;
mod budgets;
mod carrying;
mod patience;
mod recordings;
mod streams;
