//! Simulations with a real engine: `tests/containers/engines.sh` starts them for each that
//! is there.

#![cfg(unix)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use kernel::{
    KernelError, Workspace,
    container::{HealthBy, Outcome, Simulated, Simulation, Stage, clear, simulate},
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

/// With an engine.
mod real {
    use super::*;

    /// `podman --root x`: the engine and its options, and a list of all that it holds.
    fn engine() -> (String, Vec<String>) {
        let text =
            std::env::var("CODE_ASSIST_ENGINE").expect("`CODE_ASSIST_ENGINE` is an engine with its options");
        let mut words = text.split_whitespace().map(str::to_owned);
        (words.next().unwrap(), words.collect())
    }

    fn config(more: &str) -> ContainerConfig {
        let (name, options) = engine();
        parsed(&format!("engine = \"{name}\"\nengine_options = {options:?}\nstart_seconds = 15\n{more}"))
    }

    fn asked(words: &[&str]) -> String {
        let (name, options) = engine();
        let output = Command::new(name).args(options).args(words).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// All that the engine holds, whoever made it.
    fn held() -> String {
        [
            &["ps", "--all", "--quiet"][..],
            &["image", "ls", "--all", "--quiet"],
            &["network", "ls", "--quiet"],
            &["volume", "ls", "--quiet"],
        ]
        .map(asked)
        .join("\n")
    }

    fn run() -> String {
        format!("run-{}", uuid::Uuid::now_v7().simple())
    }

    /// Simulates, and sees that the engine holds afterwards what it held before.
    fn simulated(repository: Repository, more: &str) -> Simulated {
        let before = held();
        let done = repository.with_busybox().simulate(&run(), &config(more), &Cancel::default()).unwrap();
        assert_eq!(held(), before, "{done:#?}");
        assert!(done.removed.left.is_empty());
        done
    }

    fn code(done: &Simulated) -> &str {
        assert_eq!(done.outcome, Outcome::Failed, "{done:#?}");
        done.failure.as_ref().unwrap().code.as_str()
    }

    fn log<'a>(done: &'a Simulated, of: &str) -> &'a str {
        &done.logs.iter().find(|log| log.of == of).unwrap_or_else(|| panic!("{done:#?}")).text
    }

    const SERVER: &str = "FROM scratch
COPY busybox /bin/busybox
RUN [\"/bin/busybox\", \"sh\", \"-c\", \"/bin/busybox mkdir /www && echo well > /www/index.html\"]
HEALTHCHECK CMD [\"/bin/busybox\", \"wget\", \"-qO-\", \"http://127.0.0.1:8080/\"]
CMD [\"/bin/busybox\", \"httpd\", \"-f\", \"-v\", \"-p\", \"8080\", \"-h\", \"/www\"]
";

    /// Runs a script of busybox.
    fn script(script: &str) -> String {
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

        let done = simulated(
            Repository::new(&[("Dockerfile", "FROM scratch\nCOPY busybox /b\nCMD [\"/none\"]")]),
            "",
        );
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
    fn a_container_has_no_rights_no_network_and_none_of_the_machine() {
        let look = "b=/bin/busybox; $b mkdir -p /proc; $b grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status; \
                    $b ip route; $b nc -w 2 1.1.1.1 53 && echo OUT; \
                    $b ls /var/run/docker.sock /run/podman/podman.sock && echo SOCKET; \
                    $b mount -t tmpfs x /mnt && echo MOUNTED; $b mknod /dev/x b 7 0 && echo NODE; \
                    $b chown 1 /bin && echo CHOWNED; echo PROXY=$HTTP_PROXY$http_proxy; ulimit -n; \
                    $b ps | $b wc -l; exec $b sleep 60";
        let done = simulated(Repository::new(&[("Dockerfile", &script(look))]), "up_seconds = 8");
        let log = log(&done, "run");
        assert_eq!(done.outcome, Outcome::Passed, "{done:#?}");
        for there in
            ["CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "PROXY=\n4096\n"]
        {
            assert!(log.contains(there), "{there}: {log}");
        }
        for absent in ["OUT", "SOCKET", "MOUNTED", "NODE", "CHOWNED"] {
            assert!(!log.contains(absent), "{absent}: {log}");
        }
        // Docker leaves a route there and drops what takes it.
        assert!(done.engine.name == "docker" || !log.contains("default via"), "{log}");
    }

    #[test]
    #[ignore = "needs an engine: tests/containers/engines.sh"]
    fn memory_and_processes_have_an_end() {
        let bomb = "b=/bin/busybox; i=0; while [ $i -lt 400 ]; do $b sleep 30 & i=$((i+1)); done; \
                    echo COUNT $($b ls /proc | $b grep -c '^[0-9]'); exec $b sleep 30";
        let done =
            simulated(Repository::new(&[("Dockerfile", &script(bomb))]), "processes = 40\nup_seconds = 4");
        let said = log(&done, "run");
        let count =
            said.split("COUNT ").nth(1).and_then(|rest| rest.split_whitespace().next()?.parse::<u32>().ok());
        assert!(count.is_none_or(|count| count <= 42), "{said}");

        let eat = "x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done";
        let start = Instant::now();
        let done = simulated(
            Repository::new(&[("Dockerfile", &script(eat))]),
            "memory_bytes = 33554432\nup_seconds = 12",
        );
        assert_eq!(code(&done), "container-unhealthy");
        assert!(start.elapsed() < Duration::from_secs(60));
    }

    #[test]
    #[ignore = "needs an engine: tests/containers/engines.sh"]
    fn a_build_is_given_the_change_and_not_what_is_ignored() {
        let dockerfile = "FROM scratch\nCOPY busybox /bin/busybox\nCOPY . /given\n\
                          CMD [\"/bin/busybox\", \"find\", \"/given\", \"-type\", \"f\"]\n";
        let repository = Repository::new(&[
            ("Dockerfile", dockerfile),
            (".gitignore", ".env\nbuild/\n"),
            (".dockerignore", "docs\n"),
            (".env", "SECRET=1"),
            ("deep/.env", "SECRET=1"),
            ("build/out", ""),
            ("docs/page", ""),
            ("src/main", ""),
        ]);
        let git = Command::new("git").args(["init", "-q"]).current_dir(repository.folder.path()).status();
        assert!(git.unwrap().success());
        let done = simulated(repository, "");
        let log = log(&done, "run");
        assert!(log.contains("/given/src/main"), "{done:#?}");
        for absent in [".env", "build/out", "docs/page", ".git/"] {
            assert!(!log.contains(absent), "{absent}: {log}");
        }
    }

    #[test]
    #[ignore = "needs an engine: tests/containers/engines.sh"]
    fn a_build_reaches_no_network() {
        let looking = "FROM scratch\nCOPY busybox /bin/busybox\n\
                       RUN [\"/bin/busybox\", \"sh\", \"-c\", \"/bin/busybox cat /proc/net/dev; /bin/busybox nc -w 3 1.1.1.1 80; exit 1\"]\n";
        let done = simulated(Repository::new(&[("Dockerfile", looking)]), "");
        assert_eq!(code(&done), "container-build");
        let log = log(&done, "build");
        assert!(log.contains("lo:") && !log.contains("eth0"), "{done:#?}");
    }

    #[test]
    #[ignore = "needs an engine: tests/containers/engines.sh"]
    fn what_a_container_prints_is_harmless_and_bounded() {
        let loud = "i=0; while [ $i -lt 1000 ]; do /bin/busybox printf '\\033[2J\\033]0;title\\007line %d\\n' $i; i=$((i+1)); done; exit 1";
        let done = simulated(Repository::new(&[("Dockerfile", &script(loud))]), "log_bytes = 2000");
        let log = done.logs.iter().find(|log| log.of == "run").unwrap();
        assert!(!log.text.contains('\u{1b}') && log.text.contains("line 1"), "{log:?}");
        assert!(log.text.len() <= 4000 && log.bytes_dropped > 0);
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

        let repository =
            Repository::new(&[("Dockerfile", &script("exec /bin/busybox sleep 60"))]).with_busybox();
        let cancel = Cancel::default();
        let config = config("up_seconds = 60");
        let done = std::thread::scope(|scope| {
            let running = scope.spawn(|| repository.simulate(&run(), &config, &cancel).unwrap());
            wait_for(|| {
                !asked(&["ps", "--quiet", "--filter", "label=dev.agennext.code-assist.run"]).is_empty()
            });
            cancel.cancel();
            running.join().unwrap()
        });
        assert_eq!(code(&done), "interrupted");
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(held(), before, "{done:#?}");
    }

    fn wait_for(mut is_so: impl FnMut() -> bool) {
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
        let _ = repository.simulate(&run, &config("up_seconds = 600"), &Cancel::default());
    }

    #[test]
    #[ignore = "needs an engine: tests/containers/engines.sh"]
    fn what_a_killed_run_left_is_cleared_away() {
        let (before, run) = (held(), run());
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--ignored", "--exact", "real::a_run_that_is_killed"])
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
}
