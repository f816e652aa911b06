//! What holds a check, through the program.

use std::{fs, path::Path, process::Output, time::Instant};

use code_assist_tests::{AtHome as _, World, assert_exit, said};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");

fn world() -> World {
    World::new(PROGRAM)
}

/// Runs a script as the one check of a run.
fn check(world: &World, config: &str, script: &str, more: &[&str]) -> Output {
    let path = world.root().join("check.sh");
    fs::write(path, script).unwrap();
    world.run(config, &[&["--check", "sh check.sh"], more].concat())
}

fn result(world: &World) -> Value {
    let records = world.records();
    let found = records.iter().find(|record| record["body"]["done"]["checks"].is_array());
    found.map(|record| record["body"]["done"]["checks"][0].clone()).unwrap_or_default()
}

/// Whether this machine has the whole sandbox; where it has none, there is nothing to show.
fn is_whole() -> bool {
    let doctor = world().call(&["doctor", "--json"]);
    let lines = String::from_utf8_lossy(&doctor.stdout).into_owned();
    let found = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    found.filter(|line| line["what"] == "sandbox").any(|line| line["good"] == true)
}

#[test]
fn doctor_tries_the_sandbox_as_it_is_configured() {
    let world = world();
    world.lay("config.toml", "[sandbox]\nread_only = [\"/no/such/folder\"]\n");
    let told = world.call(&["doctor", "--config", "config.toml"]);
    assert_exit(&told, 0, &["without", "`read_only`: can't show `/no/such/folder`"]);
    assert_exit(&world.call(&["doctor", "--config", "nowhere.toml"]), 2, &["nowhere.toml"]);
}

#[test]
fn the_state_directory_is_not_where_checks_read() {
    let world = world();
    let config = format!("[sandbox]\nread_only = [\"{}\"]\n", world.path().display());
    assert_exit(&world.run(&config, &["--check", "true"]), 2, &["lies where every check may read"]);
    assert_eq!(world.content(), "a\n");
}

#[test]
fn a_check_sees_the_change_and_nothing_that_it_writes_stays() {
    if !is_whole() {
        return;
    }
    let world = world();
    let script =
        "set -e\ngrep -qx b a.txt\necho more >> a.txt\necho new > new.txt\nrm check.sh\ntest ! -e .git\n";
    assert_exit(&check(&world, "", script, &[]), 0, &["passed"]);
    assert_eq!(world.content(), "b\n");
    assert!(!world.root().join("new.txt").exists() && world.root().join("check.sh").exists());
    let parts = result(&world)["sandbox"].to_string();
    assert!(parts.contains("namespace") && !parts.contains("missing"), "{parts}");
}

#[test]
fn a_check_reaches_nothing_of_the_machine() {
    if !is_whole() {
        return;
    }
    let world = world();
    world.lay("secret.txt", "planted");
    let outside = world.path().display().to_string();
    let script = format!(
        "cat {outside}/secret.txt; ls {outside}; ls /root /home /var /run /sys; cat /etc/shadow\n\
         echo x > /usr/escaped; echo x > {outside}/escaped; echo x > /etc/escaped\n\
         ls /proc | grep -E '^[0-9]+$' | wc -l; env | grep -c STATE_DIR\n\
         (exec 3<>/dev/tcp/127.0.0.1/22) 2>/dev/null && echo connected\nexit 0\n"
    );
    assert_exit(&check(&world, "", &script, &[]), 0, &[]);
    let output = result(&world)["output"].as_str().unwrap_or_default().to_owned();
    assert!(!output.contains("planted") && !output.contains("connected"), "{output}");
    assert!(!Path::new("/usr/escaped").exists() && !world.path().join("escaped").exists());
}

#[test]
fn ten_checks_of_a_second_take_less_than_two() {
    if !is_whole() {
        return;
    }
    let checks: Vec<_> = (0..10).flat_map(|_| ["--check", "sleep 1"]).collect();
    let named: Vec<String> = (0..10).map(|index| format!("sleep 1.00{index}")).collect();
    let checks: Vec<&str> =
        checks.iter().zip(named.iter().flat_map(|name| ["--check", name])).map(|(_, word)| word).collect();
    // What else the machine does meanwhile only ever adds: one quiet round is enough.
    let quiet = (0..8).any(|_| {
        let world = world();
        let start = Instant::now();
        assert_exit(&world.run("[checks]\nat_once = 10\n", &checks), 0, &[]);
        println!("ten checks of a second: {:?}", start.elapsed());
        start.elapsed().as_millis() < 2000
    });
    assert!(quiet);
}

/// Calls the program where no namespace can be made.
fn without_namespaces(world: &World, more: &[&str]) -> Output {
    let usual = ["run", "--repo", "repository", "--proposal", "good.patch", "--check", "touch ran"];
    let inner = world.command(&[&usual[..], more].concat());
    let words = inner.get_args().map(|word| word.to_string_lossy().into_owned());
    let script = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" \"$@\"";
    let mut outer = std::process::Command::new("unshare");
    outer.args(["--user", "--map-root-user", "sh", "-c", script]).arg(PROGRAM).args(words);
    outer.at_home(world.path()).env("CODE_ASSIST_STATE_DIR", "state");
    outer.output().unwrap()
}

#[test]
fn what_can_not_be_held_is_not_run_unless_a_developer_wants_it() {
    let world = world();
    if !is_whole() {
        return;
    }
    let refused = without_namespaces(&world, &["--mode", "proposed_change"]);
    assert_exit(&refused, 5, &["sandbox-unavailable", "--unsandboxed"]);
    assert_eq!(world.content(), "a\n");
    // A component's copy of the workspace is no leave to run a program in it.
    let component = format!("{}/looks.wasm", env!("PROGRAMS"));
    fs::copy(component, world.root().join("looks.wasm")).unwrap();
    let mixed = ["--mode", "proposed_change", "--check", "looks.wasm a.txt b"];
    assert_exit(
        &without_namespaces(&world, &mixed),
        5,
        &["sandbox-unavailable", "looks.wasm a.txt b passed"],
    );
    assert_eq!(world.content(), "a\n");
    let production = without_namespaces(&world, &["--mode", "production_change"]);
    assert_exit(&production, 5, &["needs the whole sandbox", "user namespace"]);
    let both = without_namespaces(&world, &["--mode", "production_change", "--unsandboxed"]);
    assert_exit(&both, 2, &["never run unsandboxed"]);
    let bare = without_namespaces(&world, &["--mode", "proposed_change", "--unsandboxed"]);
    assert_exit(&bare, 0, &["checks ran without the whole sandbox"]);
    assert!(result(&world)["sandbox"].to_string().contains("missing"), "{}", said(&bare));
    assert_eq!(world.content(), "b\n");
}
