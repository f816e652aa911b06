//! The production gates, through the program: what they find, what they can't be talked out
//! of, and when a change is ready for production.

#[cfg(target_os = "linux")]
mod hostile;
mod planted;
mod ready;
mod scans;
#[cfg(target_os = "linux")]
mod tools;
mod waived;

use std::process::Output;

use code_assist_tests::World;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");

/// A day in the far future, so that waivers of tests hold.
const LATER: &str = "2999-12-31";

/// A world whose repository holds these files, committed.
fn world(files: &[(&str, &str)]) -> World {
    let world = World::new(PROGRAM);
    for (path, text) in files {
        world.lay(&format!("repository/{path}"), text);
    }
    world.git(&["add", "-A"]);
    world.git(&["commit", "-qm", "files", "--allow-empty"]);
    world
}

/// Advisories of our own making, taken in as of today.
fn with_advisories(world: &World) {
    world.lay("advisories/TEST-1.json", planted::ADVISORY);
    let taken = world.call(&["advisories", "import", "advisories", "--date", &today()]);
    assert_eq!(taken.status.code(), Some(0), "{}", code_assist_tests::said(&taken));
}

/// The day that it is, as data of today is dated.
fn today() -> String {
    policy::date::Date::of_ms(kernel::clock::now_ms()).to_string()
}

/// The results of a scan, by gate.
fn results(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    let told: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    told["gates"].as_array().cloned().unwrap_or_default()
}

fn gate<'a>(results: &'a [Value], name: &str) -> &'a Value {
    results.iter().find(|result| result["gate"] == name).unwrap_or_else(|| panic!("no {name}: {results:?}"))
}

/// Scans the repository for machines.
fn scan(world: &World, more: &[&str]) -> Output {
    world.call(&[&["scan", "repository", "--json"][..], more].concat())
}
