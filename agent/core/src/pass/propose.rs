use agent_contract::{CapabilityName, Failure};

use super::{Stop, grant::Granted, hydrate::Hydrated};
use crate::{Host, edit, host::Change};

/// A plan whose change stands in the workspace.
pub struct Proposed<H: Host> {
    pub(super) granted: Granted<H>,
    pub(super) changes: Vec<Change>,
}

/// Works the edits out on what was read, then makes them in one call.
pub fn propose<H: Host>(hydrated: Hydrated<H>, host: &mut H) -> Result<Proposed<H>, Stop> {
    let Hydrated { granted, files } = hydrated;
    granted.progress(host, "propose")?;
    let changes = edit::apply(&granted.plan.edits, &files).map_err(Failure::from)?;
    if changes.is_empty() {
        return Err(Stop::failed(Failure::new(
            "edit-without-effect",
            "the proposal leaves every file as it is",
        )));
    }
    host.write(granted.capability(CapabilityName::RepoWrite)?, &changes)?;
    Ok(Proposed { granted, changes })
}
