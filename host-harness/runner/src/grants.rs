//! The capabilities of a run: issued, counted, taken back.

use agent_contract::CapabilityName;
use policy::{Code, Grant};
use wasmtime::component::{Resource, ResourceTable};

use crate::{control::Control, stop::Stop};

/// What a guest's handle stands for. It can be made in this module only.
#[derive(Debug)]
pub struct Held {
    index: usize,
}

/// The grants of a run and the handles on them.
#[derive(Debug)]
pub(crate) struct Grants {
    table: ResourceTable,
    grants: Vec<Grant>,
    held: u64,
    held_max: u64,
}

impl Grants {
    pub fn new(held_max: u64) -> Self {
        Self { table: ResourceTable::new(), grants: Vec::new(), held: 0, held_max }
    }

    /// The id that the next grant will have.
    pub fn next_id(&self, run_id: &str) -> String {
        let run = run_id.get(run_id.len().saturating_sub(12)..).unwrap_or(run_id);
        format!("cap-{run}-{}", self.grants.len() + 1)
    }

    /// Gives the guest a handle on a grant.
    pub fn hand_out(&mut self, grant: Grant) -> Result<Resource<Held>, Stop> {
        self.held += 1;
        if self.held > self.held_max {
            return Err(Stop::new(
                Code::LimitHandles,
                format!("the agent holds more than {} capabilities", self.held_max),
            ));
        }
        let index = self.grants.len();
        self.grants.push(grant);
        self.table.push(Held { index }).map_err(|error| Stop::new(Code::LimitHandles, error.to_string()))
    }

    /// The grant behind a handle, as it stands now.
    pub fn get(&mut self, handle: &Resource<Held>, control: &Control) -> wasmtime::Result<&mut Grant> {
        let index = self.table.get(handle)?.index;
        let grant = &mut self.grants[index];
        grant.revoked |= control.is_revoked(&grant.id);
        Ok(grant)
    }

    /// The grant behind a handle, as it stood when it was last got.
    pub fn peek(&self, handle: &Resource<Held>) -> wasmtime::Result<&Grant> {
        Ok(&self.grants[self.table.get(handle)?.index])
    }

    /// A capability of that name that was revoked.
    pub fn revoked(&self, name: CapabilityName, control: &Control) -> Option<&str> {
        let mut named = self.grants.iter().filter(|grant| grant.name == name);
        named.find(|grant| grant.revoked || control.is_revoked(&grant.id)).map(|grant| grant.id.as_str())
    }

    /// The guest gave a handle back.
    pub fn drop_handle(&mut self, handle: Resource<Held>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        self.held -= 1;
        Ok(())
    }

    /// The ids of all grants, in the order of their issue.
    pub fn ids(&self) -> Vec<String> {
        self.grants.iter().map(|grant| grant.id.clone()).collect()
    }
}
