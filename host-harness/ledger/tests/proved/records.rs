//! Each record of a run, each payload and each note, bent in each way.

use ledger::Key;
use rusqlite::Connection;
use serde_json::json;

use crate::{
    forged::{self, Lines, put_records, records, relinked},
    place::{CALLS, Place, RUN, Touched, payload},
};

const RECORDS: u64 = 2 + 2 * CALLS;

/// Bends the records of the run from each place, and expects it to be found there.
fn each(what: &str, last: u64, bend: impl Fn(&mut Lines, usize)) {
    let place = Place::new();
    for at in 0..last {
        place.bent(|db| {
            let mut lines = records(db, 1);
            bend(&mut lines, usize::try_from(at).unwrap());
            put_records(db, 1, &lines);
        });
        place.found(&format!("{what} {at}"), &Touched::Record(at));
    }
    place.bent(|_| {});
    place.well();
}

#[test]
fn a_bit_that_is_flipped_is_found() {
    let place = Place::new();
    place.bent(|_| {});
    let lines = records(&place.db(), 1);
    for (at, line) in lines.iter().enumerate() {
        for part in 0..4 {
            let (byte, bit) = ((line.len() * part / 4 + at % 7).min(line.len() - 1), (part * 5 + at) % 8);
            place.bent(|db| {
                let mut lines = lines.clone();
                lines[at][byte] ^= 1 << bit;
                put_records(db, 1, &lines);
            });
            place.found(&format!("bit {bit} of byte {byte} of record {at}"), &Touched::Record(at as u64));
        }
    }
}

#[test]
fn a_record_that_is_dropped_is_found() {
    each("drop and close up", RECORDS, |lines, at| drop(lines.remove(at)));
    let place = Place::new();
    for at in 0..RECORDS {
        place.bent(|db| {
            drop(db.execute("DELETE FROM records WHERE place = 1 << 32 | ?1", [at.cast_signed()]))
        });
        place.found(&format!("drop {at}"), &Touched::Record(at));
    }
}

#[test]
fn a_record_in_another_place_is_found() {
    each("swap", RECORDS - 1, |lines, at| lines.swap(at, at + 1));
    each("double", RECORDS, |lines, at| lines.insert(at, lines[at].clone()));
    each("move to the end", RECORDS - 1, |lines, at| {
        let line = lines.remove(at);
        lines.push(line);
    });
}

#[test]
fn a_record_that_is_added_at_the_end_is_found() {
    let place = Place::new();
    for at in 0..RECORDS {
        place.bent(|db| {
            let mut lines = records(db, 1);
            lines.push(lines[usize::try_from(at).unwrap()].clone());
            put_records(db, 1, &lines);
        });
        place.found(&format!("append {at}"), &Touched::Record(RECORDS));
    }
}

#[test]
fn a_trace_that_is_cut_off_is_found() {
    let place = Place::new();
    for at in 0..RECORDS {
        place.bent(|db| {
            drop(db.execute(
                "DELETE FROM records WHERE place > (1 << 32 | ?1) AND place >> 32 = 1",
                [at.cast_signed()],
            ))
        });
        match at + 1 < RECORDS {
            true => place.found(&format!("cut after {at}"), &Touched::Record(at + 1)),
            false => place.well(),
        }
        place.bent(|db| {
            db.execute(
                "DELETE FROM records WHERE place > (1 << 32 | ?1) AND place >> 32 = 1",
                [at.cast_signed()],
            )
            .unwrap();
            db.execute("DELETE FROM notes WHERE run = 1", []).unwrap();
            db.execute("UPDATE runs SET origin = 'example.com/other' WHERE number = 1", []).unwrap();
        });
        place.found(&format!("cut after {at}, said to be of another store"), &Touched::named("log"));
    }
}

#[test]
fn a_record_that_fits_into_the_chain_is_found() {
    let change = |_: usize, record: &mut serde_json::Value| record["body"]["more"] = json!(1);
    each("another that follows the one before", RECORDS, |lines, at| {
        let changed = relinked(lines, at, change);
        lines[at].clone_from(&changed[at]);
    });
    each("another, and all that follow", RECORDS, |lines, at| {
        *lines = relinked(lines, at, |here, record| {
            if here == at {
                change(here, record)
            }
        });
    });
}

#[test]
fn a_run_that_is_rewritten_with_its_log_is_found_without_the_key() {
    let place = Place::new();
    let stranger = Key::new(&[9; 32]).unwrap();
    for at in 0..usize::try_from(RECORDS).unwrap() {
        for signer in [None, Some(&stranger as &dyn ledger::Signer)] {
            place.bent(|db| {
                let change = |here, record: &mut serde_json::Value| {
                    if here == at {
                        record["body"]["more"] = json!(1);
                    }
                };
                let lines = relinked(&records(db, 1), at, change);
                forged::rewrite(db, &lines, signer);
            });
            let what = format!("rewritten from {at}, signed by another: {}", signer.is_some());
            place.found(&what, &Touched::named("checkpoint"));
            place.found(&what, &Touched::named("checkpoint of the log"));
            place.found(&what, &Touched::named("log"));
        }
    }
}

#[test]
fn the_key_alone_makes_a_forgery_pass_and_what_is_remembered_finds_it() {
    let place = Place::new();
    let key = crate::place::key();
    place.bent(|db| forged::rewrite(db, &records(db, 1), Some(&key)));
    let found = ledger::verify(&place.auditor(), RUN).unwrap();
    assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
    assert_eq!((found.faults[0].code, found.faults[0].place.as_str()), ("log-changed", "log"));
}

#[test]
fn a_record_that_is_moved_to_another_run_is_found_in_both() {
    let place = Place::new();
    for at in 0..RECORDS {
        place.bent(|db| {
            let end = i64::try_from(records(db, 2).len()).unwrap();
            db.execute(
                "UPDATE records SET place = 2 << 32 | ?2 WHERE place = 1 << 32 | ?1",
                (at.cast_signed(), end),
            )
            .unwrap();
        });
        place.found(&format!("move {at}"), &Touched::Record(at));
        let other = ledger::verify(&place.auditor(), crate::place::OTHER).unwrap();
        crate::place::expect("moved here", &other, &Touched::Record(6));
    }
}

#[test]
fn a_payload_that_is_not_what_was_kept_is_found() {
    let place = Place::new();
    let bends: [(&str, &str); 4] = [
        ("changed", "UPDATE payloads SET bytes = bytes || x'00' WHERE sha256 = ?1"),
        ("removed", "DELETE FROM payloads WHERE sha256 = ?1"),
        ("emptied", "UPDATE payloads SET bytes = NULL WHERE sha256 = ?1"),
        ("let go", "DELETE FROM kept WHERE payload = (SELECT number FROM payloads WHERE sha256 = ?1)"),
    ];
    for call in 0..CALLS {
        let blob = payload(RUN, call);
        let hash: Vec<u8> = sha2::Digest::finalize(sha2::Digest::chain_update(
            <sha2::Sha256 as sha2::Digest>::new(),
            blob.bytes(),
        ))
        .to_vec();
        for (what, sql) in bends {
            place.bent(|db| assert_eq!(db.execute(sql, [&hash]).unwrap(), 1));
            place.found(what, &Touched::Named(format!("payload {}", blob.sha256())));
        }
        for byte in 0..blob.bytes().len() {
            place.bent(|db| {
                let mut bytes = blob.bytes().to_vec();
                bytes[byte] ^= 1 << (byte % 8);
                db.execute("UPDATE payloads SET bytes = ?2 WHERE sha256 = ?1", (&hash, bytes)).unwrap();
            });
            let found = ledger::verify(&place.auditor(), RUN).unwrap();
            crate::place::expect("bit", &found, &Touched::Named(format!("payload {}", blob.sha256())));
        }
    }
}

fn note(db: &Connection, name: &str) -> Vec<u8> {
    db.query_row("SELECT text FROM notes WHERE run = 1 AND name = ?1", [name], |row| row.get(0)).unwrap()
}

#[test]
fn a_note_that_is_not_what_was_written_is_found() {
    let place = Place::new();
    for name in ["checkpoint", "run.dsse.json"] {
        let touched = Touched::named(name);
        place.bent(|db| drop(db.execute("DELETE FROM notes WHERE run = 1 AND name = ?1", [name])));
        place.found("removed", &touched);
        place.bent(|db| {
            drop(db.execute("UPDATE notes SET name = 'other' WHERE run = 1 AND name = ?1", [name]))
        });
        place.found("renamed", &touched);
        place.bent(|db| {
            let sql = "UPDATE notes SET text = (SELECT text FROM notes WHERE run = 2 AND name = ?1) WHERE run = 1 AND name = ?1";
            assert_eq!(db.execute(sql, [name]).unwrap(), 1);
        });
        place.found("that of another run", &touched);
        let text = note(
            &{
                place.put(place.whole());
                place.db()
            },
            name,
        );
        for byte in 0..text.len() {
            place.bent(|db| {
                let mut text = text.clone();
                text[byte] ^= 1 << (byte % 8);
                db.execute("UPDATE notes SET text = ?2 WHERE run = 1 AND name = ?1", (name, text)).unwrap();
            });
            let found = ledger::verify(&place.auditor(), RUN).unwrap();
            crate::place::expect(&format!("byte {byte} of {name}"), &found, &touched);
        }
    }
}

#[test]
fn a_statement_that_nobody_named_is_found() {
    let place = Place::new();
    place.bent(|db| {
        db.execute("INSERT INTO notes VALUES (1, 'more.dsse.json', ?1)", [note(db, "run.dsse.json")])
            .unwrap();
    });
    place.found("a statement more", &Touched::named("more.dsse.json"));
}
