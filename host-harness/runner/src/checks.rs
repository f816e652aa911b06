//! The checks of a run, run when the agent asks.

use std::{path::Path, time::Duration};

use agent_contract::{
    check::{CheckCommand, CheckOutcome, CheckResult},
    event::EventName,
};
use kernel::{
    Itself, KernelError, Workspace,
    process::{self, Cancel, Command, Ended, Limits, Place, Sandbox, wasi},
    workspace::{Staged, materialise::Materialised},
};
use policy::{
    Code, Permit,
    call::RunChecksCall,
    config::{ChecksConfig, SandboxConfig},
};
use serde_json::json;

use crate::{
    done::Done,
    holding::{self, Holding},
    outside::Outside,
    state::Run,
};

/// Runs checks on the workspace: in a sandbox over the checkout, as a component, or, where
/// the developer wants it, on a copy.
pub(crate) async fn run(
    outside: &mut Outside,
    permit: Permit<RunChecksCall>,
    cancel: Cancel,
) -> Result<Done<Vec<CheckResult>>, KernelError> {
    let commands = permit.into_call().commands;
    let places = Places::ready(outside, &commands)?;
    let (runnable, unheld): (Vec<_>, Vec<_>) =
        commands.iter().cloned().partition(|command| places.can_hold(command));
    let processes = runnable.iter().map(|command| places.prepare(command, outside));
    let processes = processes.collect::<Result<Vec<_>, _>>()?;
    let (at_once, itself) = (outside.checks_config.at_once, outside.itself.clone());
    // The places go where the checks run: they outlast a call that nobody waits for any more.
    let run = move || {
        let ended = process::run_all(processes, at_once, &itself, &cancel);
        drop(places);
        ended
    };
    let ran = tokio::task::spawn_blocking(run).await;
    let ended =
        ran.map_err(|error| KernelError::new(Code::KernelFailed, format!("the checks broke off: {error}")))?;
    let ran = runnable.into_iter().zip(ended).map(|(command, ended)| result(command, ended));
    let unrun = unheld.into_iter().map(|command| unrun(command, &outside.holding));
    let mut results = in_order(&commands, ran.chain(unrun).collect());
    results
        .iter_mut()
        .for_each(|result| result.output = outside.secrets.clean_text(std::mem::take(&mut result.output)));
    for result in &results {
        outside.results.checks.insert(result.name.clone(), result.clone());
    }
    let size = results.iter().map(|result| result.output.len() + 200).sum();
    let record = json!({ "checks": results });
    Ok(Done::new(results, record).with_bytes(size))
}

/// Tells of finished checks.
pub(crate) fn tell(run: &mut Run, results: &[CheckResult]) {
    for result in results {
        run.events.emit(EventName::CheckFinished, || json!({ "check": result }));
    }
}

/// The workspace in the forms that the checks of a batch need, gone when it is dropped.
struct Places {
    /// Whether anything may hold a program: a copy that a component needs is no leave to
    /// run a program in it.
    holds_programs: bool,
    staged: Option<Staged>,
    copy: Option<Materialised>,
}

impl Places {
    fn ready(outside: &Outside, commands: &[CheckCommand]) -> Result<Self, KernelError> {
        let components = commands.iter().any(|command| wasi::is_component(&command.argv));
        let programs = commands.iter().any(|command| !wasi::is_component(&command.argv));
        let (workspace, within): (&Workspace, &Path) = (&outside.workspace, &outside.copies);
        let staged = programs && matches!(outside.holding, Holding::Sandbox(..));
        let copied = components || programs && matches!(outside.holding, Holding::Unsandboxed);
        Ok(Self {
            holds_programs: matches!(outside.holding, Holding::Sandbox(..) | Holding::Unsandboxed),
            staged: staged.then(|| workspace.stage(within)).transpose()?,
            copy: copied.then(|| workspace.materialise(within)).transpose()?,
        })
    }

    fn can_hold(&self, command: &CheckCommand) -> bool {
        match wasi::is_component(&command.argv) {
            true => self.copy.is_some(),
            false => self.holds_programs,
        }
    }

    fn prepare(&self, check: &CheckCommand, outside: &Outside) -> Result<Command, KernelError> {
        let (checks, sandbox) = (&outside.checks_config, &outside.sandbox_config);
        let component = wasi::is_component(&check.argv);
        let place = match (&self.staged, &outside.holding, &self.copy) {
            (Some(staged), Holding::Sandbox(backend, _), _) if !component => {
                Place::Sandboxed(Sandbox::new(staged, sandbox, *backend)?)
            }
            (_, Holding::Unsandboxed, Some(copy)) => Place::Bare(copy.folder()),
            (_, _, Some(copy)) if component => Place::Bare(copy.folder()),
            _ => return Err(KernelError::new(Code::SandboxUnavailable, "nothing holds the check")),
        };
        let command = plain(check, place, checks, sandbox);
        Ok(match &self.copy {
            Some(copy) if component => as_component(command, copy, sandbox, &outside.itself),
            _ => command,
        })
    }
}

fn as_component(command: Command, copy: &Materialised, sandbox: &SandboxConfig, itself: &Itself) -> Command {
    wasi::command(command, copy.folder(), sandbox.memory_bytes, itself)
}

fn plain(check: &CheckCommand, place: Place, checks: &ChecksConfig, sandbox: &SandboxConfig) -> Command {
    let seconds = check.timeout_seconds.unwrap_or(checks.seconds);
    let extra: Vec<_> = checks.environment.iter().map(String::as_str).collect();
    Command {
        argv: check.argv.clone(),
        place,
        environment: process::allowed_environment(&extra),
        limits: Limits {
            wall: Duration::from_secs(seconds),
            output_bytes: checks.output_bytes,
            output_bytes_max: sandbox.output_bytes_max,
        },
    }
}

/// What ran and what did not, in the order in which it was asked for.
fn in_order(commands: &[CheckCommand], mut results: Vec<CheckResult>) -> Vec<CheckResult> {
    let place = |name: &str| commands.iter().position(|command| command.name == name);
    results.sort_by_key(|result| place(&result.name));
    results
}

fn result(command: CheckCommand, ended: Ended) -> CheckResult {
    let sandbox = match wasi::is_component(&command.argv) {
        true => wasi::parts(ended.sandbox),
        false => ended.sandbox,
    };
    CheckResult {
        name: command.name,
        argv: command.argv,
        outcome: ended.outcome,
        exit_code: ended.exit_code,
        signal: ended.signal,
        duration_ms: u64::try_from(ended.duration.as_millis()).unwrap_or(u64::MAX),
        output: ended.output,
        output_bytes_dropped: ended.output_bytes_dropped,
        sandbox,
    }
}

/// A check that nothing on this machine can hold is not run.
fn unrun(command: CheckCommand, holding: &Holding) -> CheckResult {
    let output = match holding {
        Holding::Unavailable(probe) => holding::unheld(probe),
        _ => "sandbox-unavailable: nothing holds the check".to_owned(),
    };
    CheckResult {
        name: command.name,
        argv: command.argv,
        outcome: CheckOutcome::Unavailable,
        exit_code: None,
        signal: None,
        duration_ms: 0,
        output,
        output_bytes_dropped: 0,
        sandbox: Vec::new(),
    }
}
