use agent_contract::CapabilityName;

use super::{Stop, changelog, commit::Committed, plan};
use crate::Host;

/// Asks for the work branch to be pushed and for a pull request, where the caller allows
/// them. The Runner does both after its verdict, or neither.
pub fn publish<H: Host>(committed: Committed<H>, host: &mut H) -> Result<Committed<H>, Stop> {
    let granted = &committed.gated.checked.proposed.granted;
    let request = &granted.plan.request;
    if request.allowances.push {
        granted.progress(host, "push")?;
        host.push(granted.capability(CapabilityName::RepoPush)?)?;
    }
    if request.allowances.pull_request {
        granted.progress(host, "pull_request")?;
        let title = changelog::title(&request.instruction);
        let capability = granted.capability(CapabilityName::RepoOpenPr)?;
        host.open_pull_request(capability, &title, &body(&committed))?;
    }
    Ok(committed)
}

/// What was done, what was run on it, and what it was for.
fn body<H: Host>(committed: &Committed<H>) -> String {
    let checked = &committed.gated.checked;
    let granted = &checked.proposed.granted;
    let entry = changelog::entry(&checked.proposed.told(&checked.results));
    let task = granted.task.as_ref().map(|task| format!("\nFor {}.\n", task.reference)).unwrap_or_default();
    format!("{entry}{task}")
}

/// Asks for people to be told, at the end of the run.
pub fn notify<H: Host>(committed: Committed<H>, host: &mut H) -> Result<Committed<H>, Stop> {
    let granted = &committed.gated.checked.proposed.granted;
    let request = &granted.plan.request;
    if !request.allowances.notify && request.notify.is_empty() {
        return Ok(committed);
    }
    granted.progress(host, "notify")?;
    let message = changelog::title(&request.instruction);
    for binding in plan::notified(request) {
        host.notify(granted.capability(CapabilityName::NotifySend)?, &binding, &message)?;
    }
    Ok(committed)
}
