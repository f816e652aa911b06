//! What is kept and for how long, what is taken out, what is sealed, and where it can be read.

use std::{fs, path::Path, sync::Arc};

use ledger::{Kind, Retention, Seal, Status, Store, hold, prune, redact, verify, verify_all, verify_export};
use policy::Blob;
use serde_json::json;

use crate::place::{OTHER, Place, RUN, key, payload, trust, write, write_export};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const RETENTION: Retention = Retention { days: 30, production_days: 365 };

/// Whether some bytes are in any of the files beneath a folder.
fn is_in_files(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).any(|path| match path.is_dir() {
        true => is_in_files(&path, bytes),
        false => fs::read(path).unwrap().windows(bytes.len()).any(|part| part == bytes),
    })
}

#[test]
fn a_payload_that_is_taken_out_is_nowhere_and_the_proof_holds() {
    let place = Place::new();
    let (store, blob) = (place.writer(), payload(RUN, 3));
    assert!(is_in_files(&place.root(), blob.bytes()));
    redact(&store, blob.sha256(), "it named a person", "an officer", 10_000).unwrap();
    assert!(!is_in_files(&place.root(), blob.bytes()));
    assert_eq!(store.payload(RUN, blob.sha256()).unwrap(), None);
    let verification = verify(&store, RUN).unwrap();
    assert_eq!((verification.status, verification.faults.as_slice()), (Status::Complete, &[][..]));
    assert_eq!(verification.removed[blob.sha256()], "it named a person");
    assert_eq!(verify_all(&store, |_| Ok(())).unwrap(), []);
    let export = place.temp.path().join("run.tar");
    write_export(&store.reader().unwrap(), RUN, &export).unwrap();
    assert!(!fs::read(&export).unwrap().windows(blob.bytes().len()).any(|part| part == blob.bytes()));
    let exported = verify_export(&export, &Store::new("nowhere").trusting(trust())).unwrap();
    assert_eq!((exported.status, exported.removed.len()), (Status::Complete, 1));
    redact(&store, &blob.sha256().to_uppercase(), "again", "an officer", 10_000).unwrap();
    assert_eq!(verify(&store, RUN).unwrap().removed[blob.sha256()], "it named a person");
    for bad in ["", "x", &blob.sha256()[1..], &format!("{}é", &blob.sha256()[2..])] {
        assert!(redact(&store, bad, "x", "x", 1).unwrap_err().to_string().contains("no SHA-256"), "{bad}");
    }
    assert!(redact(&store, &"0".repeat(64), "x", "x", 1).unwrap_err().to_string().contains("no payload"));
    let mut trace = store.start("run-again", 1).unwrap();
    trace.keep(&blob).unwrap();
    trace.append(2, Kind::RunStarted, &json!({ "payloads": [blob.sha256()] })).unwrap();
    trace.finish(3, &json!({}), Vec::new()).unwrap();
    assert!(!is_in_files(&place.root(), blob.bytes()), "what was taken out came back");
    assert_eq!(verify(&store, "run-again").unwrap().status, Status::Complete);
}

#[test]
fn a_hash_in_capitals_takes_out_the_same() {
    let place = Place::new();
    let (store, blob) = (place.writer(), payload(RUN, 3));
    redact(&store, &blob.sha256().to_uppercase(), "it named a person", "an officer", 10_000).unwrap();
    assert_eq!(store.payload(RUN, blob.sha256()).unwrap(), None);
    let verification = verify(&store, RUN).unwrap();
    assert_eq!((verification.status, verification.faults.as_slice()), (Status::Complete, &[][..]));
    assert_eq!(verification.removed[blob.sha256()], "it named a person");
}

#[test]
fn a_payload_that_somebody_reads_is_taken_out_when_it_is_asked_for_again() {
    let place = Place::new();
    let (store, blob) = (place.writer(), payload(RUN, 3));
    let db = rusqlite::Connection::open(place.file()).unwrap();
    let reading = db.unchecked_transaction().unwrap();
    reading.query_row("SELECT count(*) FROM payloads", [], |_| Ok(())).unwrap();
    let asked = std::thread::scope(|scope| {
        let asked = scope.spawn(|| redact(&store, blob.sha256(), "x", "x", 1));
        asked.join().unwrap()
    });
    drop(reading);
    drop(db);
    if let Err(error) = asked {
        assert!(error.to_string().contains("do the same again"), "{error}");
        redact(&store, blob.sha256(), "x", "x", 2).unwrap();
    }
    assert!(!is_in_files(&place.root(), blob.bytes()));
    assert_eq!(verify(&store, RUN).unwrap().status, Status::Complete);
}

#[test]
fn what_need_not_be_kept_is_removed_and_what_is_on_hold_stays() {
    let place = Place::new();
    let store = place.writer();
    hold(&store, RUN, Some("a claim"), "counsel", 10_000).unwrap();
    assert!(prune(&store, RETENTION, 29 * DAY_MS, true).unwrap().is_empty());
    let dry = prune(&store, RETENTION, 31 * DAY_MS, false).unwrap();
    assert_eq!(dry.iter().map(|one| one.kept.is_some()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(verify(&store, OTHER).unwrap().status, Status::Complete);
    let done = prune(&store, RETENTION, 31 * DAY_MS, true).unwrap();
    assert_eq!(done, dry);
    let pruned = verify(&store, OTHER).unwrap();
    assert_eq!((pruned.status, pruned.records), (Status::Pruned, 6));
    assert!(!is_in_files(&place.root(), payload(OTHER, 1).bytes()));
    assert!(is_in_files(&place.root(), payload(RUN, 1).bytes()));
    let held = verify(&store, RUN).unwrap();
    assert_eq!((held.status, held.hold.as_deref()), (Status::Complete, Some("a claim")));
    assert!(store.reader().unwrap().prove_run(OTHER).is_ok());
    assert_eq!(verify_all(&store, |_| Ok(())).unwrap(), []);
    hold(&store, RUN, None, "counsel", 10_001).unwrap();
    assert!(hold(&store, RUN, None, "counsel", 10_001).is_err());
    prune(&store, RETENTION, 31 * DAY_MS, true).unwrap();
    assert_eq!(verify(&store, RUN).unwrap().status, Status::Pruned);
}

#[test]
fn a_run_that_goes_on_or_does_not_verify_is_not_removed() {
    let place = Place::new();
    let store = place.writer();
    let mut trace = store.start("run-3", 1).unwrap();
    trace.append(2, Kind::RunStarted, &json!({})).unwrap();
    let db = rusqlite::Connection::open(place.file()).unwrap();
    db.execute("DELETE FROM records WHERE place = (1 << 32) + 2", []).unwrap();
    drop(db);
    let done = prune(&store, RETENTION, 31 * DAY_MS, true).unwrap();
    let kept: Vec<_> = done.iter().filter(|one| one.kept.is_some()).map(|one| one.run_id.as_str()).collect();
    assert_eq!(kept, [RUN, "run-3"]);
    drop(trace);
}

#[test]
fn a_sealed_run_is_readable_with_its_key_alone() {
    let place = Place::new();
    let seal = |byte| Seal::new("acme", &[byte; 32]).unwrap();
    let sealed = place.writer().sealed(vec![seal(1)], Some("acme".to_owned()));
    let blob = Blob::new(b"MARKER-OF-A-PAYLOAD".to_vec());
    let mut trace = sealed.start("run-sealed", 1).unwrap();
    trace.keep(&blob).unwrap();
    trace
        .append(2, Kind::RunStarted, &json!({ "task": "MARKER-OF-A-RECORD", "payloads": [blob.sha256()] }))
        .unwrap();
    assert!(!is_in_files(&place.root(), b"MARKER-OF-A"), "while it is written");
    trace.finish(3, &json!({}), Vec::new()).unwrap();
    assert!(!is_in_files(&place.root(), b"MARKER-OF-A"));
    assert_eq!(verify(&sealed, "run-sealed").unwrap().status, Status::Complete);
    assert_eq!(sealed.payload("run-sealed", blob.sha256()).unwrap().unwrap(), blob.bytes());
    for store in [place.auditor(), place.auditor().sealed(vec![seal(2)], None)] {
        let verification = verify(&store, "run-sealed").unwrap();
        assert_ne!(verification.status, Status::Complete);
        assert!(verification.faults.iter().any(|fault| fault.code == "sealed"), "{:?}", verification.faults);
        let mut complete = Vec::new();
        verify_all(&store, |one| {
            if one.status == Status::Complete {
                complete.push(one.run_id);
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(complete, [RUN, OTHER], "one sealed run is in nobody's way");
    }
    assert!(place.writer().sealed(vec![], Some("acme".to_owned())).start("run-9", 1).is_err());
}

#[test]
fn a_record_of_a_sealed_run_opens_in_its_place_alone() {
    let place = Place::new();
    let store = place.writer().sealed(vec![Seal::new("acme", &[1; 32]).unwrap()], Some("acme".to_owned()));
    write(&store, "run-sealed", 2);
    let db = rusqlite::Connection::open(place.file()).unwrap();
    db.execute_batch(
        "UPDATE records SET place = place + 100 WHERE place >> 32 = 3 AND place & 7 IN (1, 2);
         UPDATE records SET place = CASE place & 7 WHEN 5 THEN (3 << 32) + 2 ELSE (3 << 32) + 1 END WHERE place >> 32 = 3 AND place & 255 > 100;",
    )
    .unwrap();
    drop(db);
    assert_eq!(verify(&store, "run-sealed").unwrap().status, Status::Corrupt);
}

/// Says how the store stands, as a user who may read it and no more.
#[cfg(unix)]
#[test]
fn child_that_may_only_read() {
    let Some(root) = std::env::var_os("LEDGER_READ_ONLY") else { return };
    let store = Store::new(root).trusting(trust());
    let status = verify(&store, RUN).map(|verification| verification.status);
    let faults = verify_all(&store, |_| Ok(())).map(|faults| faults.len());
    println!("told: {status:?} {faults:?} {}", store.start("run-9", 1).is_err());
}

#[cfg(unix)]
#[test]
fn a_store_that_can_t_be_written_is_read() {
    use std::os::unix::{fs::PermissionsExt as _, process::CommandExt as _};
    let place = Place::new();
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    allow(place.temp.path(), 0o755);
    allow(&place.file(), 0o444);
    allow(&place.root(), 0o555);
    let program = place.temp.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    allow(&program, 0o755);
    let mut command = std::process::Command::new(&program);
    command.args(["--exact", "kept::child_that_may_only_read", "--nocapture"]);
    command.env("LEDGER_READ_ONLY", place.root()).current_dir("/");
    if fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        command.uid(65_534).gid(65_534);
    }
    let out = command.output().unwrap();
    allow(&place.root(), 0o755);
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(text.contains("told: Ok(Complete) Ok(0) true"), "{text}{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn a_signer_that_fails_ends_nothing() {
    struct Broken(ledger::PublicKey);
    impl ledger::Signer for Broken {
        fn key(&self) -> &ledger::PublicKey {
            &self.0
        }
        fn sign(&self, _: &[u8]) -> Result<[u8; 64], String> {
            Err("it is out".to_owned())
        }
    }
    let place = Place::new();
    let broken = Store::new(place.root()).signed_by(Arc::new(Broken(ledger::Signer::key(&key()).clone())));
    assert!(broken.start("run-9", 1).is_err());
    place.well();
    assert!(!place.auditor().runs().unwrap().contains(&"run-9".to_owned()));
}
