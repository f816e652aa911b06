//! The agent's only way to the outside, as a trait: the component implements it
//! over the WIT imports, tests implement it over a map.

use agent_contract::{
    CapabilityName, Failure, Refusal, RepoPath,
    capability::Scope,
    check::CheckResult,
    gate::{GateName, GateResult},
    operation::FileMode,
};
use serde_json::Value;

/// Why a call did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The Runner decided against it.
    Refused(Refusal),
    /// It was permitted and did not succeed.
    Failed(Failure),
}

/// What a host call gives.
pub type Call<T> = Result<T, CallError>;

/// A file's content and mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// All its bytes.
    pub bytes: Vec<u8>,
    /// Its mode.
    pub mode: FileMode,
}

/// One change of an edit set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Create or replace a file. Without a mode it keeps its own.
    Write {
        /// The file.
        path: RepoPath,
        /// All its bytes.
        bytes: Vec<u8>,
        /// Its mode.
        mode: Option<FileMode>,
    },
    /// Delete a file.
    Delete {
        /// The file.
        path: RepoPath,
    },
    /// Rename a file; one that is there is replaced.
    Rename {
        /// The path that it has.
        from: RepoPath,
        /// The path that it gets.
        to: RepoPath,
    },
}

/// A capability that is needed, and what for.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// The capability.
    pub name: CapabilityName,
    /// No wider than this.
    pub scope: Scope,
    /// What for.
    pub reason: String,
}

/// A file or folder of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path.
    pub path: String,
    /// `file`, `folder` or `link`.
    pub kind: String,
    /// Its size.
    pub bytes: u64,
}

/// A part of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The entries, by path.
    pub entries: Vec<Entry>,
    /// After what the next part begins.
    pub next: Option<String>,
}

/// A line that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The file.
    pub path: String,
    /// The line, from one.
    pub line: u32,
    /// The line.
    pub text: String,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// The lines, by path and number.
    pub hits: Vec<Hit>,
    /// Whether there were more.
    pub more: bool,
}

impl Change {
    /// The paths that it is about.
    pub fn paths(&self) -> Vec<&RepoPath> {
        match self {
            Self::Write { path, .. } | Self::Delete { path } => vec![path],
            Self::Rename { from, to } => vec![from, to],
        }
    }
}

/// What the Runner lets the agent do.
pub trait Host {
    /// The permission for one kind of call.
    type Capability;

    /// Asks for capabilities, all at once; the answers come in the same order.
    fn request_capabilities(&mut self, needs: &[Need]) -> Vec<Call<Self::Capability>>;
    /// Reads a whole file.
    fn read(&mut self, capability: &Self::Capability, path: &RepoPath) -> Call<Content>;
    /// What a folder holds, so many entries at most.
    fn list(
        &mut self,
        capability: &Self::Capability,
        folder: Option<&RepoPath>,
        after: Option<&str>,
        limit: u32,
    ) -> Call<Listing>;
    /// Lines that hold a text, so many at most.
    fn search(
        &mut self,
        capability: &Self::Capability,
        text: &str,
        folder: Option<&RepoPath>,
        limit: u32,
    ) -> Call<Hits>;
    /// What a file defines.
    fn symbols(&mut self, capability: &Self::Capability, path: &RepoPath) -> Call<Value>;
    /// The files and symbols that matter most for a task.
    fn map(&mut self, capability: &Self::Capability, query: &Value) -> Call<Value>;
    /// Where code of some form is.
    fn find(&mut self, capability: &Self::Capability, query: &Value) -> Call<Value>;
    /// Makes an edit set, all of it or none of it.
    fn write(&mut self, capability: &Self::Capability, changes: &[Change]) -> Call<Vec<String>>;
    /// The change as a unified diff.
    fn diff(&mut self, capability: &Self::Capability) -> Call<String>;
    /// Commits the change to the work branch.
    fn commit(&mut self, capability: &Self::Capability, message: &str) -> Call<String>;
    /// Runs checks by name.
    fn run_checks(&mut self, capability: &Self::Capability, names: &[String]) -> Call<Vec<CheckResult>>;
    /// Runs gates.
    fn scan(&mut self, capability: &Self::Capability, gates: &[GateName]) -> Call<Vec<GateResult>>;
    /// Builds and starts the repository's container, and tells what came of it.
    fn simulate(&mut self, capability: &Self::Capability) -> Call<Value>;
    /// Has the work branch pushed once the verdict allows it.
    fn push(&mut self, capability: &Self::Capability) -> Call<Value>;
    /// Has a pull request opened once the verdict allows it.
    fn open_pull_request(&mut self, capability: &Self::Capability, title: &str, body: &str) -> Call<Value>;
    /// Has people notified at the end of the run.
    fn notify(&mut self, capability: &Self::Capability, binding: &str, message: &str) -> Call<()>;
    /// Invokes an action of a binding.
    fn invoke(
        &mut self,
        capability: &Self::Capability,
        binding: &str,
        action: &str,
        input: &Value,
    ) -> Call<Value>;
    /// Leaves a note in the trace. It proves nothing.
    fn note(&mut self, capability: &Self::Capability, kind: &str, note: &Value) -> Call<()>;
    /// Says that a pass has started.
    fn progress(&mut self, capability: &Self::Capability, pass: &str) -> Call<()>;
}
