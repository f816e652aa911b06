//! Many writers at one time.

use std::{
    env,
    process::{Command, Stdio},
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use ledger::{Kind, LedgerError, Status, Store, verify_all};
use serde_json::json;

use crate::place::{key, trust};

const THREADS: usize = 8;
const PROCESSES: usize = 2;
const LONG: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(8);
const STORES: usize = 200;

fn writer(root: &std::path::Path) -> Store {
    Store::new(root.join("store")).signed_by(std::sync::Arc::new(key())).remembered_in(root.join("kept"))
}

/// Writes runs for a while; gives how many, and the longest that anything took.
fn runs(root: &std::path::Path, name: &str) -> Result<(usize, Duration), LedgerError> {
    let (store, begun, mut written, mut longest) = (writer(root), Instant::now(), 0, Duration::ZERO);
    while begun.elapsed() < LONG {
        let mut last = Instant::now();
        let mut lap = || {
            longest = longest.max(last.elapsed());
            last = Instant::now();
        };
        let mut trace = store.start(&format!("run-{name}-{written}"), 1)?;
        lap();
        for call in 0..3 {
            let entry = trace.open(2, Kind::CallOpened, &json!({ "call": call }))?;
            lap();
            trace.close_later(entry, 3, Kind::CallClosed, json!({}))?;
        }
        trace.sync()?;
        lap();
        trace.finish(4, &json!({}), Vec::new())?;
        lap();
        written += 1;
    }
    Ok((written, longest))
}

#[test]
fn child_of_many() {
    let Some(root) = env::var_os("LEDGER_TOGETHER") else { return };
    let root = std::path::PathBuf::from(root);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn({
                    let root = &root;
                    move || runs(root, &format!("{}-{thread}", std::process::id()))
                })
            })
            .collect();
        for thread in threads {
            let (written, longest) = thread.join().unwrap().unwrap();
            println!("\nwritten {written} {}", longest.as_millis());
        }
    });
}

#[test]
fn many_write_at_one_time_and_nobody_who_looks_is_told_of_damage() {
    let folder = tempfile::tempdir().unwrap();
    let mut children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            let mut command = Command::new(env::current_exe().unwrap());
            command.args(["--exact", "together::child_of_many", "--nocapture"]);
            command.env("LEDGER_TOGETHER", folder.path()).stdout(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let auditor =
        Store::new(folder.path().join("store")).trusting(trust()).remembered_in(folder.path().join("kept"));
    let mut looks = 0;
    while children.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
        let faults = verify_all(&auditor, |verification| {
            assert_ne!(verification.status, Status::Corrupt, "{:?}", verification.faults);
            Ok(())
        });
        assert_eq!(faults.unwrap(), []);
        looks += 1;
        thread::sleep(Duration::from_millis(20));
    }
    let (mut written, mut longest) = (0, 0);
    for child in children {
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success());
        for line in
            String::from_utf8(out.stdout).unwrap().lines().filter_map(|line| line.strip_prefix("written "))
        {
            let (runs, waited) = line.split_once(' ').unwrap();
            written += runs.parse::<usize>().unwrap();
            longest = longest.max(waited.parse::<u128>().unwrap());
        }
    }
    let mut complete = 0;
    let faults = verify_all(&auditor, |verification| {
        assert_eq!(verification.status, Status::Complete, "{:?}", verification.faults);
        complete += 1;
        Ok(())
    });
    assert_eq!((faults.unwrap(), complete), (vec![], written));
    println!(
        "{written} runs by {THREADS} threads in each of {PROCESSES} processes; the longest wait was {longest} ms; looked at {looks} times"
    );
    assert!(written > 0 && longest < PATIENCE.as_millis(), "somebody waited {longest} ms");
}

#[test]
fn a_store_that_is_not_there_yet_is_made_by_many_at_one_time() {
    for _ in 0..STORES {
        let (folder, together) = (tempfile::tempdir().unwrap(), Barrier::new(THREADS));
        let started = &|thread: usize| {
            let store = writer(folder.path());
            together.wait();
            // Each comes at another moment of the making.
            thread::sleep(Duration::from_micros(thread as u64 * 150));
            store.start(&format!("run-{thread}"), 1)?.finish(2, &json!({}), Vec::new())
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                let auditor = Store::new(folder.path().join("store")).trusting(trust());
                let (begun, mut complete) = (Instant::now(), 0);
                while complete < THREADS && begun.elapsed() < PATIENCE {
                    complete = 0;
                    let faults = verify_all(&auditor, |verification| {
                        complete += usize::from(verification.status == Status::Complete);
                        Ok(())
                    });
                    assert_eq!(faults.unwrap(), []);
                }
                assert_eq!(complete, THREADS);
            });
            let threads = (0..THREADS).map(|thread| scope.spawn(move || started(thread)));
            for thread in threads.collect::<Vec<_>>() {
                thread.join().unwrap().unwrap();
            }
        });
    }
}
