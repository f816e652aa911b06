use agent_contract::Failure;

use super::{Stop, gate, propose::Proposed};
use crate::Host;

/// What came of trying a change.
pub enum Trial<H: Host, T> {
    /// It holds so far.
    Holds(T),
    /// It does not.
    Broken(Box<Broken<H>>),
}

/// A change that does not hold.
pub struct Broken<H: Host> {
    pub(super) proposed: Proposed<H>,
    /// What is wrong with it, for the model.
    pub(super) complaint: String,
    /// What the run ends with, where nothing more is to be done about it.
    pub(super) last: Stop,
}

/// Has the change mended by the model that made it, if it still may.
pub fn mend<H: Host>(broken: Broken<H>, host: &mut H) -> Result<Proposed<H>, Stop> {
    let Broken { proposed, complaint, mut last } = broken;
    last.warnings = proposed.warnings();
    let Proposed { granted, mind, .. } = proposed;
    let Some(mut mind) = mind else { return Err(last) };
    if mind.mends >= mind.bounds.mends_max {
        if let Some(reason) = last.reasons.first_mut() {
            reason.hints.push(format!("it was mended {} times, and that is as often as it may", mind.mends));
        }
        return Err(last);
    }
    mind.mends += 1;
    granted.progress(host, "mend")?;
    let before = mind.desk.version;
    mind.mended.extend(complaint.lines().find(|line| !line.trim().is_empty()).map(str::to_owned));
    mind.complain(&complaint);
    let proposed = super::propose::worked(granted, mind, host)?;
    match proposed.mind.as_ref().is_some_and(|mind| mind.desk.version > before) {
        true => Ok(proposed),
        false => Err(unmended(last)),
    }
}

/// The model was told what is wrong and left it as it is.
fn unmended(mut last: Stop) -> Stop {
    // What a gate finds, the Runner finds too: its verdict says so better than we can.
    if last.reasons.iter().any(|reason| reason.code == gate::FAILED) {
        return last;
    }
    let failure = Failure::new("model-no-progress", "the model was told what is wrong and changed nothing");
    last.reasons.push(failure.into());
    last
}
