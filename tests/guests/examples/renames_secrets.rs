//! It renames what it may not read to where it may.
#![cfg(target_arch = "wasm32")]

use guests::{capability, repo};

guests::agent!(|| {
    let rename = repo::Rename { from: "secret/token.txt".to_owned(), to: "b.txt".to_owned() };
    let _ = repo::write(&capability("repo.write"), &[repo::Change::Rename(rename)]);
});
