//! Each entry of the log bent in each way, and the store as a whole put back.

use std::fs;

use ledger::{Status, verify};
use serde_json::json;

use crate::{
    forged::{self, Lines, log, relinked},
    place::{CALLS, OTHER, Place, RUN, Touched, write},
};

/// The log starts, and two runs start and end.
const ENTRIES: u64 = 5;

fn put(db: &rusqlite::Connection, lines: &Lines) {
    db.execute("DELETE FROM log", []).unwrap();
    for (at, line) in lines.iter().enumerate() {
        db.execute("INSERT INTO log VALUES (?1, ?2)", (i64::try_from(at).unwrap(), line)).unwrap();
    }
}

fn each(place: &Place, what: &str, last: u64, bend: impl Fn(&mut Lines, usize)) {
    for at in 0..last {
        place.bent(|db| {
            let mut lines = log(db);
            assert_eq!(lines.len() as u64, ENTRIES);
            bend(&mut lines, usize::try_from(at).unwrap());
            put(db, &lines);
        });
        place.found(&format!("{what} {at}"), &Touched::Log(at));
    }
}

#[test]
fn an_entry_of_the_log_that_is_bent_is_found() {
    let place = Place::new();
    for part in 0..10 {
        each(&place, &format!("bit {part}"), ENTRIES - 1, |lines, at| {
            let byte = lines[at].len() * part / 10;
            lines[at][byte] ^= 1 << (part % 8);
        });
    }
    each(&place, "drop", ENTRIES, |lines, at| drop(lines.remove(at)));
    each(&place, "swap", ENTRIES - 1, |lines, at| lines.swap(at, at + 1));
    each(&place, "double", ENTRIES, |lines, at| lines.insert(at, lines[at].clone()));
    each(&place, "cut off from", ENTRIES, |lines, at| lines.truncate(at));
}

#[test]
fn the_last_entry_of_the_log_is_held_by_the_checkpoint() {
    let place = Place::new();
    for byte in (0..200).step_by(7) {
        place.bent(|db| {
            let mut lines = log(db);
            let line = lines.last_mut().unwrap();
            let byte = byte % line.len();
            line[byte] ^= 1 << (byte % 8);
            put(db, &lines);
        });
        place.found("bit of the last entry", &Touched::named("checkpoint of the log"));
    }
}

#[test]
fn an_entry_with_a_place_that_there_is_not_is_found() {
    let place = Place::new();
    for seq in [-1, i64::MIN, i64::MAX, 1 << 40] {
        place.bent(|db| {
            db.execute("INSERT INTO log VALUES (?1, x'00')", [seq]).unwrap();
        });
        place.found_in_all("a place that there is not");
        assert_eq!(verify(&place.auditor(), RUN).unwrap().status, Status::Corrupt);
        let place_of = |run: i64| (run << 32) | 0xffff_ffff;
        place.bent(|db| {
            db.execute("INSERT INTO records VALUES (?1, x'00')", [place_of(1)]).unwrap();
        });
        place.found("a record with a place that there is not", &Touched::Record(0xffff_fffe));
    }
}

#[test]
fn what_the_store_says_of_its_log_is_held_to() {
    let place = Place::new();
    for key in ["head", "frontier", "checkpoint", "origin"] {
        place.bent(|db| {
            db.execute("DELETE FROM state WHERE key = ?1", [key]).unwrap();
        });
        place.found_in_all(&format!("no {key}"));
        assert_eq!(verify(&place.auditor(), RUN).unwrap().status, Status::Corrupt);
        let length: i64 = {
            place.put(place.whole());
            place
                .db()
                .query_row("SELECT length(value) FROM state WHERE key = ?1", [key], |row| row.get(0))
                .unwrap()
        };
        for byte in 0..length {
            place.bent(|db| {
                let mut value: Vec<u8> =
                    db.query_row("SELECT value FROM state WHERE key = ?1", [key], |row| row.get(0)).unwrap();
                value[usize::try_from(byte).unwrap()] ^= 1 << (byte % 8);
                forged::set(db, key, &value);
            });
            let found = verify(&place.auditor(), RUN).unwrap();
            assert_eq!(found.status, Status::Corrupt, "byte {byte} of {key}");
            let places = ["checkpoint of the log", "end of the log", "log", "store"];
            assert!(
                found.faults.iter().any(|fault| places.contains(&fault.place.as_str())),
                "{:?}",
                found.faults
            );
        }
    }
}

#[test]
fn a_run_that_is_removed_is_found() {
    let place = Place::new();
    let rows = "DELETE FROM records WHERE place >> 32 = 1; DELETE FROM notes WHERE run = 1;
        DELETE FROM kept WHERE run = 1; DELETE FROM runs WHERE number = 1;";
    place.bent(|db| db.execute_batch(rows).unwrap());
    place.found("all of its rows", &Touched::named("run"));
    place.bent(|db| db.execute_batch("DELETE FROM runs WHERE number = 1").unwrap());
    place.found("the row that names it", &Touched::named("run"));
    place.bent(|db| db.execute_batch("UPDATE runs SET run_id = 'run-9' WHERE number = 1").unwrap());
    place.found("its name", &Touched::named("run"));
    place.bent(|db| {
        db.execute_batch(rows).unwrap();
        let lines: Lines =
            log(db).into_iter().filter(|line| !String::from_utf8_lossy(line).contains(RUN)).collect();
        put(db, &lines);
    });
    place.found("its entries, too", &Touched::Log(1));
    for signer in [None, Some(&ledger::Key::new(&[9; 32]).unwrap() as &dyn ledger::Signer)] {
        place.bent(|db| {
            db.execute_batch(rows).unwrap();
            let lines: Lines =
                log(db).into_iter().filter(|line| !String::from_utf8_lossy(line).contains(RUN)).collect();
            forged::put_log(db, &relinked(&lines, 0, |_, _| {}), signer);
        });
        let found = verify(&place.auditor(), OTHER).unwrap();
        for touched in ["checkpoint of the log", "store"] {
            crate::place::expect("a log without it", &found, &Touched::named(touched));
        }
    }
}

#[test]
fn what_is_added_to_the_log_without_the_key_is_found() {
    let place = Place::new();
    for kind in ["log.run_pruned", "log.payload_removed", "log.hold_released"] {
        place.bent(|db| {
            let mut lines = log(db);
            lines.push(lines[1].clone());
            let lines = relinked(&lines, 5, |_, entry| entry["kind"] = json!(kind));
            forged::put_log(db, &lines, None);
        });
        place.found(kind, &Touched::named("checkpoint of the log"));
    }
}

#[test]
fn a_store_that_is_put_back_is_found() {
    let place = Place::new();
    let mut copies = vec![place.whole().to_vec()];
    for run in 3..6 {
        write(&place.writer(), &format!("run-{run}"), CALLS);
        copies.push(fs::read(place.file()).unwrap());
    }
    let last = copies.pop().unwrap();
    for copy in &copies {
        place.put(copy);
        place.found("put back", &Touched::named("store"));
    }
    place.put(&last);
    assert_eq!(verify(&place.auditor(), "run-5").unwrap().status, Status::Complete);
    place.well();
}

#[test]
fn a_store_that_is_put_back_is_found_however_much_is_written_to_it_afterwards() {
    let place = Place::new();
    let earlier = place.whole().to_vec();
    write(&place.writer(), "run-3", CALLS);
    place.put(&earlier);
    for run in 4..8 {
        write(&place.writer(), &format!("run-{run}"), CALLS);
        let verified = verify(&place.auditor(), &format!("run-{run}")).unwrap();
        assert_eq!(verified.status, Status::Corrupt, "run-{run}");
    }
}

#[test]
fn a_store_that_was_emptied_says_so_ever_after() {
    let place = Place::new();
    let checkpoint = place.writer().reader().unwrap().log_checkpoint().unwrap();
    let before = checkpoint.lines().next().map(str::to_owned);
    fs::remove_dir_all(place.writer().root()).unwrap();
    for run in 1..3 {
        write(&place.writer(), &format!("anew-{run}"), CALLS);
        assert_eq!(place.auditor().reader().unwrap().replaces().unwrap(), before);
    }
}

#[test]
fn a_store_that_is_emptied_is_found() {
    let place = Place::new();
    let found = |what: &str| {
        let faults = ledger::verify_all(&place.auditor(), |_| Ok(())).unwrap();
        assert!(
            faults.iter().any(|fault| fault.code == "rolled-back" && fault.place == "store"),
            "{what}: {faults:?}"
        );
    };
    place.put(b"");
    found("an empty file");
    fs::remove_file(place.file()).unwrap();
    found("no file");
    place.bent(|db| {
        let tables = "DELETE FROM state; DELETE FROM runs; DELETE FROM records; DELETE FROM payloads; DELETE FROM kept; DELETE FROM log; DELETE FROM notes";
        db.execute_batch(tables).unwrap();
    });
    found("no rows");
    fs::remove_file(place.file()).unwrap();
    write(&ledger::Store::new(place.root()).signed_by(std::sync::Arc::new(crate::place::key())), "run-9", 1);
    found("another store");
    fs::remove_dir_all(place.root()).unwrap();
    found("no folder");
}

#[test]
fn what_is_remembered_and_can_t_be_read_is_told() {
    let place = Place::new();
    let kept = place.temp.path().join("kept");
    for file in fs::read_dir(&kept).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|end| end == "checkpoint") {
            fs::write(&file, "x").unwrap();
        }
    }
    place.found("not a checkpoint", &Touched::named("checkpoint kept outside the store"));
}

/// Makes a past up that nobody has signed: a log of one entry, and no run.
fn invent(place: &Place) {
    place.bent(|db| {
        db.execute_batch("DELETE FROM log; DELETE FROM records; DELETE FROM notes; DELETE FROM runs")
            .unwrap();
        let body = json!({ "origin": "invented" });
        let record = json!({
            "body": body, "kind": "log.started", "previous": "0".repeat(64), "run_id": "invented", "seq": 0,
            "time_ms": 1,
        });
        let line = serde_json_canonicalizer::to_vec(&record).unwrap();
        let leaves = [forged::leaf(&line)];
        db.execute("INSERT INTO log VALUES (0, ?1)", [&line]).unwrap();
        let frontier = [&1_u64.to_be_bytes()[..], &leaves[0]].concat();
        let checkpoint = forged::checkpoint("invented", &leaves, None);
        let state = [
            ("origin", b"invented".to_vec()),
            ("head", leaves[0].to_vec()),
            ("frontier", frontier),
            ("checkpoint", checkpoint.into_bytes()),
        ];
        for (key, value) in state {
            db.execute("UPDATE state SET value = ?2 WHERE key = ?1", rusqlite::params![key, value]).unwrap();
        }
    });
}

#[test]
fn a_past_that_somebody_invented_is_not_signed_with_what_follows() {
    let place = Place::new();
    for without in ["", "checkpoint", "origin", "frontier", "head"] {
        invent(&place);
        place.db().execute("DELETE FROM state WHERE key = ?1", [without]).unwrap();
        let refused = place.writer().start("run-9", 1).unwrap_err();
        assert!(refused.is_damage(), "{without}: {refused}");
        assert_eq!(place.auditor().reader().unwrap().find("run-9").ok(), None);
    }
}

#[test]
fn another_store_in_its_place_is_found_however_much_is_written_to_it() {
    let place = Place::new();
    let elsewhere = Place::new();
    place.put(elsewhere.whole());
    for run in 7..9 {
        write(&place.writer(), &format!("run-{run}"), CALLS);
        let verified = verify(&place.auditor(), &format!("run-{run}")).unwrap();
        assert_eq!(verified.status, Status::Corrupt);
        assert!(verified.faults.iter().any(|fault| fault.code == "rolled-back"), "{:?}", verified.faults);
    }
}
