//! What the ledger costs: the medians of several tries, and the memory that verification takes.
//!
//! `cargo run --release -p code-assist-host-harness-ledger --example cost`

use std::{
    env, fs,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use ledger::{Key, Kind, Status, Store, verify};
use policy::Blob;
use serde_json::{Value, json};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [what, folder, calls] = arguments.as_slice() {
        return child(what, Path::new(folder), calls.parse().unwrap());
    }
    println!("| what | median |\n|---|---|");
    for calls in [100, 10_000] {
        let tries = if calls > 1000 { 5 } else { 21 };
        println!("| {calls} calls, written | {:.1} ms |", median(tries, || calls_written(calls)));
    }
    for records in [10_000, 1_000_000] {
        verified(records);
    }
}

fn store(folder: &Path) -> Store {
    Store::new(folder).signed_by(Arc::new(Key::new(&[7; 32]).unwrap()))
}

fn median(tries: usize, mut each: impl FnMut() -> Duration) -> f64 {
    let mut times: Vec<_> = (0..tries).map(|_| each()).collect();
    times.sort();
    times[tries / 2].as_secs_f64() * 1000.0
}

/// A body of about so many bytes.
fn body(call: u64, bytes: usize) -> Value {
    let path = format!("src/{call}/{}", "x".repeat(bytes - 130));
    json!({ "function": "repo.read", "capability": "cap-1", "decision": { "allow": false }, "path": path })
}

fn calls_written(calls: u64) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let mut trace = store.start("run-1", 1).unwrap();
    let begun = Instant::now();
    for call in 0..calls {
        let entry = trace.open(2, Kind::CallOpened, &body(call, 600)).unwrap();
        let blob = Blob::new(format!("{call}{}", "y".repeat(300)).into_bytes());
        trace.keep(&blob).unwrap();
        let mut body = body(call, 600);
        body["payloads"] = json!([blob.sha256()]);
        trace.close_later(entry, 3, Kind::CallClosed, body).unwrap();
        if call % 10 == 9 {
            trace.sync().unwrap();
        }
    }
    begun.elapsed()
}

/// Each in a process of its own, which then says what memory it took.
fn verified(records: u64) {
    let folder = tempfile::tempdir().unwrap();
    run("write", folder.path(), records);
    let told = run("verify", folder.path(), records);
    let (seconds, kilobytes) = told.trim().split_once(' ').unwrap();
    let rate = records as f64 / seconds.parse::<f64>().unwrap();
    println!("| {records} records, verified | {rate:.0} records/s, {kilobytes} kB at the most |");
}

fn run(what: &str, folder: &Path, records: u64) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    let out = command.arg(what).arg(folder).arg(records.to_string()).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn child(what: &str, folder: &Path, records: u64) {
    let store = store(folder);
    if what == "write" {
        return many(&store, records);
    }
    let mut times: Vec<f64> = (0..3)
        .map(|_| {
            let begun = Instant::now();
            assert_eq!(verify(&store, "run-1").unwrap().status, Status::Complete);
            begun.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{} {}", times[1], peak_kb());
}

fn many(store: &Store, records: u64) {
    let mut trace = store.start("run-1", 1).unwrap();
    trace.append(1, Kind::RunStarted, &json!({})).unwrap();
    for call in 0..(records - 2) / 2 {
        let entry = trace.open(2, Kind::CallOpened, &body(call, 400)).unwrap();
        trace.close_later(entry, 3, Kind::CallClosed, body(call, 400)).unwrap();
    }
    trace.finish(4, &json!({ "outcome": "succeeded" }), Vec::new()).unwrap();
}

/// The most memory that this process had, where the system tells.
fn peak_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
