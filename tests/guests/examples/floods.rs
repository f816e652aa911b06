//! It fills the trace.
#![cfg(target_arch = "wasm32")]

use guests::{audit, capability};

guests::agent!(|| {
    let audit_cap = capability("audit.write");
    let note = format!("\"{}\"", "x".repeat(60_000));
    loop {
        let _ = audit::record(&audit_cap, "flood", &note);
    }
});
