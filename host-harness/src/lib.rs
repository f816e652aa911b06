//! The command line of the reference Runner, and the one place where its parts are
//! put together. Nothing is decided and nothing is done here.

mod cli;

mod asked;
mod commands;
mod problem;
mod set_up;
mod terminal;

use std::process::ExitCode;

use clap::{Parser as _, error::ErrorKind};

use problem::Problem;

/// The whole program.
pub fn main() -> ExitCode {
    terminal::outlive_full_disks();
    let code = match cli::Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(told) if !told.use_stderr() => {
            terminal::out::print(format_args!("{}", told.render().ansi()));
            ExitCode::SUCCESS
        }
        Err(help) if help.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            anstream::eprint!("{}", help.render().ansi());
            ExitCode::from(2)
        }
        Err(error) => Problem::usage(&error).report(std::env::args().any(|word| word == "--json")),
    };
    match terminal::out::lost() {
        None => code,
        Some(error) => Problem::output_lost(&error).report(false),
    }
}

fn run(cli: cli::Cli) -> ExitCode {
    let json = cli.json;
    match commands::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => problem.report(json),
    }
}
