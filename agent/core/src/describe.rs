//! What this agent is, for a Runner that has never seen it.

use agent_contract::{CapabilityName, VERSION};
use serde_json::{Value, json};

/// The description (`schemas/description.json`).
pub fn describe() -> Value {
    json!({
        "name": "agennext-code-assist",
        "version": env!("CARGO_PKG_VERSION"),
        "contract": VERSION,
        "passes": crate::pass::NAMES,
        "capabilities": CapabilityName::ALL.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
    })
}
