use agent_contract::{CapabilityName, Failure};

use super::{
    Stop,
    check::Checked,
    mend::{Broken, Trial},
};
use crate::{Host, mind};

/// Has a change judged by a model that did not make it, where there is one for that. A
/// change that was written beforehand is its author's.
pub fn review<H: Host>(mut checked: Checked<H>, host: &mut H) -> Result<Trial<H, Checked<H>>, Stop> {
    let proposed = &mut checked.proposed;
    let Some(mind) = proposed.mind.as_mut().filter(|mind| !mind.roles.review.is_empty()) else {
        return Ok(Trial::Holds(checked));
    };
    let granted = &proposed.granted;
    granted.progress(host, "review")?;
    let diff = host.diff(granted.capability(CapabilityName::RepoDiff)?)?;
    let instruction = &granted.plan.request.instruction;
    let opinion = mind::review(&mut mind.line, granted, host, &mut mind.roles.review, instruction, &diff)?;
    if !opinion.summary.trim().is_empty() {
        mind.words = opinion.summary;
    }
    let unseen = mind::unseen(&diff);
    mind.warnings.extend(unseen);
    if opinion.accept {
        return Ok(Trial::Holds(checked));
    }
    let faults = opinion.faults.iter().map(|fault| format!("- {}\n", fault.trim()));
    let complaint = format!("A reviewer finds:\n{}", faults.collect::<String>());
    let last = rejected(&opinion.faults);
    Ok(Trial::Broken(Box::new(Broken { proposed: checked.proposed, complaint, last })))
}

fn rejected(faults: &[String]) -> Stop {
    let first = faults.first().map_or("it does not say why", String::as_str);
    let mut failure =
        Failure::new("review-rejected", format!("the review does not accept the change: {first}"));
    failure.hints = faults.iter().skip(1).cloned().collect();
    Stop::failed(failure)
}
