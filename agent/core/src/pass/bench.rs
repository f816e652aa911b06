//! Where a recipe works: host calls under the permissions of the run.

use agent_contract::{CapabilityName, Failure, RepoPath, check::CheckResult, lookup::Found};
use serde_json::{Value, json};

use super::{Granted, Stop};
use crate::{
    Host,
    host::{Call, CallError, Change, Content, Hits},
    recipe::{Desk, Listed},
};

const HITS_MAX: u32 = 10_000;

/// The bench of a run.
pub(super) struct Bench<'a, H: Host> {
    pub granted: &'a Granted<H>,
    pub host: &'a mut H,
}

/// Why something could not be done here.
pub(super) enum Halt {
    Call(CallError),
    Stop(Stop),
}

impl From<CallError> for Halt {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Call(CallError::Failed(failure))
    }
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Call(error) => error.into(),
            Halt::Stop(stop) => stop,
        }
    }
}

impl<H: Host> Bench<'_, H> {
    fn found(&mut self, query: &Value) -> Result<Found, Halt> {
        let told = self.find(query)?;
        serde_json::from_value(told).map_err(|fault| {
            Failure::new("answer-malformed", format!("what was found can't be read: {fault}")).into()
        })
    }

    fn fixed(&mut self, check: &str) -> Call<Vec<CheckResult>> {
        match self.granted.capability(CapabilityName::RepoCheck) {
            Ok(capability) => self.host.run_checks(capability, &[check.to_owned()]),
            Err(_) => Err(CallError::Failed(Failure::new(
                "check-missing",
                format!("the request names no check `{}`", agent_contract::fault::shown(check)),
            ))),
        }
    }
}

impl<H: Host> Desk for Bench<'_, H> {
    type Error = Halt;

    fn read(&mut self, path: &RepoPath) -> Result<Option<Content>, Halt> {
        match self.host.read(self.granted.capability(CapabilityName::RepoRead)?, path) {
            Ok(content) => Ok(Some(content)),
            Err(CallError::Failed(failure)) if failure.code == "file-missing" => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn list(&mut self, within: Option<&RepoPath>) -> Result<Listed, Halt> {
        let mut query = json!({ "kind": "file", "text": "*", "limit": HITS_MAX });
        if let Some(within) = within {
            query["folder"] = within.as_str().into();
        }
        let found = self.found(&query)?;
        let files = found.matches.into_iter().map(|place| place.path).collect();
        Ok(Listed { files, more: found.more })
    }

    fn search(&mut self, text: &str, within: Option<&RepoPath>) -> Result<Hits, Halt> {
        Ok(self.host.search(self.granted.capability(CapabilityName::RepoRead)?, text, within, HITS_MAX)?)
    }

    fn find(&mut self, query: &Value) -> Result<Value, Halt> {
        Ok(self.host.find(self.granted.capability(CapabilityName::RepoRead)?, query)?)
    }

    fn fix(&mut self, check: &str) -> Result<Vec<Change>, Halt> {
        let results = self.fixed(check)?;
        let Some(result) = results.into_iter().next() else { return Ok(Vec::new()) };
        super::fixed::changes(result).map_err(Halt::from)
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), Halt> {
        self.host.write(self.granted.capability(CapabilityName::RepoWrite)?, changes)?;
        Ok(())
    }
}
