//! It runs a check that the request does not name.

use guests::{process, capability};

guests::agent!(|| {
    let _ = process::run_checks(&capability("repo.check"), &["rm -rf /".to_owned()]);
});
