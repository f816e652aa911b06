//! It calls out.

use guests::runner;

guests::agent!(|| {
    let _ = runner::request_capability("protocol.invoke", "{}", "call home");
});
