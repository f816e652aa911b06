//! The parts that commands share: the store, the configuration, the agent.

use std::path::{Path, PathBuf};

use kernel::{input, place};
use ledger::Store;
use policy::{Config, local::Policy};
use runner::{Agent, keeping};

use crate::{
    Problem,
    cli::{Manner, Rules},
};

const CONFIG_BYTES_MAX: u64 = 1024 * 1024;
const COMPONENT_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The store in the state directory, to write to.
pub(crate) fn store(state_dir: Option<PathBuf>, config: &Config) -> Result<Store, Problem> {
    Ok(keeping::store(&state_folder(state_dir)?, &config.ledger)?)
}

/// The store in the state directory, to look at.
pub(crate) fn reading(state_dir: Option<PathBuf>, config: &Config) -> Result<Store, Problem> {
    Ok(keeping::reading(&state_folder(state_dir)?, &config.ledger)?)
}

/// The state directory.
pub(crate) fn state_folder(state_dir: Option<PathBuf>) -> Result<PathBuf, Problem> {
    let folder = state_dir.map_or_else(place::state_folder, Ok)?;
    Ok(kernel::workspace::absolute(&folder)?)
}

/// The Runner's configuration; the default without a file.
pub(crate) fn config(path: Option<&Path>) -> Result<Config, Problem> {
    let Some(path) = path else { return Ok(Config::default()) };
    let text = input::read_text(path, CONFIG_BYTES_MAX)?;
    let config = Config::parse(&text)
        .map_err(|error| Problem::invalid("config-invalid", error.to_string()).at(path.display()))?;
    Ok(config.beside(path.parent().unwrap_or(Path::new(""))))
}

/// The Runner's configuration with the rules that are meant.
pub(crate) fn rules(rules: &Rules) -> Result<Config, Problem> {
    let config = config(rules.config.as_deref())?;
    let Some(path) = &rules.policy else { return Ok(config) };
    let text = input::read_text(path, CONFIG_BYTES_MAX)?;
    let policy = Policy::parse(&text)
        .map_err(|error| Problem::invalid("policy-invalid", error.to_string()).at(path.display()))?;
    Ok(Config { policy, ..config })
}

/// The same, with the models that are meant.
pub(crate) fn manner(manner: &Manner) -> Result<Config, Problem> {
    let config = rules(&manner.rules)?;
    let invalid = |message: String| Problem::invalid("config-invalid", message);
    let config = match manner.models.is_empty() {
        true => config,
        false => config.asking(&manner.models).map_err(|why| invalid(format!("--model: {why}")))?,
    };
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let config = match &manner.replay_models {
        Some(file) => {
            config.replaying(&text(file)).map_err(|why| invalid(format!("--replay-models: {why}")))?
        }
        None => config,
    };
    Ok(match &manner.record_models {
        Some(file) => config.recording(&text(file)),
        None => config,
    })
}

/// The agent: the one that is part of this program, or another.
pub(crate) fn agent(path: Option<&Path>, digest: Option<&str>) -> Result<Agent, Problem> {
    let Some(path) = path else { return Ok(Agent::embedded()?) };
    let bytes = input::read(path, COMPONENT_BYTES_MAX)?;
    Agent::load(&bytes, digest).map_err(|error| Problem::from(error).at(path.display()))
}

/// The one thread on which a run's waiting is done.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Problem::invalid("runtime", format!("can't start: {error}")))
}
