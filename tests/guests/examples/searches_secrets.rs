//! It looks for a secret by searching and by listing where reading is denied, and panics
//! when it has seen nothing of it.
#![cfg(target_arch = "wasm32")]

use guests::{capability, repo};

guests::agent!(|| {
    let reading = capability("repo.read");
    let hits = repo::search(&reading, "hunter2", None, 10).expect("a search");
    let listed = repo::list(&reading, Some("secret"), None, 10).expect("a listing");
    assert!(!hits.hits.is_empty() || !listed.entries.is_empty(), "saw no secret");
});
