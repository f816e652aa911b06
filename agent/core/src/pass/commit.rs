use agent_contract::CapabilityName;

use super::{Stop, changelog, gate::Gated};
use crate::Host;

/// A gated change, committed where the caller allows it.
pub struct Committed<H: Host> {
    pub(super) gated: Gated<H>,
    pub(super) commit: Option<String>,
}

/// Commits to the work branch, if the request has the allowance.
pub fn commit<H: Host>(gated: Gated<H>, host: &mut H) -> Result<Committed<H>, Stop> {
    let granted = &gated.checked.proposed.granted;
    if !granted.plan.request.allowances.commit {
        return Ok(Committed { gated, commit: None });
    }
    granted.progress(host, "commit")?;
    let message = changelog::title(&granted.plan.request.instruction);
    let id = host.commit(granted.capability(CapabilityName::RepoCommit)?, &message)?;
    Ok(Committed { gated, commit: Some(id) })
}
