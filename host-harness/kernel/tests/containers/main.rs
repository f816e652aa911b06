//! Simulations with a real engine: `tests/containers/engines.sh` starts them for each that
//! is there.

#![cfg(unix)]

mod confinement;
mod engine;

use std::fs;

use kernel::{
    KernelError, Workspace,
    container::{Simulated, Simulation, Stage, simulate},
    process::Cancel,
};
use policy::{Code, Config, config::ContainerConfig};

/// A repository of a test.
struct Repository {
    folder: tempfile::TempDir,
    within: tempfile::TempDir,
}

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap(), within: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            let place = repository.folder.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        }
        repository
    }

    /// With the one program that its images hold.
    fn with_busybox(self) -> Self {
        let busybox =
            std::env::var("CODE_ASSIST_BUSYBOX").expect("`CODE_ASSIST_BUSYBOX` is a static busybox");
        fs::copy(busybox, self.folder.path().join("busybox")).unwrap();
        self
    }

    fn stage(&self) -> Result<Stage, KernelError> {
        let mut workspace = Workspace::open(self.folder.path(), &Config::parse("").unwrap().limits).unwrap();
        Stage::new(&mut workspace, self.within.path(), 100 * 1024 * 1024)
    }

    fn simulate(
        &self,
        run: &str,
        config: &ContainerConfig,
        cancel: &Cancel,
    ) -> Result<Simulated, KernelError> {
        let stage = self.stage()?;
        simulate(&Simulation { run, config, stage: &stage, within: self.within.path() }, cancel)
    }
}

fn parsed(text: &str) -> ContainerConfig {
    Config::parse(&format!("[container]\n{text}")).unwrap().container
}

#[test]
fn an_engine_that_does_not_answer_is_unavailable() {
    let repository = Repository::new(&[("Dockerfile", "FROM scratch")]);
    for engine in ["auto", "docker", "podman"] {
        let config = parsed(&format!("engine = \"{engine}\"\nengine_options = [\"--no-such-option\"]"));
        let error = repository.simulate("run-1", &config, &Cancel::default()).unwrap_err();
        assert_eq!(error.code, Code::ContainerUnavailable, "{error}");
        assert!(error.message.contains("hint: install Docker or Podman"), "{error}");
    }
}

#[test]
fn what_can_not_be_simulated_is_refused_before_any_engine_is_asked() {
    for (files, expected) in [
        (&[("README", "")][..], Code::ContainerMissing),
        (&[("Dockerfile", "FROM a\nADD https://example.com/ /x")], Code::ContainerRefused),
        (&[("compose.yaml", "services: {a: {image: a, privileged: true}}")], Code::ContainerRefused),
        (&[("compose.yaml", "services: {a: {build: ./missing}}")], Code::ContainerMissing),
    ] {
        let config = parsed("engine_options = [\"--no-such-option\"]");
        let error = Repository::new(files).simulate("run-1", &config, &Cancel::default()).unwrap_err();
        assert_eq!(error.code, expected, "{error}");
    }
    let config = parsed("");
    for run in ["", "-v", "Run", "a b", "a,b"] {
        let error = Repository::new(&[]).simulate(run, &config, &Cancel::default()).unwrap_err();
        assert_eq!(error.code, Code::ArgumentMalformed);
    }
}

#[test]
fn a_dockerfile_that_is_a_link_out_of_the_repository_is_not_read() {
    let repository = Repository::new(&[]);
    std::os::unix::fs::symlink("/etc/passwd", repository.folder.path().join("Dockerfile")).unwrap();
    let error = repository.simulate("run-1", &parsed(""), &Cancel::default()).unwrap_err();
    assert!(!error.message.contains("root:"), "{error}");
}
