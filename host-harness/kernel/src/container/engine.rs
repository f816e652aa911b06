//! A container engine of this machine: Docker or Podman, by its command.

use std::{path::Path, time::Duration};

use agent_contract::fault::shown;
use policy::{
    Code,
    config::{ContainerConfig, EngineChoice},
};

use super::EngineShown;
use crate::{
    KernelError,
    process::Cancel,
    tool::{Bounds, Said, Tool},
    workspace::scratch::Scratch,
};

/// How long a short command may take.
const SHORT: Duration = Duration::from_secs(60);
const ANSWER_BYTES: usize = 1024 * 1024;

/// The two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Docker.
    Docker,
    /// Podman.
    Podman,
}

impl Kind {
    /// Its command.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }
}

/// An engine that answers.
#[derive(Debug)]
pub struct Engine {
    kind: Kind,
    version: String,
    tool: Tool,
    options: Vec<String>,
    /// A folder of our own: the engine's configuration of the user may hold credentials,
    /// and proxies that it hands on to containers.
    own: Scratch,
}

impl Engine {
    /// The engine that the configuration asks for, if it answers.
    pub fn find(config: &ContainerConfig, within: &Path, cancel: &Cancel) -> Result<Self, KernelError> {
        let kinds: &[Kind] = match config.engine {
            EngineChoice::Auto => &[Kind::Docker, Kind::Podman],
            EngineChoice::Docker => &[Kind::Docker],
            EngineChoice::Podman => &[Kind::Podman],
        };
        let mut why = Vec::new();
        for kind in kinds {
            match Self::open(*kind, config, within, cancel) {
                Ok(engine) => return Ok(engine),
                Err(error) => why.push(format!("`{}`: {}", kind.as_str(), error.message)),
            }
        }
        let message = format!(
            "there is no container engine: {}\nhint: install Docker or Podman, and start it",
            why.join("; ")
        );
        Err(KernelError::new(Code::ContainerUnavailable, message))
    }

    fn open(
        kind: Kind,
        config: &ContainerConfig,
        within: &Path,
        cancel: &Cancel,
    ) -> Result<Self, KernelError> {
        let unavailable = |why: &str| KernelError::new(Code::ContainerUnavailable, why);
        let tool = Tool::find(kind.as_str()).ok_or_else(|| unavailable("is not installed"))?;
        let own = Scratch::new(within).map_err(KernelError::io("make a folder in", within.display()))?;
        let tool = apart(kind, tool, &own, cancel)?;
        let mut engine =
            Self { kind, version: String::new(), tool, options: config.engine_options.clone(), own };
        let format = match kind {
            Kind::Docker => "{{.Server.Version}}",
            Kind::Podman => "{{.Client.Version}}",
        };
        let said = engine.call(&["version", "--format", format], cancel)?;
        let version = said.ok(Code::ContainerUnavailable, "does not answer")?.out.trim().to_owned();
        match version.is_empty() || version.contains("no value") {
            true => Err(unavailable("does not say its version")),
            false => {
                engine.version = shown(&version);
                Ok(engine)
            }
        }
    }

    /// Which one it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn shown(&self) -> EngineShown {
        EngineShown { name: self.kind.as_str(), version: self.version.clone() }
    }

    /// The folder of our own.
    pub(super) fn own(&self) -> std::path::PathBuf {
        self.own.files()
    }

    /// Has it do something short.
    pub(super) fn call(&self, words: &[&str], cancel: &Cancel) -> Result<Said, KernelError> {
        let words: Vec<_> = words.iter().map(ToString::to_string).collect();
        self.call_long(&words, Bounds { wall: SHORT, bytes: ANSWER_BYTES }, cancel)
    }

    /// Has it do something that takes a while.
    pub(super) fn call_long(
        &self,
        words: &[String],
        bounds: Bounds,
        cancel: &Cancel,
    ) -> Result<Said, KernelError> {
        let words = [self.options.as_slice(), words].concat();
        self.tool.call(&words, &self.own.files(), bounds, cancel)
    }

    /// What it prints, a line each.
    pub(super) fn lines(&self, words: &[&str], cancel: &Cancel) -> Result<Vec<String>, KernelError> {
        let what = format!("`{} {}`", self.kind.as_str(), words.join(" "));
        let said = self.call(words, cancel)?.ok(Code::KernelFailed, &what)?;
        Ok(said.out.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// What it knows of a container or an image.
    pub(super) fn inspect(
        &self,
        kind: &str,
        name: &str,
        cancel: &Cancel,
    ) -> Result<serde_json::Value, KernelError> {
        let what = format!("can't look at the {kind} `{name}`");
        let said = self.call(&[kind, "inspect", name], cancel)?.ok(Code::KernelFailed, &what)?;
        let read: Result<Vec<serde_json::Value>, _> = serde_json::from_str(&said.out);
        let mut found =
            read.map_err(|error| KernelError::new(Code::KernelFailed, format!("{what}: {error}")))?;
        found.pop().ok_or_else(|| KernelError::new(Code::KernelFailed, what))
    }
}

/// Takes the user's configuration of the engine away from it, but for where the engine is
/// and where its parts are.
fn apart(kind: Kind, tool: Tool, own: &Scratch, cancel: &Cancel) -> Result<Tool, KernelError> {
    let folder = own.files();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(KernelError::io("write", path.display()))
    };
    let variable = |tool: Tool, name: &str| match std::env::var(name) {
        Ok(value) => tool.with(name, value),
        Err(_) => tool,
    };
    match kind {
        Kind::Podman => {
            write("auth.json", "{}")?;
            let tool = variable(variable(tool, "CONTAINERS_CONF"), "CONTAINERS_STORAGE_CONF");
            Ok(tool.with("REGISTRY_AUTH_FILE", folder.join("auth.json").to_string_lossy()))
        }
        Kind::Docker => {
            let tool = variable(variable(variable(tool, "DOCKER_HOST"), "DOCKER_CONTEXT"), "DOCKER_CONFIG");
            let host = docker_host(&tool, &folder, cancel)?;
            let plugins = std::env::home_dir().map(|home| home.join(".docker/cli-plugins"));
            write(
                "config.json",
                &serde_json::json!({ "cliPluginsExtraDirs": plugins.iter().collect::<Vec<_>>() }).to_string(),
            )?;
            Ok(tool
                .without("DOCKER_CONTEXT")
                .with("DOCKER_HOST", host)
                .with("DOCKER_CONFIG", folder.to_string_lossy()))
        }
    }
}

/// The address of the engine that the user's own configuration leads to.
fn docker_host(tool: &Tool, folder: &Path, cancel: &Cancel) -> Result<String, KernelError> {
    let words = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"].map(str::to_owned);
    let said = tool.call(&words, folder, Bounds { wall: SHORT, bytes: ANSWER_BYTES }, cancel)?;
    let host = said.ok(Code::ContainerUnavailable, "does not say where its engine is")?.out.trim().to_owned();
    match ["unix://", "npipe://"].iter().any(|scheme| host.starts_with(scheme)) {
        true => Ok(host),
        false => Err(KernelError::new(
            Code::ContainerUnavailable,
            "its engine is not on this machine, and a simulation goes nowhere else",
        )),
    }
}
