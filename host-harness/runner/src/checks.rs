//! The checks of a run: found before it starts, run when the agent asks.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use agent_contract::{
    RepoPath, Request,
    check::{CheckCommand, CheckResult},
    event::EventName,
};
use kernel::{
    KernelError,
    presets::{self, Repository},
    process::{self, Cancel, Command, Ended, Limits},
};
use policy::{Code, Permit, call::RunChecksCall, config::ChecksConfig};
use serde_json::json;

use crate::{gate::Done, outside::Outside, setup::StartError, state::Run};

/// What each name of the request stands for.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    named: BTreeMap<String, Vec<CheckCommand>>,
}

impl Plan {
    /// Finds every check of a request, or says which does not exist.
    pub fn resolve(request: &Request, repository: &dyn Repository) -> Result<Self, StartError> {
        let mut named = BTreeMap::new();
        for preset in &request.checks.presets {
            let found = presets::resolve(*preset, repository);
            if found.is_empty() {
                let message = format!(
                    "check `{preset}` does not exist in this repository: looked for {}\nhint: name a command instead",
                    presets::looked_for(*preset)
                );
                return Err(StartError::invalid("check-missing", message));
            }
            let commands = found.into_iter().map(|found| CheckCommand {
                name: found.name,
                argv: found.argv,
                timeout_seconds: None,
            });
            named.insert(preset.to_string(), commands.collect());
        }
        let literal =
            request.checks.commands.iter().map(|command| (command.name.clone(), vec![command.clone()]));
        named.extend(literal);
        Ok(Self { named })
    }

    /// The names of all commands, for the verdict to ask after.
    pub fn expected(&self) -> impl Iterator<Item = &str> {
        self.named.values().flatten().map(|command| command.name.as_str())
    }

    /// The commands of names, each once.
    fn commands(&self, names: &[String]) -> Vec<CheckCommand> {
        let mut commands: Vec<CheckCommand> = Vec::new();
        for command in names.iter().filter_map(|name| self.named.get(name)).flatten() {
            if !commands.iter().any(|one| one.name == command.name) {
                commands.push(command.clone());
            }
        }
        commands
    }
}

/// Runs checks on a copy of the workspace, which is gone afterwards.
pub(crate) async fn run(
    outside: &mut Outside,
    permit: Permit<RunChecksCall>,
    cancel: Cancel,
) -> Result<Done<Vec<CheckResult>>, KernelError> {
    let commands = outside.checks.commands(&permit.into_call().names);
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
        folder,
        environment: process::allowed_environment(&extra),
        limits: Limits { wall: Duration::from_secs(seconds), output_bytes: config.output_bytes },
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

/// The base as the preset finder sees it.
pub(crate) struct BaseFiles<'a>(pub &'a kernel::workspace::Base);

impl Repository for BaseFiles<'_> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let path = RepoPath::parse(path).ok()?;
        self.0.read(&path).ok().flatten().map(|file| file.blob.bytes().to_vec())
    }

    fn list(&self, folder: Option<&str>) -> Vec<String> {
        self.0.names(folder)
    }
}
