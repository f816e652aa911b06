//! It reads a file above the repository.

use guests::{repo, capability};

guests::agent!(|| {
    let read = capability("repo.read");
    let _ = repo::read(&read, "../outside.txt");
    let _ = repo::read(&read, "a/../../outside.txt");
});
