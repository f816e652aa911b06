//! Writes the page of a run that lies in a folder: `write FOLDER [STATUS] > page.html`.

use std::{env, path::PathBuf};

#[path = "../tests/support/mod.rs"]
mod support;

fn main() {
    let words: Vec<_> = env::args().skip(1).collect();
    let folder = support::Folder::read(&PathBuf::from(&words[0]));
    let mut proof = support::proof(folder.records.len());
    match words.get(1).map(String::as_str) {
        None => {}
        Some("unsigned") => (proof.signed_by, proof.trusted, proof.checkpoint) = (None, false, None),
        Some("corrupt") => {
            proof.status = "corrupt".to_owned();
            proof.faults = vec!["record 7: its line is not the one that record 8 names".to_owned()];
        }
        Some(status) => {
            proof.status = status.to_owned();
            proof.left_open = folder.records.last().map(|record| record.seq).into_iter().collect();
            (proof.signed_by, proof.trusted, proof.checkpoint) = (None, false, None);
        }
    }
    print!("{}", folder.page(&proof));
}
