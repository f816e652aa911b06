//! With an engine: what a build and a container can't do.

use std::{
    io::Write as _,
    process::Command,
    time::{Duration, Instant},
};

use kernel::container::{Outcome, Simulated};

use crate::{
    Repository,
    engine::{code, log, script, simulated},
};

#[test]
#[ignore = "needs an engine: tests/containers/engines.sh"]
fn a_container_has_no_rights_no_network_and_none_of_the_machine() {
    let look = "b=/bin/busybox; $b mkdir -p /proc; $b grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status; \
                    $b cat /proc/net/dev; $b nc -w 2 1.1.1.1 53 && echo OUT; \
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
    assert!(log.contains("lo:") && !log.contains("eth0"), "{log}");
}

/// Of two containers, one looks for what listens on all addresses of the machine.
fn looked_for_the_machine(more: &str) -> Simulated {
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        listener.incoming().for_each(|stream| drop(stream.unwrap().write_all(b"MACHINE\n")));
    });
    let look = format!(
        "b=/bin/busybox; $b ip addr show eth0; for gate in $($b ip addr show eth0 | $b sed -n 's|.*inet \\([0-9.]*\\)\\.[0-9]*/.*|\\1.1|p'); \
             do echo LOOKED; $b nc -w 2 $gate {port} </dev/null; done; exec $b sleep 60"
    );
    let compose = "services: {a: {build: .}, b: {build: ., command: [/bin/busybox, sleep, \"60\"]}}";
    let files = [("Dockerfile", script(&look)), ("compose.yaml", compose.to_owned())];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    simulated(Repository::new(&files), &format!("up_seconds = 5\n{more}"))
}

/// Podman knows no network of several containers that the machine is not on.
#[test]
#[ignore = "needs an engine: tests/containers/engines.sh"]
fn containers_that_nobody_asks_do_not_reach_the_machine_with_docker() {
    let done = looked_for_the_machine("");
    let log = done.logs.iter().find(|log| log.of == "run" && log.service == "a").unwrap();
    assert!(done.outcome == Outcome::Passed && log.text.contains("LOOKED"), "{done:#?}");
    assert!(done.engine.name == "podman" || !log.text.contains("MACHINE"), "{log:?}");
    let asked = looked_for_the_machine("probe = { service = \"b\", port = 1 }");
    let log = asked.logs.iter().find(|log| log.of == "run" && log.service == "a").unwrap();
    assert!(log.text.contains("MACHINE"), "the test can't tell: {log:?}");
}

#[test]
#[ignore = "needs an engine: tests/containers/engines.sh"]
fn memory_and_processes_have_an_end() {
    let bomb = "b=/bin/busybox; i=0; while [ $i -lt 400 ]; do $b sleep 30 & i=$((i+1)); done; \
                    echo COUNT $($b ls /proc | $b grep -c '^[0-9]'); exec $b sleep 30";
    let done = simulated(Repository::new(&[("Dockerfile", &script(bomb))]), "processes = 40\nup_seconds = 4");
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
