//! How the repository's containers are simulated.

use std::collections::BTreeMap;

use serde::Deserialize;

const MIB: u64 = 1024 * 1024;

/// How the repository's containers are simulated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContainerConfig {
    /// Which engine does it.
    pub engine: EngineChoice,
    /// Words of the engine's own that stand before every command.
    pub engine_options: Vec<String>,
    /// Whether a production run needs it.
    pub required: bool,
    /// The Dockerfile in the repository. Default: `Dockerfile` or `Containerfile`.
    pub dockerfile: Option<String>,
    /// The compose file in the repository. Default: one of the usual four, where there is one.
    pub compose: Option<String>,
    /// Whether builds and containers reach the network, and images are fetched.
    pub network: bool,
    /// Whether containers can write nowhere but into `/tmp` and their volumes.
    pub read_only: bool,
    /// The few rights of root that containers keep. Default: none.
    pub capabilities: Vec<Capability>,
    /// What `${NAME}` stands for in a compose file.
    pub variables: BTreeMap<String, String>,
    /// Wall time of one build.
    pub build_seconds: u64,
    /// How long containers may take to become healthy and to answer the probe.
    pub start_seconds: u64,
    /// How long a container that says nothing of its health must stay up.
    pub up_seconds: u64,
    /// Memory of one container.
    pub memory_bytes: u64,
    /// Processors of one container, in hundredths.
    pub cpu_percent: u64,
    /// Processes of one container.
    pub processes: u64,
    /// Bytes kept of each log.
    pub log_bytes: usize,
    /// Bytes of the workspace that a build may be given.
    pub context_bytes: u64,
    /// What is asked of a container from outside.
    pub probe: Option<ProbeConfig>,
}

/// Which engine simulates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineChoice {
    /// The first of Docker and Podman that answers.
    #[default]
    Auto,
    /// Docker, and no other.
    Docker,
    /// Podman, and no other.
    Podman,
}

/// A right of root that does not reach beyond its container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Capability {
    /// Changes the owner of files.
    Chown,
    /// Reads and writes files of others.
    DacOverride,
    /// Changes the modes of files of others.
    Fowner,
    /// Ends processes of others.
    Kill,
    /// Listens on ports below 1024.
    NetBindService,
    /// Becomes another group.
    Setgid,
    /// Becomes another user.
    Setuid,
}

/// What is asked of a container from outside: a page where a path is given, else a connection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeConfig {
    /// The service of the compose file. Default: the only one.
    pub service: Option<String>,
    /// Its port.
    pub port: u16,
    /// HTTP: the path of the page.
    pub path: Option<String>,
    /// HTTP: the status that it must have.
    #[serde(default = "ok")]
    pub status: u16,
}

fn ok() -> u16 {
    200
}

impl Default for ContainerConfig {
    fn default() -> Self {
        Self {
            engine: EngineChoice::Auto,
            engine_options: Vec::new(),
            required: false,
            dockerfile: None,
            compose: None,
            network: false,
            read_only: false,
            capabilities: Vec::new(),
            variables: BTreeMap::new(),
            build_seconds: 900,
            start_seconds: 60,
            up_seconds: 3,
            memory_bytes: 512 * MIB,
            cpu_percent: 100,
            processes: 256,
            log_bytes: 64 * 1024,
            context_bytes: 1024 * MIB,
            probe: None,
        }
    }
}

impl Capability {
    /// Its name, as engines know it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chown => "CHOWN",
            Self::DacOverride => "DAC_OVERRIDE",
            Self::Fowner => "FOWNER",
            Self::Kill => "KILL",
            Self::NetBindService => "NET_BIND_SERVICE",
            Self::Setgid => "SETGID",
            Self::Setuid => "SETUID",
        }
    }
}

impl ContainerConfig {
    /// Its files, sought beside the configuration: none, for those it names are the repository's.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        Vec::new()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        let numbers = [
            ("build_seconds", self.build_seconds),
            ("start_seconds", self.start_seconds),
            ("memory_bytes", self.memory_bytes),
            ("cpu_percent", self.cpu_percent),
            ("processes", self.processes),
            ("log_bytes", self.log_bytes as u64),
            ("context_bytes", self.context_bytes),
        ];
        if let Some((key, _)) = numbers.into_iter().find(|(_, number)| *number == 0) {
            return Some(format!("`{key}` must be at least 1"));
        }
        if self.dockerfile.is_some() && self.compose.is_some() {
            return Some("`dockerfile` and `compose` are both given; give one".to_owned());
        }
        self.probe.as_ref().and_then(ProbeConfig::fault)
    }
}

impl ProbeConfig {
    fn fault(&self) -> Option<String> {
        let odd = |path: &String| !path.starts_with('/') || !path.bytes().all(|b| b.is_ascii_graphic());
        match self {
            Self { port: 0, .. } => Some("probe: `port` must be at least 1".to_owned()),
            Self { path: Some(path), .. } if odd(path) => {
                Some("probe: `path` does not start with `/`, or holds odd characters".to_owned())
            }
            Self { status, .. } if !(100..=599).contains(status) => {
                Some("probe: `status` must be from 100 to 599".to_owned())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn what_no_simulation_can_be_is_refused() {
        for (text, expected) in [
            ("engine = \"lxc\"", "unknown variant `lxc`"),
            ("privileged = true", "unknown field `privileged`"),
            ("capabilities = [\"SYS_ADMIN\"]", "unknown variant `SYS_ADMIN`"),
            ("memory_bytes = 0", "`memory_bytes` must be"),
            ("dockerfile = \"a\"\ncompose = \"b\"", "both given"),
            ("probe = { port = 0 }", "`port` must be"),
            ("probe = { port = 1, path = \"x\" }", "`path` does not start"),
            ("probe = { port = 1, path = \"/a b\" }", "odd characters"),
            ("probe = { port = 1, status = 42 }", "`status` must be"),
        ] {
            let error = Config::parse(&format!("[container]\n{text}")).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_simulation_reaches_no_network_and_keeps_no_right_unless_told() {
        let config = Config::parse("").unwrap().container;
        assert!(!config.network && config.capabilities.is_empty() && !config.required);
    }
}
