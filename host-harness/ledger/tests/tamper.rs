//! Whatever is done to a finished trace is noticed; a trace cut short by a kill
//! is told apart from one that was tampered with.

use ledger::{Kind, Status, Store, verify};
use rusqlite::Connection;
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
    trace.finish(5, &json!({ "outcome": "succeeded" }), Vec::new()).unwrap();
}

fn lines(db: &Connection) -> Vec<String> {
    let mut rows = db.prepare("SELECT CAST(line AS TEXT) FROM records ORDER BY place").unwrap();
    rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn status_with(store: &Store, lines: &[String]) -> Status {
    let db = Connection::open(store.root().join("ledger.db")).unwrap();
    db.execute("DELETE FROM records", []).unwrap();
    for (at, line) in lines.iter().enumerate() {
        let place = 1_i64 << 32 | i64::try_from(at).unwrap();
        db.execute("INSERT INTO records (place, line) VALUES (?1, ?2)", (place, line.as_bytes())).unwrap();
    }
    verify(store, "run-1").unwrap().status
}

#[test]
fn a_finished_trace_is_complete_and_every_change_to_it_is_corrupt() {
    let (folder, store) = store();
    finished(&store, "run-1");
    let whole = lines(&Connection::open(folder.path().join("ledger.db")).unwrap());
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
        spaced[at] = spaced[at].replacen(':', ": ", 1);
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
    assert_eq!(verification.status, Status::Interrupted);
    assert_eq!(verification.left_open.iter().map(|left| left.record).collect::<Vec<_>>(), [1]);
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

#[test]
fn an_id_that_leads_out_of_the_store_starts_nothing() {
    let (folder, store) = store();
    for id in ["", ".", "..", "../run", "a/b", "a\\b", "/run", "run 1", "run\u{0}"] {
        assert!(store.start(id, 1).is_err(), "{id}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
