//! What is found in a source of each language: one file, one snapshot. `BLESS=1` writes
//! the snapshots.

mod common;

use std::{fmt::Write, fs, path::Path};

use common::{reader, source};
use symbols::{Language, Lines, Tags};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sources"))
}

fn fixture(language: Language) -> Vec<u8> {
    let named = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let is_it =
        |path: &Path| path.file_stem().unwrap() == language.name() && path.extension().unwrap() != "tags";
    fs::read(named.into_iter().find(|path| is_it(path)).unwrap()).unwrap()
}

fn told(tags: &Tags) -> String {
    let mut text = String::new();
    for (number, one) in tags.definitions().enumerate() {
        let (name, kind) = (tags.qualified(number), one.kind.name());
        writeln!(text, "{}-{} {kind} {name}: {}", one.first_line, one.last_line, one.signature).unwrap();
    }
    text.push('\n');
    for one in tags.references() {
        writeln!(text, "{} {} {:?}", one.name, one.count, one.lines).unwrap();
    }
    text
}

#[test]
fn every_language_has_its_symbols() {
    let mut faults = Vec::new();
    for language in Language::ALL {
        let tags = reader().tags(&[source(language, fixture(language))], Lines::Told).remove(0).unwrap();
        let path = folder().join(format!("{}.tags", language.name()));
        let told = told(&tags);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &told).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if told != expected {
            faults.push(format!("{} differs:\n{told}", path.display()));
        }
    }
    let hint = "`BLESS=1 cargo test -p code-assist-host-harness-kernel-symbols --test tags` writes them";
    assert!(faults.is_empty(), "{}\n{hint}", faults.join("\n"));
}
