//! The command line of the reference Runner, and the one place where its parts are
//! put together. Nothing is decided and nothing is done here.

mod cli;

mod asked;
mod commands;
mod problem;
mod set_up;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use problem::Problem;

/// The whole program.
pub fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let json = cli.json;
    match commands::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => problem.report(json),
    }
}
