//! A run in one file: each of its bits, each of its records, and what is taken in of it.

use std::{fs, path::PathBuf, sync::Arc};

use ledger::{
    Key, LedgerError, Retention, Signer, Status, Store, Trust, Verification, import, verify, verify_all,
    verify_export,
};

use crate::{
    forged::{self, Lines, relinked},
    place::{Place, RUN, Touched, expect, key, payload, trust, write, write_calls, write_export},
};

struct Export {
    place: Place,
    bytes: Vec<u8>,
}

impl Export {
    fn of(calls: u64) -> Self {
        let place = Place::new();
        fs::remove_dir_all(place.root()).unwrap();
        let store = Store::new(place.root()).signed_by(Arc::new(key()));
        write(&store, RUN, calls);
        write(&store, "run-2", 1);
        let export = Self { bytes: Vec::new(), place };
        write_export(&store.reader().unwrap(), RUN, &export.path()).unwrap();
        let bytes = fs::read(export.path()).unwrap();
        Self { bytes, ..export }
    }

    fn path(&self) -> PathBuf {
        self.place.temp.path().join("run.tar")
    }

    fn auditor(&self) -> Store {
        Store::new(self.place.temp.path().join("elsewhere")).trusting(trust())
    }

    fn verify(&self, bytes: &[u8]) -> Result<Verification, LedgerError> {
        fs::write(self.path(), bytes).unwrap();
        verify_export(&self.path(), &self.auditor())
    }

    fn found(&self, what: &str, bytes: &[u8], touched: &Touched) {
        match self.verify(bytes) {
            Ok(verification) => expect(what, &verification, touched),
            Err(error) => assert!(error.is_damage(), "{what}: {error}"),
        }
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut archive = tar::Archive::new(self.bytes.as_slice());
        let file = |entry: std::io::Result<tar::Entry<&[u8]>>| {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
            (name, bytes)
        };
        archive.entries().unwrap().map(file).collect()
    }

    fn lines(&self) -> Lines {
        let (_, bytes) = self.files().remove(1);
        bytes.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
    }
}

/// An archive as the ledger writes them.
fn packed(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_path(name).unwrap();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        archive.append(&header, bytes.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

fn with_lines(export: &Export, lines: &Lines) -> Vec<u8> {
    let mut files = export.files();
    files[1].1 = lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect();
    packed(&files)
}

#[test]
fn an_export_verifies_and_is_the_same_twice() {
    let export = Export::of(18);
    assert_eq!(export.verify(&export.bytes).unwrap().faults, []);
    assert_eq!(export.verify(&export.bytes).unwrap().status, Status::Complete);
    assert_eq!(packed(&export.files()), export.bytes);
}

/// Every bit of a small export, with `CODE_ASSIST_EVERY_BIT` set; some without.
#[test]
fn each_bit_of_a_small_export_is_found() {
    let export = Export::of(1);
    let step = if std::env::var_os("CODE_ASSIST_EVERY_BIT").is_some() { 1 } else { crate::place::apart(17) };
    for bit in (0..export.bytes.len() * 8).step_by(step) {
        let mut bytes = export.bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        match export.verify(&bytes) {
            Ok(verification) => assert_eq!(verification.status, Status::Corrupt, "bit {bit}"),
            Err(error) => assert!(
                error.is_damage() || error.to_string().contains("it has the form"),
                "bit {bit}: {error}"
            ),
        }
    }
}

#[test]
fn bits_of_a_larger_export_are_found() {
    let export = Export::of(18);
    for bit in (0..export.bytes.len() * 8).step_by(crate::place::apart(1999)) {
        let mut bytes = export.bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let found = export.verify(&bytes);
        assert!(found.is_err() || found.is_ok_and(|found| found.status == Status::Corrupt), "bit {bit}");
    }
}

#[test]
fn each_record_of_an_export_is_held_in_its_place() {
    let export = Export::of(18);
    let lines = export.lines();
    let change = |_: usize, record: &mut serde_json::Value| record["body"]["more"] = serde_json::json!(1);
    for at in 0..lines.len() {
        let touched = Touched::Record(at as u64);
        let bend = |what: &str, touched: &Touched, bend: &mut dyn FnMut(&mut Lines)| {
            let mut lines = lines.clone();
            bend(&mut lines);
            if lines != export.lines() {
                export.found(&format!("{what} {at}"), &with_lines(&export, &lines), touched);
            }
        };
        bend("bit", &touched, &mut |lines| lines[at][20] ^= 4);
        bend("drop", &touched, &mut |lines| drop(lines.remove(at)));
        bend("double", &touched, &mut |lines| lines.insert(at, lines[at].clone()));
        bend("append", &Touched::Record(lines.len() as u64), &mut |lines| lines.push(lines[at].clone()));
        bend("cut after", &Touched::Record(at as u64 + 1), &mut |lines| lines.truncate(at + 1));
        bend("another", &touched, &mut |lines| lines[at] = relinked(lines, at, change)[at].clone());
        bend("another, and what follows", &touched, &mut |lines| *lines = relinked(lines, at, change));
        if at + 1 < lines.len() {
            bend("swap", &touched, &mut |lines| lines.swap(at, at + 1));
        }
    }
}

#[test]
fn each_file_of_an_export_is_held() {
    let export = Export::of(3);
    let files = export.files();
    for at in 0..files.len() {
        let name = files[at].0.clone();
        let mut dropped = files.clone();
        dropped.remove(at);
        let found = export.verify(&packed(&dropped));
        assert!(found.is_err() || found.is_ok_and(|found| found.status != Status::Complete), "drop {name}");
        let mut renamed = files.clone();
        renamed[at].0 = format!("{name}x");
        let found = export.verify(&packed(&renamed));
        assert!(found.is_err() || found.is_ok_and(|found| found.status == Status::Corrupt), "rename {name}");
        let mut changed = files.clone();
        changed[at].1.push(b' ');
        let found = export.verify(&packed(&changed));
        assert!(found.is_err() || found.is_ok_and(|found| found.status == Status::Corrupt), "change {name}");
    }
    let more = payload("run-1", 99);
    for (name, bytes) in [
        (format!("payloads/{}", more.sha256()), more.bytes().to_vec()),
        ("notes/more".to_owned(), b"x".to_vec()),
        ("notes/more.dsse.json".to_owned(), files.last().unwrap().1.clone()),
        ("notes/log-more.tlog-proof".to_owned(), b"x".to_vec()),
        ("more".to_owned(), b"x".to_vec()),
    ] {
        let mut added = files.clone();
        added.push((name.clone(), bytes));
        let found = export.verify(&packed(&added));
        assert!(found.is_err() || found.is_ok_and(|found| found.status == Status::Corrupt), "add {name}");
    }
    for more in [vec![0_u8; 512], b"x".to_vec()] {
        let found = export.verify(&[export.bytes.clone(), more].concat());
        assert!(found.is_err() || found.is_ok_and(|found| found.status == Status::Corrupt));
    }
}

#[test]
fn an_export_that_is_signed_by_another_is_found() {
    let export = Export::of(2);
    let stranger = Key::new(&[9; 32]).unwrap();
    let trusted = export.auditor();
    let foreign = Export::of(2);
    fs::remove_dir_all(foreign.place.root()).unwrap();
    let store = Store::new(foreign.place.root()).signed_by(Arc::new(stranger) as Arc<dyn Signer>);
    write(&store, RUN, 2);
    write_export(&store.reader().unwrap(), RUN, &foreign.path()).unwrap();
    expect("another's", &verify_export(&foreign.path(), &trusted).unwrap(), &Touched::named("checkpoint"));
}

#[test]
fn an_export_is_taken_in_once_and_only_whole() {
    let export = Export::of(3);
    let store = export.auditor().signed_by(Arc::new(Key::new(&[8; 32]).unwrap()));
    let lines = relinked(&export.lines(), 3, |_, record| record["body"]["more"] = serde_json::json!(1));
    fs::write(export.path(), with_lines(&export, &lines)).unwrap();
    assert!(import(&export.path(), &store, 5).is_err());
    assert_eq!(store.runs().unwrap(), Vec::<String>::new());
    fs::write(export.path(), &export.bytes).unwrap();
    assert_eq!(import(&export.path(), &store, 5).unwrap(), RUN);
    assert!(import(&export.path(), &store, 6).unwrap_err().to_string().contains("already"));
    assert_eq!(verify(&store, RUN).unwrap().faults, []);
    assert_eq!(verify(&store, RUN).unwrap().status, Status::Complete);
    assert_eq!(verify_all(&store, |_| Ok(())).unwrap(), []);
    let again = export.place.temp.path().join("again.tar");
    write_export(&store.reader().unwrap(), RUN, &again).unwrap();
    assert_eq!(fs::read(&again).unwrap(), export.bytes);
    let db = rusqlite::Connection::open(store.root().join("ledger.db")).unwrap();
    db.execute("DELETE FROM notes WHERE name LIKE 'log-finished%'", []).unwrap();
    db.execute("DELETE FROM notes WHERE name = 'checkpoint'", []).unwrap();
    db.execute("DELETE FROM records WHERE place & 0xffffffff > 4", []).unwrap();
    drop(db);
    expect("cut off where it was taken in", &verify(&store, RUN).unwrap(), &Touched::Record(5));
}

#[test]
fn a_run_that_was_killed_is_taken_in_as_that_and_a_whole_one_keeps_its_end() {
    let export = Export::of(3);
    let store = export.auditor().signed_by(Arc::new(Key::new(&[8; 32]).unwrap()));
    let killed = Store::new(export.place.root()).signed_by(Arc::new(key()));
    write_calls(&mut killed.start("run-killed", 1).unwrap(), "run-killed", 2);
    let path = export.place.temp.path().join("killed.tar");
    write_export(&killed.reader().unwrap(), "run-killed", &path).unwrap();
    import(&path, &store, 5).unwrap();
    import(&export.path(), &store, 6).unwrap();
    let status = |run: &str| verify(&store, run).unwrap().status;
    assert_eq!((status("run-killed"), status(RUN)), (Status::Interrupted, Status::Complete));
    assert_eq!(verify_all(&store, |_| Ok(())).unwrap(), []);
    let db = rusqlite::Connection::open(store.root().join("ledger.db")).unwrap();
    db.execute("DELETE FROM notes WHERE name LIKE 'log-finished%' OR name = 'checkpoint'", []).unwrap();
    drop(db);
    expect("unsigned where it was taken in", &verify(&store, RUN).unwrap(), &Touched::named("checkpoint"));
}

#[test]
fn a_run_that_was_taken_in_keeps_what_its_own_log_says_of_it() {
    for (what, touched) in [
        ("name = 'log-finished.tlog-proof' OR name LIKE '%.dsse.json'", "log-finished.tlog-proof"),
        ("name LIKE 'log-%'", "log-started.tlog-proof"),
    ] {
        let export = Export::of(3);
        let store = export.auditor().signed_by(Arc::new(Key::new(&[8; 32]).unwrap()));
        import(&export.path(), &store, 5).unwrap();
        let db = rusqlite::Connection::open(store.root().join("ledger.db")).unwrap();
        assert!(db.execute(&format!("DELETE FROM notes WHERE {what}"), []).unwrap() > 1);
        drop(db);
        expect(what, &verify(&store, RUN).unwrap(), &Touched::named(touched));
    }
}

/// Whoever goes by the key, without demanding it: an export that it signed is held to it whole.
#[test]
fn what_a_known_key_has_signed_is_not_told_with_what_it_has_not() {
    let export = Export::of(2);
    let known = Trust { keys: vec![key().key().clone()], demands: false };
    let auditor = Store::new(export.place.temp.path().join("elsewhere")).trusting(known);
    let stranger = Trust { demands: false, ..Trust::default() };
    let nobody = Store::new(export.place.temp.path().join("elsewhere")).trusting(stranger);
    for name in ["log-started.tlog-proof", "log-finished.tlog-proof"] {
        let mut files = export.files();
        let file = files.iter_mut().find(|(file, _)| *file == format!("notes/{name}")).unwrap();
        let text = String::from_utf8(file.1.clone()).unwrap();
        file.1 = text.as_bytes()[..text.find("\n\u{2014} ").unwrap()].to_vec();
        fs::write(export.path(), packed(&files)).unwrap();
        let found = verify_export(&export.path(), &auditor).unwrap();
        assert_eq!(found.status, Status::Corrupt, "{name}");
    }
    fs::write(export.path(), &export.bytes).unwrap();
    assert_eq!(verify_export(&export.path(), &auditor).unwrap().status, Status::Complete);
    let unknown = verify_export(&export.path(), &nobody).unwrap();
    assert_eq!((unknown.status, unknown.signatures.statements), (Status::Complete, Vec::new()));
}

#[test]
fn files_that_say_to_be_larger_than_they_are_cost_nothing() {
    let export = Export::of(1);
    let mut sparse = tar::Header::new_gnu();
    sparse.set_entry_type(tar::EntryType::GNUSparse);
    sparse.as_gnu_mut().unwrap().set_real_size(8 << 30);
    let mut large = tar::Header::new_ustar();
    large.set_entry_type(tar::EntryType::Regular);
    let payload = format!("payloads/{}", "0".repeat(64));
    for (mut header, name, before) in [
        (sparse.clone(), payload.as_str(), 1024),
        (large.clone(), &payload, 1024),
        (sparse, "format.json", 0),
        (large, "format.json", 0),
    ] {
        header.set_path(name).unwrap();
        header.set_size(8 << 30);
        header.set_cksum();
        fs::write(export.path(), [&export.bytes[..before], header.as_bytes()].concat()).unwrap();
        let file = fs::File::options().write(true).open(export.path()).unwrap();
        file.set_len(9 << 30).unwrap();
        let refused = verify_export(&export.path(), &export.auditor()).unwrap_err();
        assert!(refused.is_damage(), "{refused}");
    }
    assert!(verify_export(export.place.temp.path(), &export.auditor()).unwrap_err().is_damage());
}

#[test]
fn an_export_whose_run_is_named_as_a_way_out_is_refused() {
    let export = Export::of(1);
    let outside = export.place.temp.path().join("outside");
    fs::create_dir(&outside).unwrap();
    let mut files = export.files();
    for (name, bytes) in &mut files[..2] {
        let text = String::from_utf8(bytes.clone()).unwrap().replace("\"run-1\"", "\"../../outside\"");
        *bytes = text.into_bytes();
        assert!(!name.is_empty());
    }
    fs::write(export.path(), packed(&files)).unwrap();
    let careless = Store::new(export.place.temp.path().join("careless"));
    assert!(import(&export.path(), &careless, 5).is_err());
    let retention = Retention { days: 0, production_days: 0 };
    ledger::prune(&careless, retention, u64::MAX, true).unwrap();
    assert!(outside.exists());
}

#[test]
fn a_rewritten_export_is_found_without_the_key() {
    let export = Export::of(2);
    let lines = relinked(&export.lines(), 2, |_, record| record["time_ms"] = serde_json::json!(77));
    let mut files = export.files();
    files[1].1 = lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect();
    for (name, text) in &mut files {
        if name == "notes/checkpoint" {
            let origin = String::from_utf8(text.clone()).unwrap().lines().next().unwrap().to_owned();
            *text = forged::checkpoint(&origin, &forged::leaves(&lines), None).into_bytes();
        }
    }
    export.found("rewritten", &packed(&files), &Touched::named("checkpoint"));
}
