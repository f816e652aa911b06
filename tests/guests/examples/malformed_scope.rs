//! It asks with a scope that is none.

use guests::runner;

guests::agent!(|| {
    let _ = runner::request_capability("repo.read", r#"{"paths":["../x"],"paths":[]}"#, "read");
});
