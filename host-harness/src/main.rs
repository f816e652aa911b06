//! `code-assist`: runs the agent on a repository, and shows what it did.

use std::process::ExitCode;

use clap::Parser as _;
use host_harness::{cli::Cli, commands};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.json;
    match commands::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => problem.report(json),
    }
}
