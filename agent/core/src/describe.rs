//! What this agent is, for a Runner that has never seen it.

use agent_contract::{CapabilityName, VERSION, description::Description};

/// The description.
pub fn describe() -> Description {
    Description {
        name: "agennext-code-assist".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        contract: VERSION.to_owned(),
        passes: crate::pass::NAMES.iter().map(|name| (*name).to_owned()).collect(),
        capabilities: CapabilityName::ALL.to_vec(),
    }
}
