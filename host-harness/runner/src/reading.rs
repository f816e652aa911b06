//! What a call that names no file may show: a listing or a search reaches many, and the
//! policy is asked about each.

use agent_contract::{CapabilityName, RunMode};
use kernel::workspace::{EntryKind, Hits, Listing};
use policy::{
    answer::Stance,
    local::{Matter, Object, Policy},
};

/// The policy as it speaks of reading.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub policy: Policy,
    pub mode: RunMode,
    pub branch: Option<String>,
    pub base_branch: Option<String>,
}

impl Reading {
    fn shows(&self, path: &str) -> bool {
        let matter = Matter {
            capability: CapabilityName::RepoRead,
            mode: self.mode,
            branch: self.branch.as_deref(),
            base_branch: self.base_branch.as_deref(),
            object: Object::Path(path),
        };
        self.policy.judge(&matter).stance == Stance::Allow
    }

    /// The entries that may be seen; a folder may, for what is in it is asked about in turn.
    pub fn listed(&self, listing: Listing) -> Listing {
        let seen = |entry: &kernel::workspace::Entry| {
            entry.kind == EntryKind::Folder || self.shows(entry.path.as_str())
        };
        let entries = listing.entries.into_iter().filter(seen).collect();
        Listing { entries, ..listing }
    }

    /// The lines that may be seen.
    pub fn found(&self, found: Hits) -> Hits {
        let hits = found.hits.into_iter().filter(|hit| self.shows(hit.path.as_str())).collect();
        Hits { hits, ..found }
    }
}
