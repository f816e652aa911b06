//! The writer's system calls made to fail, one after another.
//!
//! `CODE_ASSIST_EVERY_CALL` makes all of them fail in turn; without it some of each kind do.
#![cfg(target_os = "linux")]

use std::{
    collections::BTreeMap,
    env,
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use ledger::{Key, Kind, LedgerError, Status, Store, verify, verify_all};
use policy::Blob;
use serde_json::json;

const RUN: &str = "run-1";
/// Runs of the writer for each system call and each fault, when not all are tried.
const SAMPLES: usize = 2;
/// Faults that are tried at once.
const AT_ONCE: usize = 16;
const CALLS: &[&str] = &[
    "openat",
    "pwrite64",
    "write",
    "fsync",
    "fdatasync",
    "ftruncate",
    "fcntl",
    "flock",
    "rename",
    "mkdir",
    "unlink",
    "pread64",
    "mmap",
    "fallocate",
];
const FAULTS: &[&str] = &["signal=KILL", "error=EIO", "error=ENOSPC"];

fn store(folder: &Path) -> Store {
    Store::new(folder.join("store"))
        .signed_by(Arc::new(Key::new(&[7; 32]).unwrap()))
        .remembered_in(folder.join("kept"))
}

/// The writer. It says what it was told is written, and when it was told that nothing is.
#[test]
fn child_that_writes() {
    let Some(folder) = env::var_os("LEDGER_CRASH") else { return };
    if let Err(error) = written(Path::new(&folder)) {
        println!("\nrefused {error}");
    }
}

fn written(folder: &Path) -> Result<(), LedgerError> {
    let mut trace = store(folder).start(RUN, 1)?;
    println!("\nstarted");
    let mut done = || -> Result<(), LedgerError> {
        trace.append(2, Kind::RunStarted, &json!({}))?;
        println!("record 0");
        for call in 0..8 {
            let entry = trace.open(3, Kind::CallOpened, &json!({ "call": call }))?;
            println!("record {}", call * 2 + 1);
            let blob = Blob::new(vec![b'a' + call; 3000 * usize::from(call)]);
            trace.keep(&blob)?;
            let body = json!({ "payloads": [blob.sha256()] });
            match call % 3 == 0 {
                true => {
                    trace.close(entry, 4, Kind::CallClosed, body)?;
                    println!("record {}", call * 2 + 2);
                }
                false => trace.close_later(entry, 4, Kind::CallClosed, body)?,
            }
        }
        Ok(())
    };
    match done() {
        Ok(()) => {
            println!("finishing");
            trace.finish(5, &json!({}), Vec::new())?;
            println!("finished");
            Ok(())
        }
        Err(error) => {
            let after = trace.append(6, Kind::CallOpened, &json!({}));
            assert!(matches!(after, Err(LedgerError::Closed(_))), "it takes more: {after:?}");
            println!("closed");
            Err(error)
        }
    }
}

fn child(folder: &Path, command: &mut Command) -> String {
    command.env("LEDGER_CRASH", folder).stderr(Stdio::null());
    String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned()
}

fn with_arguments(command: &mut Command) -> &mut Command {
    command.arg(env::current_exe().unwrap());
    command.args(["--exact", "child_that_writes", "--nocapture", "--test-threads=1"])
}

/// Whether everything that was said to be written is there, and the store goes on.
fn judged(folder: &Path, said: &str, what: &str) {
    let last = said.lines().filter_map(|line| line.strip_prefix("record ")?.parse::<u64>().ok()).next_back();
    let store = store(folder);
    if said.contains("started\n") {
        let verification = verify(&store, RUN).unwrap_or_else(|error| panic!("{what}: {error}\n{said}"));
        let records = last.map_or(0, |last| last + 1);
        assert!(verification.records >= records, "{what}: {} of {records}\n{said}", verification.records);
        let whole = verification.status == Status::Complete;
        let ends = whole && said.contains("finishing\n") || verification.status == Status::Interrupted;
        assert!(ends, "{what}: {:?} {:?}\n{said}", verification.status, verification.faults);
        assert!(whole || !said.contains("finished\n"), "{what}: the end was lost\n{said}");
    }
    assert!(
        !said.contains("refused")
            || !said.contains("record 0\n")
            || said.contains("finishing")
            || said.contains("closed"),
        "{what}\n{said}"
    );
    let mut trace = store.start("run-after", 1).unwrap_or_else(|error| panic!("{what}: {error}\n{said}"));
    trace.append(2, Kind::RunStarted, &json!({})).unwrap();
    trace.finish(3, &json!({}), Vec::new()).unwrap();
    let faults = verify_all(&store, |verification| {
        assert_ne!(verification.status, Status::Corrupt, "{what}: {:?}\n{said}", verification.faults);
        Ok(())
    });
    assert_eq!(faults.unwrap(), [], "{what}");
    assert_eq!(verify(&store, "run-after").unwrap().status, Status::Complete, "{what}");
}

/// How often the writer makes each system call.
fn counted() -> Option<BTreeMap<&'static str, usize>> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("calls");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", &format!("trace={}", CALLS.join(","))]).arg("-o").arg(&log);
    if Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return None;
    }
    let said = child(folder.path(), with_arguments(&mut command));
    let text = std::fs::read_to_string(&log).unwrap_or_default();
    if !said.contains("finished\n") {
        return None;
    }
    let count =
        |call: &'static str| (call, text.lines().filter(|line| line.contains(&format!(" {call}("))).count());
    Some(CALLS.iter().map(|call| count(call)).collect())
}

/// Lets one system call fail, and judges what is left. A lock that can't be let go of is waited
/// for, which is why several are tried at once.
fn failed_once(call: &str, inject: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", inject]);
    let said = child(folder.path(), with_arguments(&mut command));
    judged(folder.path(), &said, inject);
}

#[test]
fn a_system_call_that_fails_loses_nothing_that_was_said_to_be_written() {
    let Some(counted) = counted() else { return println!("skipped: `strace` can't be used here") };
    assert!(counted["pwrite64"] > 10, "{counted:?}");
    let every = env::var_os("CODE_ASSIST_EVERY_CALL").is_some();
    let mut faults = Vec::new();
    for (call, count) in counted {
        let step = if every { 1 } else { (count / SAMPLES).max(1) };
        for (offset, fault) in FAULTS.iter().enumerate() {
            let places = (1 + offset.min(count.saturating_sub(1))..=count).step_by(step);
            faults.extend(places.map(|when| (call, format!("inject={call}:{fault}:when={when}"))));
        }
    }
    let next = Mutex::new(faults.iter());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let take = || next.lock().unwrap().next();
                while let Some((call, inject)) = take() {
                    failed_once(call, inject);
                }
            });
        }
    });
    println!("{} faults", faults.len());
}

/// A file that may grow no further takes a part of what is written to it, then nothing.
#[test]
fn a_write_that_is_cut_short_loses_nothing_that_was_said_to_be_written() {
    let step = if env::var_os("CODE_ASSIST_EVERY_CALL").is_some() { 1 } else { 29 };
    let mut finished = false;
    for blocks in (0..4000).step_by(step) {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"]);
        let said = child(folder.path(), with_arguments(&mut command));
        judged(folder.path(), &said, &format!("no more than {blocks} blocks"));
        finished = said.contains("finished\n");
        if finished {
            break;
        }
    }
    assert!(finished, "the limit never was large enough");
}
