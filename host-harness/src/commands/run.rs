use std::path::{Path, PathBuf};

use agent_contract::{Request, RunResult, result::Outcome};
use kernel::{Itself, artifact};
use ledger::Store;
use policy::Config;
use runner::{
    Control, Earlier, Events, Setup,
    approver::{Absent, Approvals, Approver},
};
use serde_json::json;

use crate::{
    Problem, asked,
    cli::{Manner, RunArgs, TaskArgs},
    commands::approval,
    set_up,
    terminal::{self, json::Lines, live::Live, person::Person, screen, style},
};

/// Runs the agent and shows what came of it.
pub(super) fn run(args: &RunArgs, json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    let config = set_up::manner(&args.manner)?;
    let request = asked::of_run(args)?;
    args.output.as_deref().map_or(Ok(()), artifact::prepare)?;
    let store = set_up::store(state_dir, &config)?;
    let root = args.task.repo.clone();
    let ran = perform(Doing { request, root, config, earlier: None }, &args.manner, &store, json);
    let result = ran.map_err(|problem| problem.reworded(|message| asked::in_flags(&args.task, message)))?;
    let shown = show(Some(&args.task), &result, &store, json);
    write_output(args.output.as_deref(), &result, &store)?;
    shown
}

/// What is run.
pub(super) struct Doing {
    pub request: Request,
    /// The folder, where the request names none.
    pub root: Option<PathBuf>,
    pub config: Config,
    /// The run that is gone on with.
    pub earlier: Option<Earlier>,
}

/// Runs the agent on a request.
pub(super) fn perform(
    doing: Doing,
    manner: &Manner,
    store: &Store,
    json: bool,
) -> Result<RunResult, Problem> {
    let Doing { request, root, config, earlier } = doing;
    let agent = set_up::agent(manner.component.as_deref(), manner.component_sha256.as_deref())?;
    let control = Control::default();
    terminal::on_signal(&control)?;
    let root = root.filter(|_| request.target.is_none()).unwrap_or_else(|| PathBuf::from("."));
    let (events, person): (Box<dyn Events>, Box<dyn Approver>) = match json {
        true => (Box::new(Lines), Box::new(Absent)),
        false => {
            let live = Live::new();
            let person = Person::new(live.bar());
            (Box::new(live), Box::new(person))
        }
    };
    let signed = manner.approvals.iter().map(|file| approval::signed(file, &config));
    let approvals = Approvals { person, signed: signed.collect::<Result<_, _>>()? };
    let itself = Itself::found()?;
    let unsandboxed = manner.unsandboxed;
    let (store, trace_context) = (store.clone(), kernel::place::trace_context());
    let (told, kept) = (config.clone(), store.clone());
    let setup = Setup {
        request,
        root,
        config,
        store,
        itself,
        control,
        approvals,
        unsandboxed,
        earlier,
        trace_context,
    };
    let runtime = set_up::runtime()?;
    let result = runtime.block_on(runner::run(&agent, setup, events))?;
    for line in runtime.block_on(runner::telling::after(&told, &kept, &result.run_id)) {
        anstream::eprintln!("{}warning{}: {}", style::NOTE, style::RESET, terminal::line(&line));
    }
    Ok(result)
}

/// Shows what came of a run and gives the exit code.
pub(super) fn show(
    args: Option<&TaskArgs>,
    result: &RunResult,
    store: &Store,
    json: bool,
) -> Result<u8, Problem> {
    if result.outcome == Outcome::Invalid && !json {
        let reason = result.verdict.reasons.first();
        let message = reason.map(|reason| reason.message.clone()).unwrap_or_default();
        let problem = Problem::invalid(reason.map_or("request-invalid", |reason| &reason.code), message);
        return Err(match args {
            Some(args) => problem.reworded(|message| asked::in_flags(args, message)),
            None => problem,
        });
    }
    if !json {
        screen::show(result, store);
    }
    Ok(result.exit_code)
}

/// Writes the result into a folder, where one was named.
pub(super) fn write_output(folder: Option<&Path>, result: &RunResult, store: &Store) -> Result<(), Problem> {
    let Some(folder) = folder else { return Ok(()) };
    let text = format!("{:#}\n", json!(result));
    let plan = result.plan.as_ref().map(|plan| (format!("{:#}\n", json!(plan)), plan.markdown()));
    let mut files = vec![("result.json", text.as_bytes())];
    let mut kept = Vec::new();
    match &plan {
        Some((document, markdown)) => {
            files.extend([("plan.json", document.as_bytes()), ("plan.md", markdown.as_bytes())]);
        }
        None => {
            for artifact in &result.artifacts {
                kept.push((artifact.name.as_str(), store.payload(&result.run_id, &artifact.sha256)?));
            }
        }
    }
    files.extend(kept.iter().filter_map(|(name, bytes)| Some((*name, bytes.as_deref()?))));
    Ok(artifact::write(folder, &files)?)
}
