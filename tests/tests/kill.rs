//! A run that is killed at any moment leaves the checkout wholly as before or wholly
//! as after, and its trace says which. Ctrl-C ends it in order.
#![cfg(target_os = "linux")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use code_assist_tests::{AtHome as _, tree};
use serde_json::Value;

const FILES: usize = 40;

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(world.root()).unwrap();
        let mut patch = String::from("*** Begin Patch\n");
        for index in 0..FILES {
            fs::write(world.root().join(format!("f{index}.txt")), format!("before {index}\n")).unwrap();
            patch += &format!("*** Update File: f{index}.txt\n@@\n-before {index}\n+after {index}\n");
        }
        patch += "*** Add File: new/file.txt\n+new\n*** End Patch\n";
        fs::write(world.path().join("change.patch"), patch).unwrap();
        world
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn root(&self) -> PathBuf {
        self.path().join("repository")
    }

    fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_code-assist-under-test"));
        command.at_home(self.path()).env("CODE_ASSIST_STATE_DIR", self.path().join("state"));
        command
    }

    fn start(&self, more: &[&str]) -> Child {
        let mut command = self.program();
        command
            .args(["run", "--repo", "repository", "--proposal", "change.patch", "--mode", "proposed_change"])
            .args(more);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// What `audit verify` says of the one run, if it came to have a trace.
    fn verified(&self) -> Option<Value> {
        let output = self.program().args(["audit", "verify", "--json"]).output().unwrap();
        serde_json::from_slice(&output.stdout).ok().filter(|value: &Value| value.get("status").is_some())
    }

    /// Whether every file is as after; panics when some are and some are not.
    fn is_after(&self) -> bool {
        let files = tree(&self.root());
        let after = files.values().filter(|bytes| bytes.starts_with(b"after")).count();
        assert!(after == 0 || after == FILES, "{after} of {FILES} files were changed");
        assert_eq!(files.len(), FILES + usize::from(after > 0), "{:?}", files.keys());
        after == FILES
    }
}

/// How long a whole run takes here, to spread the kills over it.
fn whole() -> Duration {
    let world = World::new();
    let start = Instant::now();
    assert!(world.start(&[]).wait().unwrap().success());
    assert!(world.is_after());
    start.elapsed()
}

#[test]
fn a_kill_at_any_moment_leaves_one_of_two_states_and_the_trace_tells_which() {
    const KILLS: u32 = 50;
    let whole = whole();
    let (mut before, mut after, mut interrupted) = (0, 0, 0);
    for index in 0..KILLS {
        let world = World::new();
        let mut child = world.start(&[]);
        std::thread::sleep(whole * index / KILLS);
        child.kill().unwrap();
        let finished = child.wait().unwrap().success();
        // What `audit verify` says stands: it waits for a placement that is going on.
        let verified = world.verified();
        let is_after = world.is_after();
        let Some(verified) = verified else {
            assert!(!is_after && !finished);
            before += 1;
            continue;
        };
        match verified["status"].as_str().unwrap() {
            "complete" => assert!(is_after, "{verified}"),
            "interrupted" => {
                interrupted += 1;
                let said = verified["checkout"].as_str().unwrap();
                assert!(said.starts_with(if is_after { "as after" } else { "as before" }), "{said}");
            }
            other => panic!("{other}: {verified}"),
        }
        if is_after {
            after += 1
        } else {
            before += 1
        }
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(world.is_after(), is_after, "it was changed after `audit verify`");
    }
    println!(
        "{KILLS} kills over {whole:?}: {before} left it as before, {after} as after, {interrupted} interrupted"
    );
    assert!(before > 0 && interrupted > 0);
}

/// Kills the Runner and the process that places the change, as a container's end does.
fn kill_all(world: &World, child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
    kill_placing(world);
}

/// Kills the process that places the change, if there is one.
fn kill_placing(world: &World) -> bool {
    let place = world.path().join("state").display().to_string();
    let mut killed = false;
    for entry in fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        if line.contains("\0place\0") && line.contains(&place) {
            killed |= Command::new("kill").arg("-9").arg(entry.file_name()).status().unwrap().success();
        }
    }
    killed
}

#[test]
fn a_kill_of_everything_is_mended_by_recover() {
    const KILLS: u32 = 40;
    let (mut before, mut after, mut between) = (0, 0, 0);
    for index in 0..KILLS {
        let world = World::new();
        let mut child = world.start(&[]);
        let runs = world.path().join("state/runs");
        let begun = || {
            let Ok(mut runs) = fs::read_dir(&runs) else { return false };
            runs.any(|run| run.is_ok_and(|run| run.path().join("placement.json").exists()))
        };
        let start = Instant::now();
        while !begun() && start.elapsed() < Duration::from_secs(10) {}
        std::thread::sleep(Duration::from_micros(u64::from(index) * 750));
        kill_all(&world, &mut child);
        let verified = world.verified().unwrap();
        match verified["checkout"].as_str() {
            Some("as before") => before += 1,
            Some("between before and after: finish it with `code-assist audit recover`") => between += 1,
            None | Some("as after") => after += 1,
            Some(other) => panic!("{other}"),
        }
        if verified["status"] == "interrupted" {
            another_change_is_not_placed(&world);
        }
        let recovered = world.program().args(["audit", "recover", "last"]).output().unwrap();
        // Where the placing process found the Runner gone in time, it placed nothing.
        let said = String::from_utf8_lossy(&recovered.stderr).into_owned();
        let (given_up, ended) = (said.contains("nothing was placed"), said.contains("is not interrupted"));
        assert_eq!(recovered.status.success(), !given_up && !ended, "{recovered:?}");
        assert_eq!(world.is_after(), !given_up);
        assert!(
            fs::read_dir(world.root())
                .unwrap()
                .flatten()
                .all(|entry| { !entry.file_name().to_string_lossy().starts_with(".code-assist") })
        );
    }
    println!("{KILLS} kills of everything: {before} left it as before, {between} between, {after} as after");
    assert!(before > 0);
}

/// What lies beside a run is obeyed where the records of the run say the same, and nowhere else.
fn another_change_is_not_placed(world: &World) {
    let run = fs::read_dir(world.path().join("state/runs")).unwrap().next().unwrap().unwrap().path();
    let journal = run.join("placement.json");
    let genuine = fs::read_to_string(&journal).unwrap();
    let elsewhere = world.path().join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let root = fs::canonicalize(world.root()).unwrap();
    for (now, other) in
        [(root.to_str().unwrap(), elsewhere.to_str().unwrap()), ("\"path\":\"", "\"path\":\"x")]
    {
        assert!(genuine.contains(now), "{genuine}");
        fs::write(&journal, genuine.replace(now, other)).unwrap();
        let refused = world.program().args(["audit", "recover", "last"]).output().unwrap();
        assert_eq!(refused.status.code(), Some(6), "{refused:?}");
    }
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    fs::write(&journal, genuine).unwrap();
}

#[test]
fn the_end_by_a_signal_is_in_order() {
    let world = World::new();
    let mut child = world.start(&["--check", "sleep 60"]);
    std::thread::sleep(Duration::from_millis(500));
    let start = Instant::now();
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(3));
    assert!(!world.is_after());
    let verified = world.verified().unwrap();
    assert_eq!(verified["status"], "complete");
    let shown = world.program().args(["audit", "list", "--json"]).output().unwrap();
    assert!(String::from_utf8_lossy(&shown.stdout).contains("interrupted"));
}

/// Only the process that places the change is killed: the Runner finishes what it began.
#[test]
fn a_kill_of_the_placing_process_alone_is_mended_by_the_runner() {
    for index in 0..20_u64 {
        let world = World::new();
        let mut child = world.start(&[]);
        let start = Instant::now();
        while !kill_placing(&world) && start.elapsed() < Duration::from_millis(20 + index) {}
        assert!(child.wait().unwrap().success());
        assert!(world.is_after());
        assert_eq!(world.verified().unwrap()["status"], "complete");
        let recovered = world.program().args(["audit", "recover", "last"]).output().unwrap();
        assert_eq!(recovered.status.code(), Some(2), "{recovered:?}");
    }
}

/// The time that a check of this test sleeps, and no other process on this machine.
fn own_time() -> String {
    format!("61.{}", std::process::id())
}

fn is_asleep(time: &str) -> bool {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.into_iter().any(|line| String::from_utf8_lossy(&line) == format!("sleep\0{time}\0"))
}

fn until(is_so: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !is_so() && start.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
    }
    is_so()
}

#[test]
fn a_killed_run_takes_its_checks_along_and_its_copy_goes_with_the_next() {
    let (world, time) = (World::new(), own_time());
    let mut child = world.start(&["--check", &format!("sleep {time}")]);
    assert!(until(|| is_asleep(&time)));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(until(|| !is_asleep(&time)));
    let copies = world.path().join("state/work");
    assert_eq!(fs::read_dir(&copies).unwrap().count(), 1);
    assert!(world.start(&["--check", "true"]).wait().unwrap().success());
    assert_eq!(fs::read_dir(&copies).unwrap().count(), 0);
}

#[test]
fn nobody_else_reads_the_state_directory() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    assert!(world.start(&[]).wait().unwrap().success());
    let mode = fs::metadata(world.path().join("state")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

/// A change in the checkout while the run works is found, and nothing is placed over it.
#[test]
fn what_was_changed_meanwhile_is_not_written_over() {
    let world = World::new();
    let mut child = world.start(&["--check", "sleep 1"]);
    std::thread::sleep(Duration::from_millis(600));
    fs::write(world.root().join("f7.txt"), "by hand\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let files = tree(&world.root());
    assert_eq!(files["f7.txt"], b"by hand\n");
    assert!(files.values().all(|bytes| !bytes.starts_with(b"after")));
    assert_eq!(files.len(), FILES);
}
