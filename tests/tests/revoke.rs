//! What an operator takes back while a run goes on is denied at the next call.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use code_assist_tests::{World, assert_exit};

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");

/// A run that waits in a check until it is told to go on, and what is done meanwhile.
fn meanwhile(world: &World, more: &[&str], act: impl FnOnce()) -> std::process::Output {
    let (started, go) = (world.path().join("started"), world.path().join("go"));
    let check = format!("touch {}; while [ ! -e {} ]; do sleep 0.02; done", started.display(), go.display());
    let usual = ["run", "--repo", "repository", "--proposal", "good.patch", "--mode", "proposed_change"];
    let mut command = world.command(&usual);
    command
        .args(["--unsandboxed", "--check", &check])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !started.exists() {
        assert!(Instant::now() < deadline, "the check never started");
        std::thread::sleep(Duration::from_millis(10));
    }
    act();
    std::fs::write(go, "").unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_call_after_a_revocation_is_denied_and_nothing_is_placed() {
    let world = World::new(PROGRAM);
    let output = meanwhile(&world, &[], || {
        assert_exit(&world.call(&["revoke", "last"]), 0, &["all is revoked"]);
    });
    assert_exit(&output, 3, &["capability-revoked"]);
    assert_eq!(world.content(), "a\n");
    let records = world.records();
    let at = records.iter().position(|record| record["kind"] == "capability.revoked").unwrap();
    let next = records[at..].iter().find(|record| record["kind"] == "call.opened").unwrap();
    assert_eq!(next["body"]["decision"]["refusal"]["code"], "capability-revoked");
    assert_exit(&world.call(&["audit", "verify"]), 0, &["complete"]);
}

#[test]
fn one_capability_can_be_taken_back_alone() {
    let world = World::new(PROGRAM);
    let output = meanwhile(&world, &[], || {
        let records = world.records();
        let writing = records.iter().find(|record| record["body"]["operation"] == "repo.write").unwrap();
        let id = writing["body"]["capability"].as_str().unwrap();
        assert_exit(&world.call(&["revoke", "last", "--capability", id]), 0, &[id]);
        assert_exit(&world.call(&["revoke", "last", "--capability", "cap-0"]), 2, &["has no capability"]);
    });
    assert_ne!(output.status.code(), Some(0));
    assert_eq!(world.content(), "a\n");
}

#[test]
fn what_is_over_is_not_revoked() {
    let world = World::new(PROGRAM);
    assert_exit(&world.run("", &[]), 0, &[]);
    assert_exit(&world.call(&["revoke", "last"]), 2, &["is not going on any more"]);
}
