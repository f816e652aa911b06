//! Bytes flipped all over the file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ledger::{Kind, LedgerError, Status, Store, verify, verify_all};

use crate::place::{Place, RUN, apart, payload};

/// Everything that is read of the store.
fn read(store: &Store) -> Result<Vec<String>, LedgerError> {
    let mut all = Vec::new();
    for run_id in store.runs()? {
        all.extend(store.records(&run_id)?.iter().map(|record| format!("{record:?}")));
        for call in 0..3 {
            all.push(format!("{:?}", store.payload(&run_id, payload(&run_id, call).sha256())?));
        }
        all.push(format!("{:?}", store.reader()?.prove_record(&run_id, 1)?));
        all.push(format!("{:?}", store.record(&run_id, Kind::RunStarted)?));
    }
    all.push(store.reader()?.log_checkpoint()?);
    Ok(all)
}

fn judged(store: &Store, whole: &[String], what: &str) {
    let status = match verify(store, RUN) {
        Ok(verification) => Some(verification.status),
        Err(error) => {
            assert!(is_told(&error), "{what}: {error:?}");
            None
        }
    };
    let mut complete = status == Some(Status::Complete);
    match verify_all(store, |verification| {
        complete &= verification.status == Status::Complete;
        Ok(())
    }) {
        Ok(faults) => complete &= faults.is_empty(),
        Err(error) => {
            assert!(is_told(&error), "{what}: {error:?}");
            complete = false;
        }
    }
    if complete {
        let read = read(store);
        assert!(read.is_ok_and(|read| read == whole), "{what}: complete, and something else is read");
    }
}

/// A store of a later form is no damage.
fn is_told(error: &LedgerError) -> bool {
    error.is_damage() || matches!(error, LedgerError::Unfit(message) if message.contains("it has the form"))
}

#[test]
fn a_byte_that_is_flipped_anywhere_is_found_or_was_of_no_use() {
    let place = Place::new();
    let whole = read(&place.auditor()).unwrap();
    let size = place.whole().len();
    let head = (0..100).step_by(apart(1)).chain((100..size).step_by(apart(97)));
    for at in head {
        for flip in [1_u8 << (at % 8), 0xff] {
            let mut file = place.whole().to_vec();
            file[at] ^= flip;
            place.put(&file);
            let what = format!("byte {at} of {size} ^ {flip:#04x}");
            let judged = catch_unwind(AssertUnwindSafe(|| judged(&place.auditor(), &whole, &what)));
            assert!(judged.is_ok(), "{what}");
        }
    }
}

#[test]
fn a_file_that_is_cut_off_is_found() {
    let place = Place::new();
    let whole = read(&place.auditor()).unwrap();
    let size = place.whole().len();
    for length in (0..size).step_by(apart(1021)) {
        place.put(&place.whole()[..length]);
        judged(&place.auditor(), &whole, &format!("cut off at {length}"));
        place.found_in_all(&format!("cut off at {length}"));
    }
}

#[test]
fn a_store_with_other_tables_is_not_read() {
    let place = Place::new();
    for sql in [
        "ALTER TABLE records RENAME TO others; CREATE VIEW records AS SELECT * FROM others",
        "CREATE TRIGGER more AFTER INSERT ON log BEGIN DELETE FROM records; END",
        "DROP TABLE notes",
        "CREATE TABLE more (a)",
        "PRAGMA application_id = 0; PRAGMA user_version = 0",
        "PRAGMA user_version = -1",
    ] {
        place.bent(|db| db.execute_batch(sql).unwrap());
        assert!(verify(&place.auditor(), RUN).unwrap_err().is_damage(), "{sql}");
        assert!(verify_all(&place.auditor(), |_| Ok(())).unwrap_err().is_damage(), "{sql}");
    }
}

#[test]
fn what_is_no_ledger_or_of_another_form_says_so() {
    let place = Place::new();
    place.bent(|db| db.execute_batch("PRAGMA application_id = 5").unwrap());
    assert!(verify(&place.auditor(), RUN).unwrap_err().to_string().contains("it is no ledger"));
    assert!(place.writer().start("run-9", 1).is_err());
    place.bent(|db| db.execute_batch("PRAGMA user_version = 2").unwrap());
    let error = verify(&place.auditor(), RUN).unwrap_err();
    assert!(error.to_string().contains("it has the form 2") && !error.is_damage(), "{error}");
    assert!(place.writer().start("run-9", 1).unwrap_err().to_string().contains("it has the form 2"));
    place.put(b"not a database, and longer than the head of one would have to be, which is a hundred bytes");
    assert!(verify(&place.auditor(), RUN).unwrap_err().is_damage());
}
