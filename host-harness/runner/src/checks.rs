//! The checks of a run, run when the agent asks.

use std::{path::PathBuf, time::Duration};

use agent_contract::{
    check::{CheckCommand, CheckResult},
    event::EventName,
};
use kernel::{
    KernelError,
    process::{self, Cancel, Command, Ended, Limits, Place},
};
use policy::{Code, Permit, call::RunChecksCall, config::ChecksConfig};
use serde_json::json;

use crate::{done::Done, outside::Outside, state::Run};

/// Runs checks on a copy of the workspace, which is gone afterwards.
pub(crate) async fn run(
    outside: &mut Outside,
    permit: Permit<RunChecksCall>,
    cancel: Cancel,
) -> Result<Done<Vec<CheckResult>>, KernelError> {
    let commands = permit.into_call().commands;
    let place = outside.workspace.materialise(&outside.copies)?;
    let processes: Vec<_> =
        commands.iter().map(|command| prepare(command, place.folder(), &outside.checks_config)).collect();
    let at_once = outside.checks_config.at_once;
    let itself = outside.itself.clone();
    let run = move || process::run_all(processes, at_once, &itself, &cancel);
    let ran = tokio::task::spawn_blocking(run).await;
    drop(place);
    let ended =
        ran.map_err(|error| KernelError::new(Code::KernelFailed, format!("the checks broke off: {error}")))?;
    let results: Vec<_> =
        commands.into_iter().zip(ended).map(|(command, ended)| result(command, ended)).collect();
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

fn prepare(command: &CheckCommand, folder: PathBuf, config: &ChecksConfig) -> Command {
    let seconds = command.timeout_seconds.unwrap_or(config.seconds);
    let extra: Vec<_> = config.environment.iter().map(String::as_str).collect();
    Command {
        argv: command.argv.clone(),
        place: Place::Bare(folder),
        environment: process::allowed_environment(&extra),
        limits: Limits {
            wall: Duration::from_secs(seconds),
            output_bytes: config.output_bytes,
            output_bytes_max: 256 * 1024 * 1024,
        },
    }
}

fn result(command: CheckCommand, ended: Ended) -> CheckResult {
    CheckResult {
        name: command.name,
        argv: command.argv,
        outcome: ended.outcome,
        exit_code: ended.exit_code,
        signal: ended.signal,
        duration_ms: u64::try_from(ended.duration.as_millis()).unwrap_or(u64::MAX),
        output: ended.output,
        output_bytes_dropped: ended.output_bytes_dropped,
        sandbox: ended.sandbox,
    }
}
