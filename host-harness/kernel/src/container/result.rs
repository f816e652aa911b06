use agent_contract::Failure;
use serde::Serialize;

/// What came of a simulation.
#[derive(Debug, Clone, Serialize)]
pub struct Simulated {
    /// The engine that did it.
    pub engine: EngineShown,
    /// The file of the repository that it was made from.
    pub source: String,
    /// What it means.
    pub outcome: Outcome,
    /// What went wrong first.
    pub failure: Option<Failure>,
    /// The images that were built.
    pub built: Vec<Built>,
    /// The containers that were started.
    pub started: Vec<Started>,
    /// How they were.
    pub health: Vec<Health>,
    /// What they answered.
    pub probes: Vec<Probed>,
    /// What they printed.
    pub logs: Vec<Log>,
    /// What was removed afterwards.
    pub removed: Removed,
}

/// An engine, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineShown {
    /// `docker` or `podman`.
    pub name: &'static str,
    /// What it says that its version is.
    pub version: String,
}

/// What a simulation means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything was built, started, became healthy, answered, and is gone.
    Passed,
    /// Something did not.
    Failed,
}

/// An image that was built.
#[derive(Debug, Clone, Serialize)]
pub struct Built {
    /// The service that it is for.
    pub service: String,
    /// The image's digest, as the engine names it.
    pub image: String,
    /// How long it took.
    pub duration_ms: u64,
}

/// A container that was started.
#[derive(Debug, Clone, Serialize)]
pub struct Started {
    /// Its service.
    pub service: String,
    /// The digest of its image.
    pub image: String,
}

/// How a container was.
#[derive(Debug, Clone, Serialize)]
pub struct Health {
    /// Its service.
    pub service: String,
    /// What says so.
    pub by: HealthBy,
    /// Whether it became healthy in time.
    pub healthy: bool,
    /// How long that took.
    pub waited_ms: u64,
}

/// What says how a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthBy {
    /// The health check of its image or its service, run in the container.
    Check,
    /// That it is still up.
    Up,
    /// That it ended, with the exit code 0, where others wait for that.
    Done,
}

/// What a container answered to what was asked from outside.
#[derive(Debug, Clone, Serialize)]
pub struct Probed {
    /// Its service.
    pub service: String,
    /// What was asked.
    pub asked: String,
    /// Whether it answered as it should.
    pub passed: bool,
    /// What it answered last.
    pub seen: String,
    /// How long that took.
    pub waited_ms: u64,
}

/// What a build or a container printed, harmless for a terminal. It is the repository's
/// word, not to be trusted.
#[derive(Debug, Clone, Serialize)]
pub struct Log {
    /// Its service.
    pub service: String,
    /// `build` or `run`.
    pub of: &'static str,
    /// What it printed.
    pub text: String,
    /// Bytes that were left out.
    pub bytes_dropped: u64,
}

/// What was removed, counted, and what is left, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Containers.
    pub containers: usize,
    /// Networks.
    pub networks: usize,
    /// Volumes.
    pub volumes: usize,
    /// Images.
    pub images: usize,
    /// What could not be removed.
    pub left: Vec<String>,
}
