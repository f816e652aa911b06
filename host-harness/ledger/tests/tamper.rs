//! Whatever is done to a finished trace is noticed; a trace cut short by a kill
//! is told apart from one that was tampered with.

use std::fs;

use ledger::{Kind, Status, Store, verify};
use serde_json::json;

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    (folder, store)
}

fn finished(store: &Store, run_id: &str) {
    let mut trace = store.start(run_id, 1).unwrap();
    trace.append(2, Kind::RunStarted, &json!({ "a": 1 })).unwrap();
    let entry = trace.open(3, Kind::CallOpened, &json!({ "function": "repo.read" })).unwrap();
    trace.close(entry, 4, Kind::CallClosed, json!({ "ok": true })).unwrap();
    trace.finish(5, &json!({ "outcome": "succeeded" })).unwrap();
}

fn lines(store: &Store) -> Vec<String> {
    let text = fs::read_to_string(store.run_folder("run-1").join("trace.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn status_with(store: &Store, lines: &[String]) -> Status {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(store.run_folder("run-1").join("trace.jsonl"), text).unwrap();
    verify(store, "run-1").unwrap().status
}

#[test]
fn a_finished_trace_is_complete_and_every_change_to_it_is_corrupt() {
    let (_folder, store) = store();
    finished(&store, "run-1");
    let whole = lines(&store);
    assert_eq!(status_with(&store, &whole), Status::Complete);
    for at in 0..whole.len() {
        let mut dropped = whole.clone();
        dropped.remove(at);
        assert_eq!(status_with(&store, &dropped), Status::Corrupt, "drop {at}");
        let mut doubled = whole.clone();
        doubled.insert(at, whole[at].clone());
        assert_eq!(status_with(&store, &doubled), Status::Corrupt, "double {at}");
        let mut changed = whole.clone();
        changed[at] = changed[at].replacen("\"time_ms\":", "\"time_ms\":1", 1);
        assert_eq!(status_with(&store, &changed), Status::Corrupt, "change {at}");
        let mut spaced = whole.clone();
        spaced[at] = spaced[at].replacen(":", ": ", 1);
        assert_eq!(status_with(&store, &spaced), Status::Corrupt, "respell {at}");
        if at + 1 < whole.len() {
            let mut swapped = whole.clone();
            swapped.swap(at, at + 1);
            assert_eq!(status_with(&store, &swapped), Status::Corrupt, "swap {at}");
            assert_eq!(status_with(&store, &whole[..=at]), Status::Corrupt, "cut after {at}");
        }
    }
}

#[test]
fn a_run_without_an_end_is_running_while_it_is_held_and_interrupted_after() {
    let (_folder, store) = store();
    let mut trace = store.start("run-1", 1).unwrap();
    trace.append(2, Kind::RunStarted, &json!({})).unwrap();
    let entry = trace.open(3, Kind::CallOpened, &json!({})).unwrap();
    assert_eq!(verify(&store, "run-1").unwrap().status, Status::Running);
    drop((trace, entry));
    let verification = verify(&store, "run-1").unwrap();
    assert_eq!((verification.status, verification.left_open), (Status::Interrupted, vec![1]));
}

#[test]
fn a_torn_last_line_is_an_interruption() {
    let (_folder, store) = store();
    let mut trace = store.start("run-1", 1).unwrap();
    trace.append(2, Kind::RunStarted, &json!({})).unwrap();
    drop(trace);
    let path = store.run_folder("run-1").join("trace.jsonl");
    let mut text = fs::read(&path).unwrap();
    text.extend(b"{\"body\":{");
    fs::write(&path, text).unwrap();
    assert_eq!(verify(&store, "run-1").unwrap().status, Status::Interrupted);
}

#[test]
fn a_run_is_found_by_the_beginning_of_its_id() {
    let (_folder, store) = store();
    finished(&store, "run-abc1");
    finished(&store, "run-abd2");
    assert_eq!(store.find("abc").unwrap(), "run-abc1");
    assert_eq!(store.find("last").unwrap(), "run-abd2");
    assert!(store.find("run-ab").is_err());
    assert!(store.find("nope").is_err());
}
