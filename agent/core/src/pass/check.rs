use agent_contract::{
    CapabilityName, Failure,
    check::{CheckOutcome, CheckResult},
};

use super::{
    Stop,
    mend::{Broken, Trial},
    plan,
    propose::Proposed,
};
use crate::Host;

/// A change that every check of the request passed.
pub struct Checked<H: Host> {
    pub(super) proposed: Proposed<H>,
    pub(super) results: Vec<CheckResult>,
}

/// Runs the checks together, in one call. A change that a model made and that does not
/// hold can be mended; one that was written beforehand can't.
pub fn check<H: Host>(proposed: Proposed<H>, host: &mut H) -> Result<Trial<H, Checked<H>>, Stop> {
    let names = plan::check_names(&proposed.granted.plan.request);
    if names.is_empty() {
        return Ok(Trial::Holds(Checked { proposed, results: Vec::new() }));
    }
    proposed.granted.progress(host, "check")?;
    let results = host.run_checks(proposed.granted.capability(CapabilityName::RepoCheck)?, &names)?;
    match results.iter().find(|result| !result.passed()) {
        None => Ok(Trial::Holds(Checked { proposed, results })),
        Some(broken) if mends(&proposed, broken) => {
            let failing = results.iter().filter(|result| !result.passed());
            let complaint = failing.map(crate::mind::told).collect();
            let last = stop(broken);
            Ok(Trial::Broken(Box::new(Broken { proposed, complaint, last })))
        }
        Some(broken) => Err(stop(broken)),
    }
}

/// Whether a model could do something about it.
fn mends<H: Host>(proposed: &Proposed<H>, broken: &CheckResult) -> bool {
    let can_change = matches!(broken.outcome, CheckOutcome::Failed | CheckOutcome::TimedOut);
    proposed.mind.is_some() && can_change
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
