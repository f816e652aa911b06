//! The Runner's configuration: a TOML file in which every unknown key is an error.

use agent_contract::gate::GateName;
use serde::Deserialize;

use crate::local::{self, Place, Policy, PolicyError};

/// The configuration of a Runner. Left out, everything has a safe default.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// What a run may use.
    pub limits: Limits,
    /// What a run may do.
    pub policy: Policy,
    /// What stands before success.
    pub gates: Gates,
    /// How checks are run.
    pub checks: ChecksConfig,
}

/// The same as it is written. The policy's rules know their lines only with the text.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    limits: Limits,
    policy: Option<local::Written>,
    gates: Gates,
    checks: ChecksConfig,
}

/// What a run may use at the most.
#[derive(Debug, Clone, Copy, Deserialize)]
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

/// The gates that the operator requires, beyond those that the mode requires.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gates {
    /// Gates that must pass in every run.
    pub required: Vec<GateName>,
}

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
        Self { seconds: 600, output_bytes: 64 * 1024, at_once: 2, environment: Vec::new() }
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
        let Written { limits, policy, gates, checks } =
            toml::from_str(text).map_err(|error| PolicyError::toml(&error, text))?;
        let policy = policy.map(|written| local::load(written, text, Place::Configuration)).transpose()?;
        let config = Self { limits, policy: policy.unwrap_or_default(), gates, checks };
        config.fault().map_or(Ok(config), |(key, message)| {
            let line =
                text.lines().position(|line| line.trim_start().starts_with(key)).map_or(0, |at| at + 1);
            Err(ConfigError(format!("line {line}: `{key}` {message}")))
        })
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
