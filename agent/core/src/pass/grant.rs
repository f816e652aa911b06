use std::collections::BTreeMap;

use agent_contract::{CapabilityName, Failure, Refusal, request::Until};
use serde_json::Value;

use super::{Planned, Stop, Way, context::Task};
use crate::{
    Host,
    host::{CallError, Need},
};

/// A plan with the permissions that it needs in hand.
pub struct Granted<H: Host> {
    pub(super) plan: Planned,
    capabilities: BTreeMap<CapabilityName, H::Capability>,
    /// What was refused, where only a plan is asked for.
    pub(super) refused: Vec<(Need, Refusal)>,
    /// What the task is, in a stranger's words.
    pub(super) task: Option<Task>,
}

impl<H: Host> Granted<H> {
    /// The permission for a kind of call; one that was never asked for is a fault
    /// of the plan, not of the Runner.
    pub(crate) fn capability(&self, name: CapabilityName) -> Result<&H::Capability, Stop> {
        self.capabilities.get(&name).ok_or_else(|| {
            Stop::failed(Failure::new("plan-incomplete", format!("the plan did not ask for `{name}`")))
        })
    }

    /// Leaves a note in the trace.
    pub(crate) fn note(&self, host: &mut H, kind: &str, note: &Value) -> Result<(), Stop> {
        Ok(host.note(self.capability(CapabilityName::AuditWrite)?, kind, note)?)
    }

    /// Whether a kind of call is permitted.
    pub(super) fn may(&self, name: CapabilityName) -> bool {
        self.capabilities.contains_key(&name)
    }

    /// Tells the person at the terminal which pass is going on.
    pub(super) fn progress(&self, host: &mut H, pass: &str) -> Result<(), Stop> {
        Ok(host.progress(self.capability(CapabilityName::AuditWrite)?, pass)?)
    }
}

/// Whether what is missing here is a model, and nothing else.
fn is_for_a_model(plan: &Planned, need: &Need, refusal: &Refusal) -> bool {
    let is_alone = matches!(plan.way, Way::Model) && !super::plan::is_about_a_task(&plan.request);
    is_alone && need.name == CapabilityName::ProtocolInvoke && refusal.code == "primitive-unavailable"
}

/// Asks for the capabilities of the plan, all at once. A refusal of any ends the run,
/// unless it is for the plan alone: that then says what was refused.
pub fn grant<H: Host>(plan: Planned, host: &mut H) -> Result<Granted<H>, Stop> {
    let for_plan = plan.request.until == Some(Until::Plan);
    let (mut capabilities, mut refused) = (BTreeMap::new(), Vec::new());
    for (need, answer) in plan.needs.iter().zip(host.request_capabilities(&plan.needs)) {
        match answer {
            Ok(capability) => drop(capabilities.insert(need.name, capability)),
            Err(CallError::Refused(refusal)) if for_plan => refused.push((need.clone(), refusal)),
            Err(CallError::Refused(refusal)) if is_for_a_model(&plan, need, &refusal) => {
                return Err(super::draft::no_model(
                    refusal
                        .grant
                        .into_iter()
                        .map(|line| format!("add to the configuration:\n{line}"))
                        .collect(),
                ));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Granted { plan, capabilities, refused, task: None })
}
