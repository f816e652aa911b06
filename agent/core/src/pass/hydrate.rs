use std::collections::BTreeMap;

use agent_contract::{CapabilityName, RepoPath};

use super::{Stop, grant::Granted};
use crate::{
    Host,
    host::{CallError, Content},
};

/// A plan with the files that it is about, and no other.
pub struct Hydrated<H: Host> {
    pub(super) granted: Granted<H>,
    pub(super) files: BTreeMap<RepoPath, Option<Content>>,
}

/// Reads every file that the edits need.
pub fn hydrate<H: Host>(granted: Granted<H>, host: &mut H) -> Result<Hydrated<H>, Stop> {
    granted.progress(host, "hydrate")?;
    let mut files = BTreeMap::new();
    for path in granted.plan.edits.paths() {
        let content = read(&granted, host, &path)?;
        files.insert(path, content);
    }
    Ok(Hydrated { granted, files })
}

fn read<H: Host>(granted: &Granted<H>, host: &mut H, path: &RepoPath) -> Result<Option<Content>, Stop> {
    match host.read(granted.capability(CapabilityName::RepoRead)?, path) {
        Ok(content) => Ok(Some(content)),
        Err(CallError::Failed(failure)) if failure.code == "file-missing" => Ok(None),
        Err(error) => Err(error.into()),
    }
}
