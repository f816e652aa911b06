use std::path::PathBuf;

use agent_contract::{RunResult, result::Outcome};
use kernel::{Itself, artifact};
use ledger::Store;
use runner::{
    Control, Events, Setup,
    approver::{Absent, Approvals, Approver},
};
use serde_json::json;

use crate::{
    Problem, asked,
    cli::RunArgs,
    commands::approval,
    set_up,
    terminal::{self, json::Lines, live::Live, person::Person, screen},
};

/// Runs the agent and shows what came of it.
pub(super) fn run(args: &RunArgs, json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    let config = set_up::rules(&args.rules)?;
    let request = asked::request(args)?;
    let agent = set_up::agent(args.component.as_deref(), args.component_sha256.as_deref())?;
    args.output.as_deref().map_or(Ok(()), artifact::prepare)?;
    let control = Control::default();
    terminal::on_signal(&control)?;
    let root = args.repo.clone().filter(|_| request.target.is_none()).unwrap_or_else(|| PathBuf::from("."));
    let store = set_up::store(state_dir)?;
    let (events, person): (Box<dyn Events>, Box<dyn Approver>) = match json {
        true => (Box::new(Lines), Box::new(Absent)),
        false => {
            let live = Live::new();
            let person = Person::new(live.bar());
            (Box::new(live), Box::new(person))
        }
    };
    let signed = args.approvals.iter().map(|file| approval::signed(file, &config));
    let approvals = Approvals { person, signed: signed.collect::<Result<_, _>>()? };
    let itself = Itself::found()?;
    let unsandboxed = args.unsandboxed;
    let setup =
        Setup { request, root, config, store: store.clone(), itself, control, approvals, unsandboxed };
    let ran = set_up::runtime()?.block_on(runner::run(&agent, setup, events));
    let result =
        ran.map_err(|error| Problem::from(error).reworded(|message| asked::in_flags(args, message)))?;
    let shown = show(args, &result, &store, json);
    write_output(args, &result)?;
    shown
}

fn show(args: &RunArgs, result: &RunResult, store: &Store, json: bool) -> Result<u8, Problem> {
    if result.outcome == Outcome::Invalid && !json {
        let reason = result.verdict.reasons.first();
        let message = reason.map(|reason| reason.message.clone()).unwrap_or_default();
        let problem = Problem::invalid(reason.map_or("request-invalid", |reason| &reason.code), message);
        return Err(problem.reworded(|message| asked::in_flags(args, message)));
    }
    if !json {
        screen::show(result, store);
    }
    Ok(result.exit_code)
}

fn write_output(args: &RunArgs, result: &RunResult) -> Result<(), Problem> {
    let Some(folder) = &args.output else { return Ok(()) };
    let text = format!("{:#}\n", json!(result));
    let files = [
        ("result.json", text.as_bytes()),
        ("change.diff", result.diff.as_bytes()),
        ("changelog.md", result.changelog.as_bytes()),
    ];
    Ok(artifact::write(folder, &files)?)
}
