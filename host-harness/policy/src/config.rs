//! The Runner's configuration: a TOML file in which every unknown key is an error.

mod artifact;
mod binding;
mod container;
mod gates;
mod identity;
mod ledger;
mod memory;
mod model;
mod points;
mod primitive;
mod sandbox;
mod secret;
mod target;
mod telemetry;
mod update;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use artifact::{ArtifactStore, ArtifactsConfig, S3Config};
pub use binding::{
    ActionConfig, Allow, BindingConfig, BindingKind, BindingLimits, BreakerConfig, CachedTokens, MailConfig,
    MethodName, PathPattern, Pointers, Price, Private, ProxyConfig, Redirects, TransportName, UsageConfig,
    is_plain_path,
};
pub use container::{Capability, ContainerConfig, EngineChoice, ProbeConfig};
pub use gates::{
    DependenciesGateConfig, GatesConfig, LicenceGateConfig, OldFindings, SbomGateConfig, SecretsGateConfig,
    ToolConfig, WaiverConfig,
};
pub use identity::{AgentIdConfig, ApprovalConfig, Approver, Identity};
pub use ledger::{LedgerConfig, TenantConfig, WitnessConfig};
pub use memory::MemoryConfig;
pub use model::{
    AwsConfig, Dialect, Effort, Flavour, MODEL_PREFIX, ModelPlace, ModelWords, Models, Prices, Provider,
    Role, Roles, SessionToken,
};
pub use points::{CredentialConfig, KeyConfig, PointConfig, PointProtocol};
pub use sandbox::{LanguageCache, SandboxBackend, SandboxConfig};
pub use secret::{VaultAppRole, VaultAuth, VaultConfig, VaultReference, VaultSource};
pub use target::{TargetConfig, TargetKind};
pub use telemetry::TelemetryConfig;
pub use update::{
    GitRemote, GitSigning, GitUpdate, GithubEdition, GithubLimits, GithubUpdate, Person, PushRefused,
    SigningFormat, Transport, UpdateConfig, UpdatePath, is_same,
};

use crate::local::{self, Place, Policy, PolicyError};

/// The configuration of a Runner. Left out, everything has a safe default.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// What a run may use.
    pub limits: Limits,
    /// What a run may do.
    pub policy: Policy,
    /// What stands before success.
    pub gates: GatesConfig,
    /// How checks are run.
    pub checks: ChecksConfig,
    /// Who takes part in a run.
    pub identity: Identity,
    /// Where the agent's Agent ID record is.
    pub agent_id: AgentIdConfig,
    /// Who may approve.
    pub approval: ApprovalConfig,
    /// Who else decides. All of them must allow.
    pub decision_points: Vec<PointConfig>,
    /// What holds a check.
    pub sandbox: SandboxConfig,
    /// How a change leaves the machine.
    pub update: UpdateConfig,
    /// The places beyond the machine, by the names that the agent uses, those of the models
    /// among them.
    pub bindings: Vec<BindingConfig>,
    /// What the agent is told of the models.
    pub models: Models,
    /// The HashiCorp Vault that credentials may be kept in.
    pub vault: Option<VaultConfig>,
    /// Where artifacts are kept.
    pub artifacts: ArtifactsConfig,
    /// How the repository's containers are simulated.
    pub container: ContainerConfig,
    /// What is kept from run to run.
    pub memory: MemoryConfig,
    /// How the ledger is signed and kept.
    pub ledger: LedgerConfig,
    /// What is told of runs to those who watch over them.
    pub telemetry: TelemetryConfig,
    /// Where a change could be deployed.
    pub targets: Vec<TargetConfig>,
    /// The SHA-256 of the text that it was read from; none where it is the default.
    pub sha256: Option<String>,
}

/// The same as it is written. The policy's rules know their lines only with the text.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    limits: Limits,
    policy: Option<local::Written>,
    gates: GatesConfig,
    checks: ChecksConfig,
    identity: Identity,
    agent_id: AgentIdConfig,
    approval: ApprovalConfig,
    decision_points: Vec<PointConfig>,
    sandbox: SandboxConfig,
    update: UpdateConfig,
    bindings: Vec<BindingConfig>,
    models: Vec<model::ModelConfig>,
    roles: model::RolesConfig,
    vault: Option<VaultConfig>,
    artifacts: ArtifactsConfig,
    container: ContainerConfig,
    memory: MemoryConfig,
    ledger: LedgerConfig,
    telemetry: TelemetryConfig,
    targets: Vec<TargetConfig>,
}

/// What a run may use at the most.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Wall time of a run, in seconds.
    pub run_seconds: u64,
    /// Wall time of a single host call, in seconds; checks have their own.
    pub call_seconds: u64,
    /// Memory of the agent, in bytes.
    pub memory_bytes: u64,
    /// Calls from the agent.
    pub host_calls: u64,
    /// Capabilities that the agent may hold.
    pub capabilities: u64,
    /// Bytes that cross between agent and Runner, both ways together.
    pub host_bytes: u64,
    /// Bytes that a single call may bring.
    pub call_bytes: u64,
    /// Size of a file that is read.
    pub file_bytes: u64,
    /// Files that a change may touch.
    pub changed_files: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            run_seconds: 1800,
            call_seconds: 60,
            memory_bytes: 512 * MIB,
            host_calls: 100_000,
            capabilities: 256,
            host_bytes: 1024 * MIB,
            call_bytes: 128 * MIB,
            file_bytes: 64 * MIB,
            changed_files: 10_000,
        }
    }
}

const MIB: u64 = 1024 * 1024;

/// How checks are run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChecksConfig {
    /// Wall time of a check that has no limit of its own, in seconds.
    pub seconds: u64,
    /// Bytes kept of what a check prints.
    pub output_bytes: usize,
    /// Checks that run side by side.
    pub at_once: usize,
    /// Variables of the Runner's environment that a check sees, beyond the usual ones.
    pub environment: Vec<String>,
}

impl Default for ChecksConfig {
    fn default() -> Self {
        Self { seconds: 600, output_bytes: 64 * 1024, at_once: 4, environment: Vec::new() }
    }
}

/// The configuration can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl From<PolicyError> for ConfigError {
    fn from(error: PolicyError) -> Self {
        Self(error.to_string())
    }
}

impl Config {
    /// Parses a configuration.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let written: Written = toml::from_str(text).map_err(|error| PolicyError::toml(&error, text))?;
        let policy =
            written.policy.map(|policy| local::load(policy, text, Place::Configuration)).transpose()?;
        if let Some(fault) = binding::faults(&written.bindings) {
            return Err(ConfigError(fault));
        }
        let (bindings, models) = model::resolve(&written.models, &written.roles).map_err(ConfigError)?;
        let config = Self {
            limits: written.limits,
            policy: policy.unwrap_or_default(),
            gates: written.gates,
            checks: written.checks,
            identity: written.identity,
            agent_id: written.agent_id,
            approval: written.approval,
            decision_points: written.decision_points,
            sandbox: written.sandbox,
            update: written.update,
            bindings: written.bindings.into_iter().chain(bindings).collect(),
            models,
            vault: written.vault,
            artifacts: written.artifacts,
            container: written.container,
            memory: written.memory,
            ledger: written.ledger,
            telemetry: written.telemetry,
            targets: written.targets,
            sha256: Some(crate::blob::sha256(text.as_bytes())),
        };
        if let Some(fault) = config.outside_fault() {
            return Err(ConfigError(fault));
        }
        if let Some(fault) = points::fault(&config.decision_points) {
            return Err(ConfigError(fault));
        }
        if let Some(fault) = crate::approval::fault(&config.approval.approvers) {
            return Err(ConfigError(fault));
        }
        if let Some((key, fault)) = config.agent_id.fault() {
            return Err(ConfigError(format!("agent_id: `{key}` {fault}")));
        }
        config.fault().map_or(Ok(config), |(key, message)| {
            let line =
                text.lines().position(|line| line.trim_start().starts_with(key)).map_or(0, |at| at + 1);
            Err(ConfigError(format!("line {line}: `{key}` {message}")))
        })
    }

    /// The configuration with its files sought in `folder`, where it lies itself.
    pub fn beside(mut self, folder: &Path) -> Self {
        let place = |file: &mut String| *file = folder.join(&*file).to_string_lossy().into_owned();
        let credential = |config: &mut Option<CredentialConfig>| {
            config.iter_mut().filter_map(|config| config.file.as_mut()).for_each(place);
        };
        for point in &mut self.decision_points {
            let files = [&mut point.folder, &mut point.bundle, &mut point.ca_file];
            files.into_iter().flatten().for_each(place);
            point.keys.iter_mut().flat_map(|keys| keys.values_mut()).for_each(|key| place(&mut key.file));
            credential(&mut point.credential);
        }
        [&mut self.agent_id.file, &mut self.agent_id.ca_file, &mut self.approval.used]
            .into_iter()
            .flatten()
            .for_each(place);
        credential(&mut self.agent_id.credential);
        self.outside_files().into_iter().for_each(place);
        self
    }

    /// The files that the parts about the outside name.
    fn outside_files(&mut self) -> Vec<&mut String> {
        let mut files = self.sandbox.files();
        files.extend(self.update.files());
        files.extend(self.artifacts.files());
        files.extend(self.container.files());
        files.extend(self.gates.files());
        files.extend(self.ledger.files());
        files.extend(self.telemetry.files());
        files.extend(self.bindings.iter_mut().flat_map(BindingConfig::files));
        files.extend(self.vault.iter_mut().flat_map(VaultConfig::files));
        files.extend(self.targets.iter_mut().flat_map(TargetConfig::files));
        files
    }

    /// What the parts about the outside can't be, with the part.
    fn outside_fault(&self) -> Option<String> {
        let named = |part: &'static str| move |fault: String| format!("{part}: {fault}");
        let listed =
            |part: &'static str, index: usize| move |fault: String| format!("{part}[{index}]: {fault}");
        let mut targets = self.targets.iter().enumerate();
        self.sandbox
            .fault()
            .map(named("sandbox"))
            .or_else(|| self.update.fault().map(named("update")))
            .or_else(|| binding::clash(&self.bindings))
            .or_else(|| self.vault.as_ref().and_then(VaultConfig::fault).map(named("vault")))
            .or_else(|| self.artifacts.fault().map(named("artifacts")))
            .or_else(|| self.container.fault().map(named("container")))
            .or_else(|| self.gates.fault().map(named("gates")))
            .or_else(|| self.ledger.fault().map(named("ledger")))
            .or_else(|| self.telemetry.fault().map(named("telemetry")))
            .or_else(|| targets.find_map(|(at, one)| one.fault().map(listed("targets", at))))
    }

    /// What no limit and no name can be.
    fn fault(&self) -> Option<(&'static str, String)> {
        let (limits, checks) = (&self.limits, &self.checks);
        let numbers = [
            ("run_seconds", limits.run_seconds),
            ("call_seconds", limits.call_seconds),
            ("memory_bytes", limits.memory_bytes),
            ("host_calls", limits.host_calls),
            ("capabilities", limits.capabilities),
            ("host_bytes", limits.host_bytes),
            ("call_bytes", limits.call_bytes),
            ("file_bytes", limits.file_bytes),
            ("changed_files", limits.changed_files),
            ("seconds", checks.seconds),
            ("at_once", checks.at_once as u64),
        ];
        let zero = numbers.into_iter().find(|(_, number)| *number == 0);
        let odd = |name: &&String| name.is_empty() || name.contains(['=', '\0']);
        let name = || checks.environment.iter().find(odd);
        zero.map(|(key, _)| (key, "must be at least 1".to_owned())).or_else(|| {
            name().map(|name| {
                ("environment", format!("holds `{}`, which is no name of a variable", name.escape_debug()))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_names_and_globs_are_errors_with_their_line() {
        for (text, expected) in [
            ("[limits]\nmemory = 1", "line 2: unknown field `memory`"),
            ("[[policy.rules]]\neffect = \"maybe\"", "line 2: unknown variant `maybe`"),
            (
                "[[policy.rules]]\neffect = \"deny\"\ncapabilities = [\"repo.merge\"]",
                "line 3: unknown name `repo.merge`",
            ),
            ("[[policy.rules]]\neffect = \"deny\"\npaths = [\"a[\"]", "line 3: error parsing glob"),
            ("policy = 1", "line 1: "),
            ("[checks]\nat_once = 0", "line 2: `at_once` must be at least 1"),
            ("[checks]\n\nseconds = 0", "line 3: `seconds` must"),
            ("[checks]\nenvironment = [\"A=B\"]", "line 2: `environment` holds `A=B`"),
            ("[limits]\nrun_seconds = 0", "line 2: `run_seconds` must"),
        ] {
            let error = Config::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
    }

    #[test]
    fn an_empty_configuration_is_the_default() {
        assert_eq!(Config::parse("").unwrap().limits.memory_bytes, 512 * MIB);
    }
}
