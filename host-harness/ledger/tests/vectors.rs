//! The vectors of others: canonical JSON, DSSE, signed notes, Ed25519.
//!
//! `CODE_ASSIST_VECTORS` names the folder that holds `ledger`.

use std::{env, fs, path::PathBuf};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ledger::{PublicKey, Trust};
use serde_json::Value;
use signed_note::Note;

fn folder() -> Option<PathBuf> {
    let folder = env::var_os("CODE_ASSIST_VECTORS").map(|folder| PathBuf::from(folder).join("ledger"));
    if folder.is_none() {
        println!("skipped: CODE_ASSIST_VECTORS is not set");
    }
    folder
}

fn json(folder: &std::path::Path, file: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(file)).unwrap()).unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

#[test]
fn json_is_canonical_as_in_the_files() {
    let Some(folder) = folder() else { return };
    let data = folder.join("jcs/testdata");
    let mut files = 0;
    for file in fs::read_dir(data.join("input")).unwrap().map(|file| file.unwrap().path()) {
        let value: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let written = serde_json_canonicalizer::to_vec(&value).unwrap();
        assert_eq!(written, fs::read(data.join(format!("output/{name}.json"))).unwrap(), "{name}");
        let hex = fs::read_to_string(data.join(format!("outhex/{name}.txt"))).unwrap();
        assert_eq!(written, unhex(&hex), "{name}");
        files += 1;
    }
    assert_eq!(files, 6);
}

#[test]
fn numbers_are_canonical_as_in_the_lines() {
    let Some(folder) = folder() else { return };
    let lines = fs::read_to_string(folder.join("jcs/es6-10k.txt")).unwrap();
    for line in lines.lines() {
        let (bits, expected) = line.split_once(',').unwrap();
        let number = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        assert_eq!(serde_json_canonicalizer::to_string(&number).unwrap(), expected, "{bits}");
    }
    assert_eq!(lines.lines().count(), 10_000);
}

#[test]
fn what_is_signed_of_an_envelope_is_encoded_as_in_the_file() {
    let Some(folder) = folder() else { return };
    let vector = json(&folder, "dsse/pae.json");
    let encoded =
        policy::dsse::encoding(text(&vector, "payloadType"), text(&vector, "payload_utf8").as_bytes());
    assert_eq!(encoded, text(&vector, "pae").as_bytes());
}

#[test]
fn notes_are_opened_as_in_the_file() {
    let Some(folder) = folder() else { return };
    let vectors = json(&folder, "signed-note/notes.json");
    let cases = vectors["cases"].as_array().unwrap();
    for case in cases {
        let key = |text: &Value| PublicKey::parse(text.as_str().unwrap()).unwrap();
        let trust = Trust::of(case["vkeys"].as_array().unwrap().iter().map(key).collect());
        let note = BASE64_STANDARD.decode(text(case, "note_b64")).unwrap();
        let opened = Note::from_bytes(&note).and_then(|note| note.verify(&trust));
        let signed_by = opened.map(|(known, _)| known.iter().map(|one| one.name().to_owned()).collect());
        let expected: Vec<String> = serde_json::from_value(case["verified"].clone()).unwrap();
        let expected = if case["want"] == "ok" { Some(expected) } else { None };
        assert_eq!(signed_by.ok(), expected, "{}", case["desc"]);
        let checkpoint = String::from_utf8(note).map_err(|error| error.to_string());
        let opened = checkpoint.and_then(|note| trust.open(&note));
        let demanded = opened.and_then(|opened| trust.demand(&opened).map(|()| opened.signed_by.len()));
        assert!(case["want"] == "ok" || trust.keys.is_empty() || demanded.is_err(), "{}", case["desc"]);
    }
    assert_eq!(cases.len(), 13);
    let bad = vectors["bad_vkeys"].as_array().unwrap();
    assert!(bad.len() == 2 && bad.iter().all(|key| PublicKey::parse(key.as_str().unwrap()).is_err()));
}

fn verifies(key: &str, message: &str, signature: &str) -> bool {
    let key = unhex(key).try_into().ok().and_then(|key| PublicKey::new(&key).ok());
    key.is_some_and(|key| key.verifies(&unhex(message), &unhex(signature)))
}

#[test]
fn signatures_hold_as_in_the_file() {
    let Some(folder) = folder() else { return };
    let vectors = json(&folder, "ed25519/wycheproof_ed25519_test.json");
    let mut cases = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        let key = text(&group["publicKey"], "pk");
        for case in group["tests"].as_array().unwrap() {
            let holds = verifies(key, text(case, "msg"), text(case, "sig"));
            assert_eq!(holds, case["result"] == "valid", "{}", case["tcId"]);
            cases += 1;
        }
    }
    assert_eq!(cases, 151);
}

#[test]
fn of_the_signatures_that_verifiers_differ_on_one_holds() {
    let Some(folder) = folder() else { return };
    let cases = json(&folder, "ed25519/speccheck_cases.json");
    let holds =
        |case: &Value| verifies(text(case, "pub_key"), text(case, "message"), text(case, "signature"));
    let accepted: Vec<_> = cases
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .filter(|(_, case)| holds(case))
        .map(|(at, _)| at)
        .collect();
    assert_eq!((cases.as_array().unwrap().len(), accepted), (12, vec![3]));
}
