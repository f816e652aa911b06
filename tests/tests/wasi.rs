//! Checks that are WASI command components, through the program: the same on every system.

use std::fs;

use code_assist_tests::{World, assert_exit};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");

/// A world whose repository holds a component.
fn with(program: &str) -> World {
    let world = World::new(PROGRAM);
    let component = format!("{}/{program}.wasm", env!("PROGRAMS"));
    fs::copy(component, world.root().join(format!("{program}.wasm"))).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../good.patch", world.root().join("outside")).unwrap();
    world
}

fn check(world: &World) -> Value {
    let closed = |record: &Value| record["body"]["done"]["checks"][0].is_object();
    let records = world.records();
    records.iter().find(|record| closed(record)).unwrap()["body"]["done"]["checks"][0].clone()
}

#[test]
fn a_component_sees_the_change_and_its_end_counts() {
    let world = with("looks");
    assert_exit(&world.run("", &["--check", "looks.wasm a.txt b"]), 0, &["passed"]);
    let check = check(&world);
    assert_eq!(check["output"], "`b` is in `a.txt`\n");
    let parts: Vec<_> = check["sandbox"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(parts.contains(&"read-only workspace"), "{parts:?}");
    assert!(parts.iter().all(|part| !part.starts_with("missing")), "{parts:?}");
}

#[test]
fn a_component_that_fails_fails_the_run() {
    let world = with("looks");
    assert_exit(&world.run("", &["--check", "looks.wasm a.txt nothing"]), 1, &["check-failed"]);
    assert_eq!(world.content(), "a\n");
}

#[test]
fn no_way_leads_out_of_a_component() {
    let world = with("escapes");
    let ran = world.run("", &["--check", "escapes.wasm"]);
    let check = check(&world);
    assert_eq!(check["output"], "16 ways, 0 led out: []; input of 0 bytes\n");
    assert_exit(&ran, 0, &[]);
}

#[test]
fn a_component_ends_in_time_and_within_its_memory() {
    let world = with("loops");
    let config = "[checks]\nseconds = 1";
    assert_exit(&world.run(config, &["--check", "loops.wasm"]), 1, &["timed_out"]);
    let world = with("allocates");
    let config = "[sandbox]\nmemory_bytes = 67108864";
    assert_exit(&world.run(config, &["--check", "allocates.wasm"]), 1, &["trapped"]);
}

#[test]
fn what_is_no_component_is_told() {
    let world = with("looks");
    fs::write(world.root().join("broken.wasm"), b"\0asm").unwrap();
    assert_exit(&world.run("", &["--check", "broken.wasm"]), 1, &["can't be run", "wasm32-wasip2"]);
    assert_exit(&world.run("", &["--check", "absent.wasm"]), 2, &["does not exist"]);
}
