use std::collections::BTreeMap;

use agent_contract::{CapabilityName, Failure};

use super::{Planned, Stop, context::Task};
use crate::Host;

/// A plan with the permissions that it needs in hand.
pub struct Granted<H: Host> {
    pub(super) plan: Planned,
    capabilities: BTreeMap<CapabilityName, H::Capability>,
    /// What the task is, in a stranger's words.
    pub(super) task: Option<Task>,
}

impl<H: Host> Granted<H> {
    /// The permission for a kind of call; one that was never asked for is a fault
    /// of the plan, not of the Runner.
    pub(super) fn capability(&self, name: CapabilityName) -> Result<&H::Capability, Stop> {
        self.capabilities.get(&name).ok_or_else(|| {
            Stop::failed(Failure::new("plan-incomplete", format!("the plan did not ask for `{name}`")))
        })
    }

    /// Tells the person at the terminal which pass is going on.
    pub(super) fn progress(&self, host: &mut H, pass: &str) -> Result<(), Stop> {
        Ok(host.progress(self.capability(CapabilityName::AuditWrite)?, pass)?)
    }
}

/// Asks for the capabilities of the plan, all at once; a refusal of any ends the run.
pub fn grant<H: Host>(plan: Planned, host: &mut H) -> Result<Granted<H>, Stop> {
    let mut capabilities = BTreeMap::new();
    for (need, answer) in plan.needs.iter().zip(host.request_capabilities(&plan.needs)) {
        capabilities.insert(need.name, answer?);
    }
    Ok(Granted { plan, capabilities, task: None })
}
