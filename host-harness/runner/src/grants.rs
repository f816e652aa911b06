//! The capabilities of a run: issued, counted, taken back.

use std::collections::BTreeMap;

use agent_contract::CapabilityName;
use policy::{Code, Grant};
use wasmtime::component::{Resource, ResourceTable};

use crate::{control::Control, stop::Stop};

/// What a guest's handle stands for. It can be made in this module only.
#[derive(Debug)]
pub struct Held {
    index: usize,
    /// What is recorded of it, in a replay.
    recorded: serde_json::Value,
}

impl Held {
    /// A handle in a replay: it permits nothing.
    pub(crate) fn again(recorded: serde_json::Value) -> Self {
        Self { index: usize::MAX, recorded }
    }

    pub(crate) fn recorded(&self) -> &serde_json::Value {
        &self.recorded
    }
}

/// The grants of a run and the handles on them.
#[derive(Debug)]
pub(crate) struct Grants {
    table: ResourceTable,
    grants: Vec<Grant>,
    tallies: BTreeMap<CapabilityName, Tally>,
    held: u64,
    held_max: u64,
}

/// What was used of a capability, under all its grants together. Asking again gives no
/// more, and what was taken back stays so.
#[derive(Debug, Default)]
struct Tally {
    uses: u64,
    bytes: u64,
    end_ms: Option<u64>,
    revoked: bool,
}

impl Grants {
    pub fn new(held_max: u64) -> Self {
        let (table, grants, tallies) = (ResourceTable::new(), Vec::new(), BTreeMap::new());
        Self { table, grants, tallies, held: 0, held_max }
    }

    /// The id that the next grant will have.
    pub fn next_id(&self, run_id: &str) -> String {
        let run = run_id.get(run_id.len().saturating_sub(12)..).unwrap_or(run_id);
        format!("cap-{run}-{}", self.grants.len() + 1)
    }

    /// Gives the guest a handle on a grant. It ends no later than an earlier one of the
    /// capability had to.
    pub fn hand_out(&mut self, mut grant: Grant, now_ms: u64) -> Result<Resource<Held>, Stop> {
        self.held += 1;
        if self.held > self.held_max {
            return Err(Stop::new(
                Code::LimitHandles,
                format!("the agent holds more than {} capabilities", self.held_max),
            ));
        }
        let tally = self.tallies.entry(grant.name).or_default();
        let end = grant.ceiling.seconds.map(|seconds| now_ms.saturating_add(seconds.saturating_mul(1000)));
        tally.end_ms = tally.end_ms.into_iter().chain(end).min();
        grant.expires_ms = grant.expires_ms.into_iter().chain(tally.end_ms).min();
        let index = self.grants.len();
        self.grants.push(grant);
        self.table
            .push(Held { index, recorded: serde_json::Value::Null })
            .map_err(|error| Stop::new(Code::LimitHandles, error.to_string()))
    }

    /// The grant behind a handle, as it stands now.
    pub fn get(&mut self, handle: &Resource<Held>, control: &Control) -> wasmtime::Result<&mut Grant> {
        let index = self.table.get(handle)?.index;
        let name = self.grants[index].name;
        let revoked = control.has_revoked() && self.revoked(name, control).is_some();
        let tally = self.tallies.entry(name).or_default();
        let grant = &mut self.grants[index];
        tally.revoked |= revoked;
        grant.revoked |= tally.revoked;
        let left = |ceiling: Option<u64>, used: u64| ceiling.map(|most| most.saturating_sub(used));
        grant.uses_left = least(grant.uses_left, left(grant.ceiling.uses, tally.uses));
        grant.bytes_left = least(grant.bytes_left, left(grant.ceiling.bytes, tally.bytes));
        Ok(grant)
    }

    /// The grant behind a handle, as it stood when it was last got.
    pub fn peek(&self, handle: &Resource<Held>) -> wasmtime::Result<&Grant> {
        Ok(&self.grants[self.table.get(handle)?.index])
    }

    /// Counts a call that was allowed.
    pub fn charge_use(&mut self, handle: &Resource<Held>) -> wasmtime::Result<()> {
        let grant = &mut self.grants[self.table.get(handle)?.index];
        grant.charge_use();
        self.tallies.entry(grant.name).or_default().uses += 1;
        Ok(())
    }

    /// Counts bytes, and says whether there were that many left.
    pub fn charge_bytes(&mut self, handle: &Resource<Held>, bytes: u64) -> wasmtime::Result<bool> {
        let grant = &mut self.grants[self.table.get(handle)?.index];
        let tally = self.tallies.entry(grant.name).or_default();
        tally.bytes = tally.bytes.saturating_add(bytes);
        Ok(grant.charge_bytes(bytes))
    }

    /// A capability of that name that was revoked.
    pub fn revoked(&self, name: CapabilityName, control: &Control) -> Option<&str> {
        let mut named = self.grants.iter().filter(|grant| grant.name == name);
        named.find(|grant| grant.revoked || control.is_revoked(&grant.id)).map(|grant| grant.id.as_str())
    }

    /// Whether a capability of that name was issued that nobody had to approve.
    pub fn unasked(&self, name: CapabilityName) -> bool {
        self.grants.iter().any(|grant| grant.name == name && grant.asks.is_empty())
    }

    /// Whether a capability of that name was issued, and every one of them is over.
    pub fn is_over(&self, name: CapabilityName, now_ms: u64) -> bool {
        let named: Vec<_> = self.grants.iter().filter(|grant| grant.name == name).collect();
        let over = |grant: &&Grant| grant.expires_ms.is_some_and(|end| now_ms >= end);
        !named.is_empty() && named.iter().all(over)
    }

    /// The grants that came to their end, and by what.
    pub fn spent(&self, now_ms: u64) -> Vec<(String, &'static str)> {
        let why = |grant: &Grant| match () {
            () if grant.expires_ms.is_some_and(|end| now_ms >= end) => Some("time"),
            () if grant.uses_left == Some(0) => Some("uses"),
            () if grant.bytes_left == Some(0) => Some("bytes"),
            () => None,
        };
        self.grants.iter().filter_map(|grant| Some((grant.id.clone(), why(grant)?))).collect()
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

fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}
