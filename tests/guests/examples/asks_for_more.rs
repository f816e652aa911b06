//! It asks for a power that the request does not allow.

use guests::runner;

guests::agent!(|| {
    let _ = runner::request_capability("repo.push", "{}", "push it");
});
