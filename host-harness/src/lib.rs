//! The command line of the reference Runner, and the one place where its parts are
//! put together. Nothing is decided and nothing is done here.

pub mod cli;
pub mod commands;
mod asked;
mod problem;
mod set_up;
mod terminal;

pub use problem::Problem;
