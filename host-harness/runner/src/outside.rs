use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use agent_contract::{
    Failure, RepoPath,
    branch::BranchName,
    check::CheckResult,
    gate::{GateName, GateResult},
    operation::Operation,
    request::Branches,
};
use kernel::{
    Itself, KernelError, Workspace,
    git::{self, Head},
    lookup::Lookup,
    workspace::{HeldFile, Scratch},
};
use policy::{
    Blob, Code, Permit,
    call::{Malformed, Parsed, ScanCall, Touched},
    config::{ChecksConfig, ContainerConfig, GitUpdate, SandboxConfig},
};

use crate::{
    gating::{self, Gating, Records},
    holding::Holding,
    places::Bindings,
    plan::Plan,
    reading::Reading,
    secrets::Guarded,
    way::{Promises, Way},
};

pub(crate) use policy::recorded::Changed;

/// What a run has of the outside. The Kernel acts on it, with a permit in hand.
pub(crate) struct Outside {
    pub workspace: Workspace,
    pub head: Option<Head>,
    pub branches: Branches,
    pub checks: Plan,
    pub checks_config: ChecksConfig,
    pub sandbox_config: SandboxConfig,
    pub holding: Holding,
    pub required_gates: BTreeSet<GateName>,
    pub gating: Gating,
    /// The folder of the run in the state directory.
    pub folder: PathBuf,
    /// How containers are simulated.
    pub container: ContainerConfig,
    /// The state directory.
    pub state: PathBuf,
    /// What looks into the code.
    pub lookup: Lookup,
    /// Where copies of the workspace are made.
    pub copies: PathBuf,
    pub itself: Itself,
    /// What listings and searches may show.
    pub reading: Reading,
    pub results: Results,
    /// What makes a repeated run harmless.
    pub operation: String,
    /// How commits are made.
    pub update: GitUpdate,
    /// How the change leaves the machine.
    pub way: Way,
    pub promises: Promises,
    pub bindings: Bindings,
    pub secrets: Guarded,
    /// The folder of a repository that was fetched, gone with the run.
    pub fetched: Option<Scratch>,
}

/// What the Kernel's operations came to, for the verdict.
#[derive(Debug, Default)]
pub(crate) struct Results {
    /// The last result of each check.
    pub checks: BTreeMap<String, CheckResult>,
    /// The commit that the change was put into.
    pub commit: Option<String>,
    /// Whether the container came up, where that was tried.
    pub simulated: Option<bool>,
    /// What is said of the vulnerabilities that its gates found last.
    pub vex: Option<Vec<u8>>,
    /// What the change touches and the operator leaves out of every gate's sight.
    pub unseen: Vec<RepoPath>,
    /// Whether the workspace was written to after a commit.
    pub outdated_commit: bool,
}

impl Outside {
    /// A failure as the agent hears it: without the machine's paths and without secrets.
    pub fn for_agent(&self, failure: Failure) -> Failure {
        let paths = [(self.root(), "the repository"), (&self.state, "the state directory")];
        let plain = |text: String| {
            let told = paths.iter().fold(text, |text, (path, name)| match path.to_str() {
                Some(path) if path.len() > 1 => text.replace(path, name),
                _ => text,
            });
            self.secrets.clean_text(told)
        };
        let hints = failure.hints.into_iter().map(plain).collect();
        Failure { message: plain(failure.message), hints, ..failure }
    }

    pub fn root(&self) -> &Path {
        self.workspace.base().root()
    }

    /// What the gates of a call find, on what is recorded so far.
    pub fn scan(
        &mut self,
        permit: Permit<ScanCall>,
        recorded: &[Operation],
    ) -> Result<Vec<GateResult>, KernelError> {
        let asked = permit.into_call().gates;
        let results =
            gating::run(self, &asked.iter().copied().collect(), &Records { trace_faults: &[], recorded })?;
        let of = |gate: &GateName| results.iter().find(|result| result.gate == *gate).cloned();
        Ok(asked.iter().filter_map(of).collect())
    }

    /// Each changed file with its state in the base and its state now.
    pub fn changed(&mut self) -> Result<Vec<Changed>, KernelError> {
        let steps = self.workspace.steps()?;
        Ok(steps
            .into_iter()
            .map(|(path, before, after)| (path, before, after.map(|file| file.state())))
            .collect())
    }

    /// Each file of the change, with what it holds now.
    pub fn touched(&mut self) -> Parsed<Vec<Touched>> {
        let changed =
            self.changed().map_err(|error| Malformed { code: error.code, message: error.message })?;
        let touched = changed.into_iter().map(|(path, _, after)| {
            let sha256 = after.map(|state| state.sha256);
            Touched { path, sha256 }
        });
        Ok(touched.collect())
    }

    /// What was found out about the workspace, and no longer holds once it is written to.
    pub fn forget_results(&mut self) {
        self.results.checks.clear();
        self.results.simulated = None;
        self.results.outdated_commit |=
            self.results.commit.take().is_some() || self.promises.commit.is_some();
        self.promises.forget();
    }

    /// The checks that the request names.
    pub fn checks_expected(&self) -> Vec<String> {
        self.checks.expected().map(str::to_owned).collect()
    }

    /// The last result of each check.
    pub fn check_results(&self) -> Vec<CheckResult> {
        self.results.checks.values().cloned().collect()
    }

    /// The files of the change that held, in the base, what is in no commit.
    pub fn uncommitted(&mut self) -> Result<BTreeSet<RepoPath>, KernelError> {
        if self.head.is_none() || self.fetched.is_some() {
            return Ok(BTreeSet::new());
        }
        let mut held = self.workspace.changed_in_base()?;
        if self.head.as_ref().is_some_and(|head| head.commit.is_some()) {
            let committed = git::committed(self.root(), &held.keys().cloned().collect())?;
            held.retain(|path, bytes| {
                !committed.get(path).is_some_and(|committed| same_text(committed, bytes))
            });
        }
        Ok(held.into_keys().collect())
    }

    /// The files of the change as a commit takes them: with the line ends that git keeps.
    pub fn committable(&mut self) -> Result<Vec<(RepoPath, Option<HeldFile>)>, KernelError> {
        let held = self.workspace.changed_in_base()?;
        let committed = git::committed(self.root(), &held.keys().cloned().collect())?;
        let steps = self.workspace.steps()?.into_iter();
        Ok(steps
            .map(|(path, _, after)| {
                let converts = held.get(&path) != committed.get(&path)
                    && committed.get(&path).is_some_and(|bytes| !has_carriage(bytes));
                let after = after.map(|file| if converts { without_carriages(file) } else { file });
                (path, after)
            })
            .collect())
    }

    /// The branch that a commit goes to.
    pub fn work_branch(&self, run_id: &str) -> Result<BranchName, KernelError> {
        if let Some(branch) = &self.branches.work {
            return Ok(branch.clone());
        }
        // A repeated run finds the branch of the first.
        let name = match &self.way {
            Way::Stays => format!("code-assist/{run_id}"),
            Way::Git(_) | Way::Github(_) => {
                format!("code-assist/{}", self.operation.chars().take(19).collect::<String>())
            }
        };
        BranchName::parse(&name).map_err(|fault| KernelError::new(Code::KernelFailed, fault.to_string()))
    }
}

fn has_carriage(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\r\n")
}

fn without_carriages(file: HeldFile) -> HeldFile {
    let bytes = file.blob.bytes();
    let kept =
        bytes.iter().enumerate().filter(|(at, byte)| **byte != b'\r' || bytes.get(at + 1) != Some(&b'\n'));
    HeldFile { blob: Blob::new(kept.map(|(_, byte)| *byte).collect()), mode: file.mode }
}

/// Whether two contents are the same but for the line ends that git may convert.
fn same_text(one: &[u8], other: &[u8]) -> bool {
    let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    one == other || (one.len() != other.len() && lines(one) == lines(other))
}
