use agent_contract::{
    CapabilityName, Failure,
    check::{CheckOutcome, CheckResult},
};

use super::{Stop, plan, propose::Proposed};
use crate::Host;

/// A change that every check of the request passed.
pub struct Checked<H: Host> {
    pub(super) proposed: Proposed<H>,
    pub(super) results: Vec<CheckResult>,
}

/// Runs the checks together, in one call.
pub fn check<H: Host>(proposed: Proposed<H>, host: &mut H) -> Result<Checked<H>, Stop> {
    let names = plan::check_names(&proposed.granted.plan.request);
    if names.is_empty() {
        return Ok(Checked { proposed, results: Vec::new() });
    }
    proposed.granted.progress(host, "check")?;
    let results = host.run_checks(proposed.granted.capability(CapabilityName::RepoCheck)?, &names)?;
    match results.iter().find(|result| !result.passed()) {
        Some(broken) => Err(stop(broken)),
        None => Ok(Checked { proposed, results }),
    }
}

fn stop(broken: &CheckResult) -> Stop {
    let message = match (broken.outcome, broken.exit_code) {
        (CheckOutcome::Failed, Some(code)) => format!("check `{}` exited {code}", broken.name),
        (outcome, _) => format!("check `{}`: {outcome}", broken.name),
    };
    match broken.outcome {
        CheckOutcome::Unavailable => Stop::unavailable(Failure::new("check-unavailable", message)),
        _ => Stop::failed(Failure::new("check-failed", message)),
    }
}
