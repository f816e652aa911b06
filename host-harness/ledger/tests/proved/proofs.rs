//! Proofs of records, of runs, and of the growth of the log.

use std::{env, fs, path::Path};

use ledger::{Bare, Growth, Kind, Proof, Store, Trust};
use serde_json::{Value, json};

use crate::place::{OTHER, Place, RUN, key, trust, write};

/// Another proof in each way that there is.
fn others(proof: &Proof) -> Vec<String> {
    let text = proof.to_text();
    let lines: Vec<&str> = text.split('\n').collect();
    let mut others = Vec::new();
    for at in 0..lines.len() {
        let mut dropped = lines.clone();
        dropped.remove(at);
        others.push(dropped.join("\n"));
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        // Who signs twice has signed.
        if !lines[at].starts_with("— ") {
            others.push(doubled.join("\n"));
        }
        let mut bent = lines[at].as_bytes().to_vec();
        if let Some(byte) = bent.last_mut() {
            *byte ^= 1;
            let bent = String::from_utf8_lossy(&bent).into_owned();
            let mut changed = lines.clone();
            changed[at] = &bent;
            others.push(changed.join("\n"));
        }
    }
    others
}

fn holds(text: &str, leaf: &[u8], trust: &Trust) -> bool {
    Proof::parse(text).and_then(|proof| proof.check(leaf, trust)).is_ok()
}

#[test]
fn each_record_is_proved_and_no_other_is() {
    let place = Place::new();
    let store = Store::new(place.root()).signed_by(std::sync::Arc::new(key()));
    for records in [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33] {
        let run_id = format!("run-of-{records}");
        let mut trace = store.start(&run_id, 1).unwrap();
        for at in 1..records {
            trace.append(2, Kind::CallOpened, &json!({ "at": at })).unwrap();
        }
        trace.finish(3, &json!({}), Vec::new()).unwrap();
        let reader = store.reader().unwrap();
        for seq in 0..records {
            let proof = reader.prove_record(&run_id, seq).unwrap();
            let leaf = proof.leaf.clone().unwrap();
            let opened = proof.check(&leaf, &trust()).unwrap();
            assert_eq!((opened.size, proof.index), (records, seq));
            assert!(proof.check(&[&leaf[..], b" "].concat(), &trust()).is_err());
            assert!(proof.check(&leaf, &Trust::of(vec![crate::place::stranger()])).is_err());
            for index in (0..=records).filter(|index| *index != seq) {
                let mut other = proof.clone();
                other.index = index;
                assert!(other.check(&leaf, &trust()).is_err());
            }
            let another = reader.prove_record(RUN, 0).unwrap().checkpoint;
            let mut other = proof.clone();
            other.checkpoint = another;
            assert!(other.check(&leaf, &trust()).is_err());
            for other in others(&proof).iter().filter(|other| **other != proof.to_text()) {
                let same = Proof::parse(other).is_ok_and(|mut other| {
                    other.leaf.clone_from(&proof.leaf);
                    other == proof
                });
                assert!(same || !holds(other, &leaf, &trust()), "{records}/{seq}\n{other}");
            }
        }
        assert!(reader.prove_record(&run_id, records).is_err());
    }
}

#[test]
fn each_run_is_proved_to_be_in_the_log() {
    let place = Place::new();
    for run in 3..9 {
        write(&place.writer(), &format!("run-{run}"), 0);
        let reader = place.auditor().reader().unwrap();
        for run_id in reader.runs().unwrap() {
            let proof = reader.prove_run(&run_id).unwrap();
            let leaf = proof.leaf.clone().unwrap();
            let entry: Value = serde_json::from_slice(&leaf).unwrap();
            assert_eq!(
                (entry["kind"].as_str(), entry["run_id"].as_str()),
                (Some("log.run_finished"), Some(run_id.as_str()))
            );
            proof.check(&leaf, &trust()).unwrap();
        }
    }
    assert!(place.auditor().reader().unwrap().prove_run("run-99").is_err());
}

fn bare(before: &ledger::Opened, after: &ledger::Opened, proof: &[String]) -> Result<(), String> {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let hash = |hex: &str| {
        let bytes: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
        BASE64_STANDARD.encode(bytes)
    };
    let value = json!({
        "size1": before.size, "size2": after.size, "root1": hash(&before.root), "root2": hash(&after.root),
        "proof": proof,
    });
    serde_json::from_value::<Bare>(value).unwrap().check()
}

#[test]
fn the_log_is_proved_to_have_only_grown() {
    let place = Place::new();
    let mut checkpoints = Vec::new();
    for run in 3..12 {
        write(&place.writer(), &format!("run-{run}"), 0);
        let reader = place.auditor().reader().unwrap();
        let now = trust().open(&reader.log_checkpoint().unwrap()).unwrap();
        checkpoints.push(now.clone());
        for before in &checkpoints {
            let proof = reader.prove_growth(before).unwrap();
            bare(before, &now, &proof).unwrap();
            let lines: String = proof.iter().map(|hash| format!("{hash}\n")).collect();
            let text = format!("old {}\n{lines}\n{}", before.size, reader.log_checkpoint().unwrap());
            let growth = Growth::parse(&text).unwrap();
            assert_eq!(growth.check(before, &trust()).unwrap(), now);
            assert_eq!(growth.check(&now, &trust()).is_ok(), before == &now);
            if before.size < now.size {
                assert!(bare(&now, before, &proof).is_err());
                assert!(bare(before, &now, &proof[1..]).is_err());
                let mut other = before.clone();
                other.root.clone_from(&now.root);
                assert!(bare(&other, &now, &proof).is_err());
                assert!(reader.prove_growth(&other).is_err());
                assert!(growth.check(&other, &trust()).is_err());
                let shorter = text.replacen(&format!("{}\n", proof[0]), "", 1);
                assert!(Growth::parse(&shorter).unwrap().check(before, &trust()).is_err());
            }
        }
    }
    let last = checkpoints.last().unwrap();
    let reader = {
        place.put(place.whole());
        place.auditor().reader().unwrap()
    };
    assert!(reader.prove_growth(last).unwrap_err().to_string().contains("cut off or put back"));
    assert!(reader.prove_record(OTHER, 0).is_ok());
}

/// The vectors of another implementation: `CODE_ASSIST_MERKLE` names the folder that holds
/// `inclusion` and `consistency`.
#[test]
fn proofs_hold_as_in_the_files_of_another() {
    let Some(folder) = env::var_os("CODE_ASSIST_MERKLE") else {
        return println!("skipped: CODE_ASSIST_MERKLE is not set");
    };
    let mut files = Vec::new();
    for kind in ["inclusion", "consistency"] {
        all(&Path::new(&folder).join(kind), &mut files);
    }
    let wrong: Vec<_> = files.iter().filter(|file| !agrees(file)).collect();
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), files.len());
    println!("{} files agree", files.len());
}

fn agrees(file: &Path) -> bool {
    let text = fs::read(file).unwrap();
    let expected: Value = serde_json::from_slice(&text).unwrap();
    let held = serde_json::from_slice::<Bare>(&text).map_err(|error| error.to_string());
    held.and_then(|bare| bare.check()).is_err() == (expected["wantErr"] == true)
}

fn all(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        match path.is_dir() {
            true => all(&path, files),
            false => files.push(path),
        }
    }
}

#[test]
fn a_bare_proof_without_its_fields_is_refused_and_nothing_panics() {
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    for (value, expected) in [
        (json!({ "size1": 1, "size2": 1, "root1": root, "root2": root, "proof": null }), true),
        (json!({ "size1": 1, "size2": 1, "root1": root, "root2": root }), true),
        (json!({ "size1": 1, "size2": 1, "root1": root, "root2": root, "proof": [root] }), false),
        (json!({ "size1": 0, "size2": 1, "root1": root, "root2": root, "proof": [] }), false),
        (json!({ "size1": 0, "size2": 0, "root1": root, "root2": root, "proof": [] }), false),
        (json!({ "size1": 2, "size2": 1, "root1": root, "root2": root, "proof": [] }), false),
        (json!({ "size1": u64::MAX, "size2": u64::MAX - 1, "root1": "", "root2": null }), false),
        (json!({ "size1": 1, "size2": u64::MAX, "root1": root, "root2": root, "proof": [root] }), false),
        (json!({ "leafIdx": 0, "treeSize": 1, "root": root, "leafHash": root, "proof": null }), true),
        (json!({ "leafIdx": 0, "treeSize": 1, "root": null, "leafHash": null, "proof": null }), false),
        (json!({ "leafIdx": 0, "treeSize": 1, "root": "", "leafHash": "", "proof": null }), false),
        (json!({ "leafIdx": 0, "treeSize": 0, "root": root, "leafHash": root, "proof": [] }), false),
        (json!({ "leafIdx": u64::MAX, "treeSize": u64::MAX, "root": root, "leafHash": root }), false),
    ] {
        let bare = serde_json::from_value::<Bare>(value.clone()).unwrap();
        assert_eq!(bare.check().is_ok(), expected, "{value}");
    }
}
