//! Advisories in, a database out, and back again.

use std::{fs, io::Write as _, path::PathBuf};

use dependencies::{
    advisory::{Kind, day},
    data::{DataError, Database, Importer, Planted},
};

fn osv(id: &str, ecosystem: &str, name: &str, fixed: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2026-01-02T03:04:05Z","summary":"it breaks","affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}]}}]}}"#
    )
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).expect("a file");
        writer.write_all(bytes).expect("its bytes");
    }
    writer.finish().expect("an archive").into_inner()
}

fn database(files: &[(&str, &[u8])]) -> Database {
    let mut importer = Importer::new();
    importer.archive("all.zip", &zip(files)).expect("an archive");
    importer.finish(None).expect("advisories").database
}

#[test]
fn an_archive_of_osv_becomes_a_database_that_opens_again() {
    let npm = osv("GHSA-a", "npm", "left", "1.2.0");
    let python = osv("PYSEC-b", "PyPI", "Some_Thing", "2.0");
    let packed =
        database(&[("GHSA-a.json", npm.as_bytes()), ("PYSEC-b.json", python.as_bytes())]).packed().to_vec();
    let again = Database::open(packed.clone()).expect("it opens");
    assert_eq!(again.of("npm", "left").expect("it reads")[0].id, "GHSA-a");
    assert_eq!(again.of("PyPI", "some.thing").expect("it reads")[0].id, "PYSEC-b");
    assert_eq!(again.of("npm", "right").expect("it reads"), []);
    assert_eq!(again.of("crates.io", Planted::NAME).expect("it reads")[0].id, Planted::ID);
    assert!(
        again.knows("npm") && again.knows("PyPI") && !again.knows("crates.io"),
        "what is planted is no data"
    );
    assert_eq!((again.meta().advisories, day(again.meta().date_ms)), (2, "2026-01-02".to_owned()));
}

#[test]
fn what_can_not_be_read_is_counted_and_nothing_at_all_is_an_error() {
    let good = osv("GHSA-a", "npm", "left", "1.2.0");
    let mut importer = Importer::new();
    let files: [(&str, &[u8]); 4] =
        [("a.json", good.as_bytes()), ("b.json", b"{"), ("c.json", b"\xff"), ("README.md", b"# Hello")];
    importer.tolerate_unread(true);
    importer.archive("all.zip", &zip(&files)).expect("one is good");
    let imported = importer.finish(None).expect("a database");
    assert_eq!(imported.database.meta().unread, 2);
    assert_eq!(imported.unread[0].name, "b.json");
    for empty in [zip(&[]), zip(&[("README.md", b"# Hello")]), zip(&[("b.json", b"{")])] {
        let error = Importer::new().archive("all.zip", &empty).expect_err("nothing in it");
        assert!(matches!(error, DataError::Empty { .. }), "{error}");
    }
    let error = Importer::new().archive("all.zip", b"no archive").expect_err("no archive");
    assert!(matches!(error, DataError::Archive { .. }), "{error}");
    assert!(Importer::new().finish(None).is_err());
}

#[test]
fn what_can_not_be_read_refuses_the_import_unless_that_is_tolerated() {
    let good = osv("GHSA-a", "npm", "left", "1.2.0");
    let mut importer = Importer::new();
    importer.archive("all.zip", &zip(&[("a.json", good.as_bytes()), ("b.json", b"{")])).expect("one is good");
    let error = importer.finish(None).expect_err("one is not");
    assert!(matches!(&error, DataError::Unread { count: 1, first } if first.contains("b.json")), "{error}");
    assert!(error.to_string().contains("--allow-unread"), "{error}");
}

#[test]
fn what_stands_beside_advisories_is_no_unreadable_one() {
    let good = osv("GO-2026-1", "Go", "left", "1.2.0");
    let import = |name: &str, bytes: &[u8]| {
        let mut importer = Importer::new();
        let files = [("ID/GO-2026-1.json", good.as_bytes()), (name, bytes)];
        importer.archive("all.zip", &zip(&files)).expect("one is good");
        importer.finish(None).is_ok()
    };
    assert!(import("index/db.json", br#"{"modified":"2026-01-02T03:04:05Z"}"#));
    assert!(import("index/modules.json", br#"[{"path":"left"}]"#));
    for broken in [&b"{"[..], br#"{"id":"GO-2026-2","affected":1}"#, br#"{"affected":[]}"#] {
        assert!(!import("index/other.json", broken));
    }
    assert!(!import("ID/GO-2026-2.json", b"{}"));
    for named in ["GHSA-cpph-fmgj-qjvq.json", "a/mal-abc.json", "RUSTSEC-x.json", "PYSEC-x.yaml", "OSV-x.yml"]
    {
        for corrupt in [&b"null"[..], b"[]", b"{}", b""] {
            assert!(!import(named, corrupt), "{named}");
        }
    }
}

#[test]
fn a_truncated_archive_is_an_error_and_not_a_small_one() {
    let good = osv("GHSA-a", "npm", "left", "1.2.0");
    let whole = zip(&[("a.json", good.as_bytes())]);
    for end in [whole.len() / 2, whole.len() - 10] {
        assert!(Importer::new().archive("all.zip", &whole[..end]).is_err());
    }
}

#[test]
fn every_changed_byte_of_a_database_is_noticed() {
    let good = osv("GHSA-a", "npm", "left", "1.2.0");
    let packed = database(&[("a.json", good.as_bytes())]).packed().to_vec();
    Database::open(packed.clone()).expect("it opens");
    for at in 0..packed.len() {
        let mut changed = packed.clone();
        changed[at] ^= 1;
        let noticed = match Database::open(changed) {
            Err(_) => true,
            Ok(database) => database.verify().is_err(),
        };
        assert!(noticed, "byte {at}");
    }
    for end in 0..packed.len() {
        assert!(Database::open(packed[..end].to_vec()).is_err(), "{end} bytes");
    }
}

#[test]
fn another_date_in_the_head_is_damage() {
    let good = osv("GHSA-a", "npm", "left", "1.2.0");
    let mut packed = database(&[("a.json", good.as_bytes())]).packed().to_vec();
    let key = b"\"date_ms\":";
    let at = packed.windows(key.len()).position(|window| window == key).expect("a date") + key.len();
    packed[at] = b'9';
    let error = Database::open(packed).expect_err("it is not as it was written");
    assert!(error.to_string().contains("damaged"), "{error}");
}

#[test]
fn an_index_tells_what_was_yanked() {
    let mut importer = Importer::new();
    importer
        .index("index", [("a", br#"{"name":"a","vers":"1.0.0","yanked":true}"#.as_slice())])
        .expect("an index");
    let database = importer.finish(Some(0)).expect("a database").database;
    assert!(!database.knows("crates.io"), "what was yanked tells of no vulnerability");
    let yanked = database.of("crates.io", "a").expect("it reads");
    assert_eq!(
        (yanked[0].kind, yanked[0].versions.as_slice()),
        (Kind::Yanked, ["1.0.0".to_owned()].as_slice())
    );
}

#[test]
fn an_index_alone_says_what_it_lacks() {
    let of = |line: &str, date_ms| {
        let mut importer = Importer::new();
        importer.index("index", [("a", line)]).expect("an index");
        importer.finish(date_ms).map(drop)
    };
    let yanked = r#"{"name":"a","vers":"1.0.0","yanked":true}"#;
    assert_eq!(of(yanked, Some(1)), Ok(()));
    assert_eq!(of(yanked, None), Err(DataError::Undated));
    assert_eq!(of(r#"{"name":"a","vers":"1.0.0"}"#, Some(1)), Err(DataError::NoneYanked));
    let none = Importer::new().index("index", [("config.json", "[]")]).expect_err("no line of an index");
    assert_eq!(none, DataError::NoIndex { name: "index".to_owned() });
}

#[test]
fn the_snapshot_of_rustsec_is_read_whole() {
    let Ok(folder) = std::env::var("CODE_ASSIST_VECTORS") else {
        println!("CODE_ASSIST_VECTORS is not set: the snapshot of RustSec was not tried");
        return;
    };
    let folder = fs::read_dir(PathBuf::from(folder).join("gates/advisories")).expect("the advisories");
    let path = folder.map(|entry| entry.expect("an entry").path()).next().expect("a snapshot");
    let mut importer = Importer::new();
    importer.archive("rustsec", &fs::read(path).expect("its bytes")).expect("an archive");
    let imported = importer.finish(None).expect("advisories");
    let meta = imported.database.meta();
    assert_eq!((meta.unread, imported.unread.as_slice()), (0, [].as_slice()));
    assert_eq!(meta.advisories + meta.withdrawn, 1225);
    imported.database.verify().expect("it is whole");
}
