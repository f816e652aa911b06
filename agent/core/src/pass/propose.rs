use agent_contract::{CapabilityName, Failure, check::CheckResult};
use serde_json::json;

use super::{Stop, Way, bench::Bench, changelog::Told, draft::Drafted, grant::Granted};
use crate::{
    Host,
    edit::{self, Matching},
    host::Change,
    mind::{self, Mind},
    recipe,
};

/// A plan whose change stands in the workspace.
pub struct Proposed<H: Host> {
    pub(super) granted: Granted<H>,
    pub(super) changes: Vec<Change>,
    /// What was done, and what was left as it is, where a recipe says so.
    pub(super) told: Vec<String>,
    warnings: Vec<String>,
    /// The model that made it, where one did.
    pub(super) mind: Option<Mind<H::Capability>>,
}

impl<H: Host> Proposed<H> {
    /// Whether the model that made it may be asked to mend it.
    pub(super) fn can_be_mended(&self) -> bool {
        self.mind.as_ref().is_some_and(|mind| mind.mends < mind.bounds.mends_max)
    }

    /// What was done and why, in the words of the model that did it.
    pub(super) fn words(&self) -> &str {
        self.mind.as_ref().map(|mind| mind.words.as_str()).unwrap_or_default()
    }

    /// What a person should look at.
    pub(super) fn warnings(&self) -> Vec<String> {
        let of_mind = self.mind.iter().flat_map(Mind::told_warnings);
        of_mind.chain(self.warnings.iter().cloned()).collect()
    }

    /// The change, for people.
    pub(super) fn told<'a>(&'a self, checks: &'a [CheckResult]) -> Told<'a> {
        Told {
            instruction: &self.granted.plan.request.instruction,
            words: self.words(),
            steps: &self.told,
            changes: &self.changes,
            checks,
        }
    }
}

/// Makes the change: the edits of the proposal in one call, or what a model does.
pub fn propose<H: Host>(drafted: Drafted<H>, host: &mut H) -> Result<Proposed<H>, Stop> {
    let Drafted { granted, around, mind } = drafted;
    granted.progress(host, "propose")?;
    match (&granted.plan.way, mind) {
        (Way::Proposal(edits), _) => {
            let applied = edit::apply(edits, &around.files, Matching::Strict);
            let changes = applied.map_err(Failure::from)?.changes;
            if changes.is_empty() {
                return Err(Stop::failed(Failure::new(
                    "edit-without-effect",
                    "the proposal leaves every file as it is",
                )));
            }
            host.write(granted.capability(CapabilityName::RepoWrite)?, &changes)?;
            Ok(Proposed { granted, changes, told: Vec::new(), warnings: Vec::new(), mind: None })
        }
        (Way::Recipe(chosen), _) => {
            let worked = recipe::work(chosen, &mut Bench { granted: &granted, host });
            let outcome = worked.map_err(|stopped| Stop::from(stopped.into_error()))?;
            granted.note(host, "recipe", &json!({ "recipe": chosen.told(), "told": outcome.told }))?;
            let (changes, told, warnings) = (outcome.changes, outcome.told, outcome.warnings);
            Ok(Proposed { granted, changes, told, warnings, mind: None })
        }
        (Way::Model, Some(mind)) => worked(granted, mind, host),
        (Way::Model, None) => Err(super::draft::no_model(Vec::new())),
    }
}

/// Has a model go on with the change.
pub(super) fn worked<H: Host>(
    granted: Granted<H>,
    mut mind: Mind<H::Capability>,
    host: &mut H,
) -> Result<Proposed<H>, Stop> {
    if let Err(stop) = mind::work(&mut mind, &granted, host) {
        return Err(Stop { warnings: mind.told_warnings().collect(), ..stop });
    }
    let changes = mind.desk.changes();
    Ok(Proposed { granted, changes, told: Vec::new(), warnings: Vec::new(), mind: Some(mind) })
}
