//! Building images and starting containers, each by a command that is wholly ours.

use std::time::{Duration, Instant};

use policy::{Code, config::ContainerConfig};

use super::{
    Built, Log, Stage, Started,
    composition::{Build, Image, Service},
    dockerfile,
    engine::{Engine, Kind},
    source::Source,
};
use crate::{KernelError, process::Cancel, tool::Bounds};

/// What marks everything that a simulation makes.
pub(super) const LABEL: &str = "dev.agennext.code-assist.run";
/// Files that a container may hold open.
const FILES_MAX: u64 = 4096;

/// A simulation's means.
#[derive(Clone, Copy)]
pub(super) struct Bench<'a> {
    pub engine: &'a Engine,
    pub config: &'a ContainerConfig,
    pub run: &'a str,
    pub cancel: &'a Cancel,
    /// Whether there is one container that nobody has to reach.
    pub is_alone: bool,
}

impl Bench<'_> {
    /// The name that a thing of this simulation has.
    pub fn name(&self, of: &str) -> String {
        format!("{}-{}", self.run, of.to_ascii_lowercase())
    }

    pub fn label(&self) -> String {
        format!("{LABEL}={}", self.run)
    }

    /// The network that all containers are on. Nothing leads out of it unless configured; the
    /// machine itself is on it only where it has to ask, or where an engine knows no other way.
    pub fn make_network(&self) -> Result<(), KernelError> {
        if self.is_alone {
            return Ok(());
        }
        let (name, label) = (self.name("net"), self.label());
        let mut words = vec!["network", "create", "--label", &label];
        words.extend((!self.config.network).then_some("--internal"));
        let unseen = !self.config.network && self.config.probe.is_none();
        if unseen && self.engine.kind() == Kind::Docker {
            words.push("--opt=com.docker.network.bridge.inhibit_ipv4=true");
        }
        words.push(&name);
        self.engine.call(&words, self.cancel)?.ok(Code::ContainerStart, "can't make a network").map(drop)
    }

    /// Makes sure that images are there which a build or a container needs.
    pub fn need_image(&self, image: &str) -> Result<(), KernelError> {
        if self.engine.call(&["image", "inspect", image], self.cancel)?.succeeded() {
            return Ok(());
        }
        let what = format!("the image `{image}` is not on this machine");
        if !self.config.network {
            let message = format!(
                "{what}, and nothing is fetched\nhint: pull it before, or set `network = true` in `[container]`"
            );
            return Err(KernelError::new(Code::ContainerBuild, message));
        }
        let words = ["pull", "--quiet", image].map(str::to_owned);
        let bounds =
            Bounds { wall: Duration::from_secs(self.config.build_seconds), bytes: self.config.log_bytes };
        self.engine.call_long(&words, bounds, self.cancel)?.ok(Code::ContainerBuild, &what).map(drop)
    }

    /// Builds the image of a service; what it printed comes back whatever came of it.
    pub fn build(
        &self,
        service: &Service,
        build: &Build,
        stage: &Stage,
        source: &Source,
    ) -> Result<(Log, Result<Built, KernelError>), KernelError> {
        let start = Instant::now();
        let words = self.build_words(service, build, stage, source)?;
        let bounds =
            Bounds { wall: Duration::from_secs(self.config.build_seconds), bytes: self.config.log_bytes };
        let said = self.engine.call_long(&words, bounds, self.cancel)?;
        let text = format!("{}{}", said.out, said.err);
        let log = Log { service: service.name.clone(), of: "build", text, bytes_dropped: said.bytes_dropped };
        let built = said.ok(Code::ContainerBuild, &format!("can't build `{}`", build.dockerfile));
        let built = built.and_then(|_| self.image_id(&self.name(&service.name)));
        let duration_ms = start.elapsed().as_millis() as u64;
        Ok((log, built.map(|image| Built { service: service.name.clone(), image, duration_ms })))
    }

    fn build_words(
        &self,
        service: &Service,
        build: &Build,
        stage: &Stage,
        source: &Source,
    ) -> Result<Vec<String>, KernelError> {
        let context = stage.beneath(&build.context).ok_or_else(|| {
            let message = format!("`{}` is no folder of the repository", build.context);
            KernelError::new(Code::ContainerRefused, message)
        })?;
        let dockerfile = self.engine.own().join(format!("{}.Dockerfile", service.name));
        let text = source.dockerfiles.get(&build.dockerfile).map_or("", String::as_str);
        std::fs::write(&dockerfile, dockerfile::marked(text, LABEL, self.run))
            .map_err(KernelError::io("write", dockerfile.display()))?;
        let mut words: Vec<String> = match self.engine.kind() {
            Kind::Docker => vec!["build".into(), "--pull=false".into()],
            Kind::Podman => ["build", "--format=docker", "--layers=false", "--http-proxy=false"]
                .map(str::to_owned)
                .to_vec(),
        };
        if self.engine.kind() == Kind::Podman {
            words.push(format!("--memory={}", self.config.memory_bytes));
            words.push(if self.config.network { "--pull=missing".into() } else { "--pull=never".into() });
        }
        words.extend(["--no-cache".into(), "--force-rm".into()]);
        words.extend((!self.config.network).then(|| "--network=none".to_owned()));
        words.extend([format!("--label={}", self.label()), format!("--tag={}", self.name(&service.name))]);
        words.push(format!("--file={}", dockerfile.display()));
        words.extend(build.target.iter().map(|target| format!("--target={target}")));
        words.extend(build.arguments.iter().map(|(name, value)| format!("--build-arg={name}={value}")));
        words.push(context.to_string_lossy().into_owned());
        Ok(words)
    }

    /// Starts a container.
    pub fn start(&self, service: &Service) -> Result<Started, KernelError> {
        let image = match &service.image {
            Image::Built(_) => self.name(&service.name),
            Image::Named(image) => image.clone(),
        };
        let id = self.image_id(&image)?;
        let words = self.run_words(service, &id)?;
        let bounds =
            Bounds { wall: Duration::from_secs(self.config.start_seconds), bytes: self.config.log_bytes };
        let said = self.engine.call_long(&words, bounds, self.cancel)?;
        said.ok(Code::ContainerStart, &format!("can't start `{}`", service.name))?;
        Ok(Started { service: service.name.clone(), image: id })
    }

    fn run_words(&self, service: &Service, image: &str) -> Result<Vec<String>, KernelError> {
        let mut words: Vec<String> = vec!["run".into(), "--detach".into()];
        words.push(format!("--name={}", self.name(&service.name)));
        words.push(format!("--hostname={}", service.name));
        words.push(format!("--label={}", self.label()));
        words.extend(self.networking(service));
        words.extend(self.confinement());
        words.push(format!("--env-file={}", self.env_file(service)?));
        words.extend(service.user.iter().map(|user| format!("--user={user}")));
        words.extend(service.working_dir.iter().map(|folder| format!("--workdir={folder}")));
        words.extend(service.init.then(|| "--init".to_owned()));
        words.extend(self.volumes(service)?);
        words.extend(service.tmpfs.iter().map(|place| format!("--tmpfs={place}")));
        let (first, more) = match service.entrypoint.as_deref() {
            None => (None, &[][..]),
            Some([]) => (Some(""), &[][..]),
            Some([first, more @ ..]) => (Some(first.as_str()), more),
        };
        words.extend(first.map(|first| format!("--entrypoint={first}")));
        words.push(image.to_owned());
        words.extend(more.iter().cloned());
        words.extend(service.command.iter().flatten().cloned());
        Ok(words)
    }

    fn networking(&self, service: &Service) -> Vec<String> {
        if self.is_alone {
            return vec!["--network=none".to_owned()];
        }
        let mut words =
            vec![format!("--network={}", self.name("net")), format!("--network-alias={}", service.name)];
        words.extend(service.ports.iter().map(|port| format!("--publish=127.0.0.1::{port}")));
        words
    }

    /// What no container of a simulation is without.
    fn confinement(&self) -> Vec<String> {
        let config = self.config;
        let mut words: Vec<String> = [
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--restart=no",
            "--no-healthcheck",
            "--ipc=private",
            "--pull=never",
        ]
        .map(str::to_owned)
        .into();
        words.extend(
            config.capabilities.iter().map(|capability| format!("--cap-add={}", capability.as_str())),
        );
        words.push(format!("--memory={}", config.memory_bytes));
        words.push(format!("--memory-swap={}", config.memory_bytes));
        words.push(format!("--cpus={}.{:02}", config.cpu_percent / 100, config.cpu_percent % 100));
        words.push(format!("--pids-limit={}", config.processes));
        words.push(format!("--ulimit=nofile={FILES_MAX}:{FILES_MAX}"));
        words.push(format!("--ulimit=nproc={0}:{0}", config.processes));
        words.push("--ulimit=core=0:0".to_owned());
        if self.engine.kind() == Kind::Podman {
            words.push("--http-proxy=false".to_owned());
        }
        if config.read_only {
            words.extend(["--read-only".to_owned(), "--tmpfs=/tmp".to_owned()]);
        }
        words
    }

    /// In a file, for the words of a command are everybody's to read.
    fn env_file(&self, service: &Service) -> Result<String, KernelError> {
        let path = self.engine.own().join(format!("{}.env", service.name));
        let lines: String =
            service.environment.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        std::fs::write(&path, lines).map_err(KernelError::io("write", path.display()))?;
        Ok(path.to_string_lossy().into_owned())
    }

    /// Volumes are made before, so that they carry the mark.
    fn volumes(&self, service: &Service) -> Result<Vec<String>, KernelError> {
        let mut words = Vec::new();
        for (index, volume) in service.volumes.iter().enumerate() {
            let own = format!("{}-{index}", service.name);
            let name = self.name(&format!("vol-{}", volume.name.as_ref().unwrap_or(&own)));
            if !self.engine.call(&["volume", "inspect", &name], self.cancel)?.succeeded() {
                let made =
                    self.engine.call(&["volume", "create", "--label", &self.label(), &name], self.cancel)?;
                made.ok(Code::ContainerStart, "can't make a volume")?;
            }
            let mode = if volume.read_only { "ro" } else { "rw" };
            words.push(format!("--volume={name}:{}:{mode}", volume.at));
        }
        Ok(words)
    }

    fn image_id(&self, image: &str) -> Result<String, KernelError> {
        let found = self.engine.inspect("image", image, self.cancel)?;
        let id = found["Id"].as_str().unwrap_or_default();
        Ok(if id.starts_with("sha256:") { id.to_owned() } else { format!("sha256:{id}") })
    }
}
