use std::{collections::BTreeMap, path::Path, time::Duration};

use agent_contract::check::CheckOutcome;
use policy::config::{SandboxBackend, SandboxConfig};

use super::{Backend, MISSING, Sandbox, advice};
use crate::{
    Itself, KernelError,
    process::{Cancel, Command, Limits, Place, run},
    workspace::Staged,
};

/// How long a try may take.
const TRY_MAX: Duration = Duration::from_secs(20);
const OUTPUT_BYTES: usize = 4096;

/// What of the sandbox can be had on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What makes it; nothing where no sandbox can be had at all.
    pub backend: Option<Backend>,
    /// The parts that hold, and those that don't as `missing: <part>`.
    pub parts: Vec<String>,
    /// What to do about what is missing, a sentence each.
    pub advice: Vec<String>,
}

impl Probe {
    /// The parts that can't be had.
    pub fn missing(&self) -> Vec<&str> {
        self.parts.iter().filter_map(|part| part.strip_prefix(MISSING)).collect()
    }

    /// Whether every part holds.
    pub fn is_complete(&self) -> bool {
        self.backend.is_some() && self.missing().is_empty()
    }
}

/// Tries the sandbox for real, in a process of its own, with `within` for its leavings.
/// The first backend that is complete is taken, else the best of those that there are.
pub fn probe(config: &SandboxConfig, itself: &Itself, within: &Path) -> Probe {
    let backends: &[Backend] = match config.backend {
        SandboxBackend::Auto => &[Backend::Native, Backend::Bubblewrap],
        SandboxBackend::Native => &[Backend::Native],
        SandboxBackend::Bubblewrap => &[Backend::Bubblewrap],
    };
    let mut best: Option<Probe> = None;
    for backend in backends {
        let found = tried(*backend, config, itself, within);
        let is_better = best.as_ref().is_none_or(|best| best.backend.is_none() && found.backend.is_some());
        let is_complete = found.is_complete();
        if is_better || is_complete {
            best = Some(found);
        }
        if is_complete {
            break;
        }
    }
    best.unwrap_or_else(|| failed("no backend is named"))
}

fn tried(backend: Backend, config: &SandboxConfig, itself: &Itself, within: &Path) -> Probe {
    match attempt(backend, config, itself, within) {
        Ok(probe) => probe,
        Err(error) => failed(&error.message),
    }
}

fn failed(error: &str) -> Probe {
    Probe { backend: None, parts: vec![format!("{MISSING}a place to try it: {error}")], advice: Vec::new() }
}

/// An empty checkout and no command: everything is set up, and nothing is run.
fn attempt(
    backend: Backend,
    config: &SandboxConfig,
    itself: &Itself,
    within: &Path,
) -> Result<Probe, KernelError> {
    let place = Staged::alone(within)?;
    let sandbox = Sandbox::new(&place, config, backend)?;
    let limits = Limits { wall: TRY_MAX, output_bytes: OUTPUT_BYTES, output_bytes_max: OUTPUT_BYTES as u64 };
    let command =
        Command { argv: Vec::new(), place: Place::Sandboxed(sandbox), environment: BTreeMap::new(), limits };
    let ended = run(&command, itself, &Cancel::default());
    let works = ended.outcome == CheckOutcome::Passed;
    let mut parts = ended.sandbox;
    if !works && parts.is_empty() {
        parts.push(format!("{MISSING}{}", ended.output));
    }
    let missing: Vec<_> = parts.iter().filter_map(|part| part.strip_prefix(MISSING)).collect();
    let advice = advice::on(&missing);
    Ok(Probe { backend: works.then_some(backend), parts, advice })
}
