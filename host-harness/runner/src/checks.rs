//! The checks of a run, run when the agent asks.

use std::{collections::BTreeMap, path::Path, time::Duration};

use agent_contract::{
    check::{CheckCommand, CheckOutcome, CheckResult},
    event::EventName,
};
use kernel::{
    Itself, KernelError, Workspace,
    process::{self, Cancel, Command, Ended, Limits, Place, Sandbox, wasi},
    workspace::{
        Staged,
        fixes::{Before, Wrote},
        materialise::Materialised,
    },
};
use policy::{
    Code, Permit,
    call::RunChecksCall,
    config::{ChecksConfig, SandboxConfig},
};
use serde_json::json;

use crate::{
    done::Done,
    fixing,
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
    let names: Vec<_> = runnable.iter().map(|command| command.name.clone()).collect();
    // The places go where the checks run: they outlast a call that nobody waits for any more.
    let run = move || {
        let mut ended = process::run_all(processes, at_once, &itself, &cancel);
        names.iter().zip(&mut ended).for_each(|(name, ended)| places.note(name, ended));
        drop(places);
        ended
    };
    let ran = tokio::task::spawn_blocking(run).await;
    let ended =
        ran.map_err(|error| KernelError::new(Code::KernelFailed, format!("the checks broke off: {error}")))?;
    let ran: Vec<_> = runnable
        .into_iter()
        .zip(ended)
        .map(|(command, ended)| handed_over(outside, command, ended))
        .collect();
    let unrun = unheld.into_iter().map(|command| unrun(command, &outside.holding));
    let mut results = in_order(&commands, ran.into_iter().chain(unrun).collect());
    results
        .iter_mut()
        .for_each(|result| result.output = outside.secrets.clean_text(std::mem::take(&mut result.output)));
    // What a check changed is the agent's to write; the record of that holds it.
    let told: Vec<_> = results.iter().map(CheckResult::without_contents).collect();
    let record = json!({ "checks": told });
    outside.results.checks.extend(told.into_iter().map(|result| (result.name.clone(), result)));
    let size = results.iter().map(size).sum();
    Ok(Done::new(results, record).with_bytes(size))
}

/// Tells of finished checks.
pub(crate) fn tell(run: &mut Run, results: &[CheckResult]) {
    for result in results {
        run.events.emit(EventName::CheckFinished, || json!({ "check": result.without_contents() }));
    }
}

/// What crosses with a result.
fn size(result: &CheckResult) -> usize {
    result.output.len() + 200 + fixing::size(result.fixed.as_deref().unwrap_or_default())
}

/// The workspace in the forms that the checks of a batch need, gone when it is dropped.
struct Places {
    /// Whether anything may hold a program: a copy that a component needs is no leave to
    /// run a program in it.
    holds_programs: bool,
    staged: Option<Staged>,
    copy: Option<Materialised>,
    /// A copy for each check that fixes where no sandbox keeps apart what it writes, and how
    /// that was before.
    own: BTreeMap<String, (Before, Materialised)>,
}

impl Places {
    fn ready(outside: &Outside, commands: &[CheckCommand]) -> Result<Self, KernelError> {
        let components = commands.iter().any(|command| wasi::is_component(&command.argv));
        let programs = commands.iter().any(|command| !wasi::is_component(&command.argv));
        let (workspace, within): (&Workspace, &Path) = (&outside.workspace, &outside.copies);
        let staged = programs && matches!(outside.holding, Holding::Sandbox(..));
        let copied = components || programs && matches!(outside.holding, Holding::Unsandboxed);
        let unsandboxed = matches!(outside.holding, Holding::Unsandboxed);
        let alone = commands.iter().filter(|command| unsandboxed && fixes_alone(command));
        let own = alone.map(|command| Ok((command.name.clone(), copied_alone(workspace, within)?)));
        Ok(Self {
            own: own.collect::<Result<_, KernelError>>()?,
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

    /// Looks at what a check wrote to a copy of its own, where it ended by itself.
    fn note(&self, name: &str, ended: &mut Ended) {
        let whole = matches!(ended.outcome, CheckOutcome::Passed | CheckOutcome::Failed)
            && ended.exit_code.is_some()
            && ended.exceeded.is_none();
        if let Some((before, _)) = self.own.get(name).filter(|_| whole) {
            ended.wrote = Some(before.wrote());
        }
    }

    fn prepare(&self, check: &CheckCommand, outside: &Outside) -> Result<Command, KernelError> {
        let (checks, sandbox) = (&outside.checks_config, &outside.sandbox_config);
        let component = wasi::is_component(&check.argv);
        let place = match (&self.staged, &outside.holding, &self.copy) {
            (Some(staged), Holding::Sandbox(backend, _), _) if !component => {
                let held = Sandbox::new(staged, sandbox, *backend)?;
                Place::Sandboxed(if check.fixes { held.noting()? } else { held })
            }
            (_, Holding::Unsandboxed, Some(copy)) => Place::Bare(match self.own.get(&check.name) {
                Some((_, own)) => own.folder(),
                None => copy.folder(),
            }),
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

/// Whether a check is a program that fixes. A component can't write to the workspace.
fn fixes_alone(check: &CheckCommand) -> bool {
    check.fixes && !wasi::is_component(&check.argv)
}

fn copied_alone(workspace: &Workspace, within: &Path) -> Result<(Before, Materialised), KernelError> {
    let copy = workspace.materialise(within)?;
    Ok((workspace.before(&copy.folder())?, copy))
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

/// The result of a check, with what it fixed.
fn handed_over(outside: &mut Outside, command: CheckCommand, mut ended: Ended) -> CheckResult {
    let component = wasi::is_component(&command.argv);
    let nothing = command.fixes && component && ended.exit_code.is_some();
    let wrote = ended.wrote.take().or_else(|| nothing.then(|| Wrote::Noted(Vec::new())));
    let fixes = command.fixes;
    let mut result = result(command, ended);
    if let Some(wrote) = wrote.filter(|_| fixes) {
        fixing::hand_over(outside, &mut result, wrote);
    }
    result
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
        fixed: None,
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
        fixed: None,
    }
}
