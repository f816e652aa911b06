//! With an engine: what a simulation does, and that nothing of it is left.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use kernel::{
    container::{HealthBy, Outcome, Simulated, clear},
    process::Cancel,
};
use policy::config::ContainerConfig;

use crate::{Repository, parsed};

/// `podman --root x`: the engine and its options, and a list of all that it holds.
pub fn engine() -> (String, Vec<String>) {
    let text =
        std::env::var("CODE_ASSIST_ENGINE").expect("`CODE_ASSIST_ENGINE` is an engine with its options");
    let mut words = text.split_whitespace().map(str::to_owned);
    (words.next().unwrap(), words.collect())
}

pub fn config(more: &str) -> ContainerConfig {
    let (name, options) = engine();
    parsed(&format!("engine = \"{name}\"\nengine_options = {options:?}\nstart_seconds = 15\n{more}"))
}

pub fn asked(words: &[&str]) -> String {
    let (name, options) = engine();
    let output = Command::new(name).args(options).args(words).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// All that the engine holds, whoever made it.
pub fn held() -> String {
    [
        &["ps", "--all", "--quiet"][..],
        &["image", "ls", "--all", "--quiet"],
        &["network", "ls", "--quiet"],
        &["volume", "ls", "--quiet"],
    ]
    .map(asked)
    .join("\n")
}

pub fn run() -> String {
    format!("run-{}", uuid::Uuid::now_v7().simple())
}

/// Simulates, and sees that the engine holds afterwards what it held before.
pub fn simulated(repository: Repository, more: &str) -> Simulated {
    let before = held();
    let done = repository.with_busybox().simulate(&run(), &config(more), &Cancel::default()).unwrap();
    assert_eq!(held(), before, "{done:#?}");
    assert!(done.removed.left.is_empty());
    done
}

pub fn code(done: &Simulated) -> &str {
    assert_eq!(done.outcome, Outcome::Failed, "{done:#?}");
    done.failure.as_ref().unwrap().code.as_str()
}

pub fn log<'a>(done: &'a Simulated, of: &str) -> &'a str {
    &done.logs.iter().find(|log| log.of == of).unwrap_or_else(|| panic!("{done:#?}")).text
}

pub const SERVER: &str = "FROM scratch
COPY busybox /bin/busybox
RUN [\"/bin/busybox\", \"sh\", \"-c\", \"/bin/busybox mkdir /www && echo well > /www/index.html\"]
HEALTHCHECK CMD [\"/bin/busybox\", \"wget\", \"-qO-\", \"http://127.0.0.1:8080/\"]
CMD [\"/bin/busybox\", \"httpd\", \"-f\", \"-v\", \"-p\", \"8080\", \"-h\", \"/www\"]
";

/// Runs a script of busybox.
pub fn script(script: &str) -> String {
    let script = serde_json::Value::from(script);
    format!("FROM scratch\nCOPY busybox /bin/busybox\nCMD [\"/bin/busybox\", \"sh\", \"-c\", {script}]\n")
}

#[test]
#[ignore = "needs an engine: tests/containers/engines.sh"]
fn a_dockerfile_is_built_started_healthy_probed_and_gone() {
    let done = simulated(
        Repository::new(&[("Dockerfile", SERVER)]),
        "probe = { port = 8080, path = \"/index.html\" }",
    );
    assert_eq!(done.outcome, Outcome::Passed, "{done:#?}");
    assert!(done.built[0].image.starts_with("sha256:") && done.built[0].image == done.started[0].image);
    assert!(done.health[0].healthy && done.health[0].by == HealthBy::Check);
    assert_eq!(done.probes[0].seen, "status 200");
    assert_eq!((done.removed.containers, done.removed.networks), (1, 1));
    assert!(done.removed.images >= 1);
}

#[test]
#[ignore = "needs an engine: tests/containers/engines.sh"]
fn a_compose_file_is_started_in_order_with_its_volume_and_its_names() {
    let compose = "
services:
  web:
    build: .
    environment: {GREETING: \"${GREETING:-hello}\"}
    command: [/bin/busybox, sh, -c, \"/bin/busybox wget -qO- http://data:8080/ && echo $$GREETING && exec /bin/busybox httpd -f -p 80 -h /www\"]
    healthcheck: {test: [CMD, /bin/busybox, wget, -qO-, \"http://127.0.0.1:80/\"]}
    depends_on: {data: {condition: service_healthy}, once: {condition: service_completed_successfully}}
  once:
    build: .
    command: [/bin/busybox, sh, -c, \"echo kept > /shared/file\"]
    volumes: [\"shared:/shared\"]
    healthcheck: {disable: true}
  data:
    build: .
    volumes: [\"shared:/shared:ro\"]
volumes: {shared: }
";
    let done = simulated(
        Repository::new(&[("Dockerfile", SERVER), ("compose.yaml", compose)]),
        "probe = { service = \"web\", port = 80, path = \"/\", status = 200 }\ncapabilities = [\"NET_BIND_SERVICE\"]",
    );
    assert_eq!(done.outcome, Outcome::Passed, "{done:#?}");
    let web = done.logs.iter().find(|log| log.service == "web" && log.of == "run").unwrap();
    assert!(web.text.contains("well\nhello"), "{web:?}");
    assert_eq!((done.removed.containers, done.removed.volumes), (3, 1));
    assert!(done.health.iter().any(|health| health.by == HealthBy::Done && health.service == "once"));
}

#[test]
#[ignore = "needs an engine: tests/containers/engines.sh"]
fn what_fails_says_where_and_leaves_nothing() {
    let failing = "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"sh\", \"-c\", \"echo no way; exit 3\"]\n";
    let done = simulated(Repository::new(&[("Dockerfile", failing)]), "");
    assert_eq!(code(&done), "container-build");
    assert!(log(&done, "build").contains("no way"));

    let ending = script("echo bye; exit 1");
    let done = simulated(Repository::new(&[("Dockerfile", &ending)]), "");
    assert_eq!(code(&done), "container-unhealthy");
    assert!(log(&done, "run").contains("bye"));

    let done =
        simulated(Repository::new(&[("Dockerfile", "FROM scratch\nCOPY busybox /b\nCMD [\"/none\"]")]), "");
    assert!(["container-start", "container-unhealthy"].contains(&code(&done)), "{done:#?}");

    let probe = "start_seconds = 2\nprobe = { port = 8080, path = \"/index.html\", status = 404 }";
    let done =
        simulated(Repository::new(&[("Dockerfile", SERVER)]), &probe.replace("start_seconds = 2\n", ""));
    assert_eq!((code(&done), done.probes[0].seen.as_str()), ("container-probe", "status 200"));

    let done = simulated(
        Repository::new(&[("Dockerfile", &script("sleep 60"))]),
        "probe = { port = 81 }\nup_seconds = 1",
    );
    assert_eq!(code(&done), "container-probe");

    let done = simulated(Repository::new(&[("Dockerfile", "FROM no-such-image-anywhere:1\n")]), "");
    assert_eq!(code(&done), "container-build");
}

#[test]
#[ignore = "needs an engine: tests/containers/engines.sh"]
fn an_interruption_and_a_slow_build_leave_nothing() {
    let before = held();
    let slow = "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"sleep\", \"60\"]\n";
    let repository = Repository::new(&[("Dockerfile", slow)]).with_busybox();
    let done = repository.simulate(&run(), &config("build_seconds = 4"), &Cancel::default()).unwrap();
    assert_eq!(code(&done), "container-build");
    assert!(done.failure.as_ref().unwrap().message.contains("took too long"), "{done:#?}");

    let repository = Repository::new(&[("Dockerfile", &script("exec /bin/busybox sleep 60"))]).with_busybox();
    let cancel = Cancel::default();
    let config = config("up_seconds = 60");
    let done = std::thread::scope(|scope| {
        let running = scope.spawn(|| repository.simulate(&run(), &config, &cancel).unwrap());
        wait_for(|| !asked(&["ps", "--quiet", "--filter", "label=dev.agennext.code-assist.run"]).is_empty());
        cancel.cancel();
        running.join().unwrap()
    });
    assert_eq!(code(&done), "interrupted");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(held(), before, "{done:#?}");
}

pub fn wait_for(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "it did not come true");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// What the next test kills.
#[test]
#[ignore = "killed by `what_a_killed_run_left_is_cleared_away`"]
fn a_run_that_is_killed() {
    let Ok(run) = std::env::var("CODE_ASSIST_KILLED_RUN") else { return };
    let compose = "services: {a: {build: ., volumes: [\"/data\"]}}";
    let dockerfile = script("exec /bin/busybox sleep 600");
    let repository =
        Repository::new(&[("Dockerfile", &dockerfile), ("compose.yaml", compose)]).with_busybox();
    let _ = repository.simulate(&run, &config("up_seconds = 600\nprobe = { port = 1 }"), &Cancel::default());
}

#[test]
#[ignore = "needs an engine: tests/containers/engines.sh"]
fn what_a_killed_run_left_is_cleared_away() {
    let (before, run) = (held(), run());
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", "engine::a_run_that_is_killed"])
        .env("CODE_ASSIST_KILLED_RUN", &run);
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let filter = format!("label=dev.agennext.code-assist.run={run}");
    wait_for(|| !asked(&["ps", "--quiet", "--filter", &filter]).is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_ne!(held(), before);
    let within: PathBuf = tempfile::tempdir().unwrap().keep();
    let removed = clear(&run, &config(""), Path::new(&within)).unwrap();
    fs::remove_dir_all(within).unwrap();
    assert_eq!((removed.containers, removed.networks, removed.volumes), (1, 1, 1));
    assert_eq!(held(), before);
    assert_eq!(
        clear(&run, &config(""), &std::env::temp_dir().join("code-assist-clear")).unwrap().containers,
        0
    );
}
