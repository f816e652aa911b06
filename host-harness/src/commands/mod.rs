//! The commands, one room each.

mod advisories;
mod approval;
mod audit;
mod demo;
mod deploy;
mod describe;
mod doctor;
mod plan;
mod policy;
mod recipes;
mod resume;
mod revoke;
mod run;
mod scan;
mod schema;
mod validate;
mod waiver;
mod wasi;

use clap::CommandFactory as _;

use crate::{
    Problem,
    cli::{Cli, Command},
    terminal::out,
};

/// Runs a command and gives the exit code.
pub fn run(cli: Cli) -> Result<u8, Problem> {
    let (json, state_dir) = (cli.json, cli.state_dir);
    match cli.command {
        Command::Demo => demo::run(json, state_dir),
        Command::Run(args) => run::run(&args, json, state_dir),
        Command::Plan(args) => plan::run(&args, json, state_dir),
        Command::Scan(args) => scan::run(&args, json, state_dir),
        Command::Waiver(command) => waiver::run(command),
        Command::Advisories(command) => advisories::run(command, json, state_dir),
        Command::Recipes { name } => recipes::run(name.as_deref(), json),
        Command::Resume(args) => resume::run(&args, json, state_dir),
        Command::Describe(args) => describe::run(&args, json),
        Command::Validate(args) => validate::run(&args, json),
        Command::Schema(args) => schema::run(&args),
        Command::Audit(args) => audit::run(args, json, state_dir),
        Command::Policy { command } => policy::run(command, json, state_dir),
        Command::Approval { command } => approval::run(command, json),
        Command::Revoke { run, capability } => revoke::run(&run, capability.as_deref(), json, state_dir),
        Command::Deploy { target, config, repo } => {
            deploy::run(&target, &config, repo.as_deref(), json, state_dir)
        }
        Command::Doctor { config } => doctor::run(json, state_dir, config.as_deref()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "code-assist", &mut script);
            out::print(format_args!("{}", String::from_utf8_lossy(&script)));
            Ok(0)
        }
        Command::Place { journal } => Ok(u8::from(kernel::publish::perform_for_parent(&journal).is_err())),
        Command::Hold { argv } => Ok(u8::from(!kernel::process::hold(&argv))),
        Command::ReadSources => Ok(u8::from(kernel::lookup::serve().is_err())),
        Command::ScanSources => {
            gates::prepare_sources();
            let served = kernel::lookup::serve_confined(|input, output| gates::serve_sources(input, output));
            Ok(u8::from(served.is_err()))
        }
        Command::Wasi { memory_bytes, folder, argv } => Ok(wasi::run(&folder, &argv, memory_bytes)),
    }
}
