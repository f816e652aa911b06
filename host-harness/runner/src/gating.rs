//! The gates of a run: what they look into, and what they go by.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use agent_contract::{
    RepoPath, RunMode, RunResult,
    gate::{GateName, GateOutcome, GateResult, Severity},
    operation::Operation,
};
use gates::{
    Checkout, Document, Evidence, Making, Now, Opening, Set, Standards, Waivers, frame::Subject, tools::Holds,
};
use kernel::{Itself, KernelError, git::History, input, process::sandbox, workspace::Ignored};
use ledger::LedgerError;
use policy::{
    Config,
    config::{Approver, GatesConfig, SandboxConfig},
    local::Globs,
};

use crate::{outside::Outside, state::Run};

/// Files that a warning names.
const UNSEEN_MAX: usize = 5;
/// Bytes of a file of rules, data or waivers at the most.
const FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024;

fn read(path: &Path) -> Result<Option<Vec<u8>>, String> {
    input::read_if_there(path, FILE_BYTES_MAX).map_err(|error| error.message)
}

/// What the gates of a run go by.
#[derive(Debug)]
pub(crate) struct Gating {
    pub config: GatesConfig,
    /// Who may sign waivers.
    pub approvers: Vec<Approver>,
    /// The least severity that fails: the operator's, or the caller's where that is stricter.
    pub fail_on: Severity,
    /// The state directory, where advisories are kept.
    pub state: PathBuf,
    /// The sandbox of tools.
    pub sandbox: SandboxConfig,
}

impl Gating {
    pub fn new(config: &Config, asked: Option<Severity>, state: &Path) -> Self {
        let least = config.gates.fail_on;
        Self {
            config: config.gates.clone(),
            approvers: config.approval.approvers.clone(),
            fail_on: asked.map_or(least, |asked| asked.min(least)),
            state: state.to_owned(),
            sandbox: config.sandbox.clone(),
        }
    }

    /// The scanners with their rules and data read, and what no gate looks into.
    pub fn open(&self, gates: &BTreeSet<GateName>, itself: &Itself) -> Result<(Set, Globs), String> {
        let set = Set::open(&Opening {
            config: &self.config,
            gates,
            state: &self.state,
            read: &read,
            now_ms: kernel::clock::now_ms(),
            itself,
            holds: &self.holds(itself),
        })?;
        let ignore = Globs::parse(&self.config.ignore).map_err(|fault| format!("`ignore`: {fault}"))?;
        Ok((set, ignore))
    }

    /// What somebody answers for. One who may not, or a file that was changed, is no set-up that
    /// is amiss but a word that counts for nothing.
    pub fn waivers(&self) -> Result<Waivers, String> {
        let waivers = gates::waivers(&self.config, &self.approvers, &read)?;
        Ok(Waivers::new(waivers, kernel::clock::now_ms()))
    }

    /// The history, where secrets are looked for in it.
    pub fn history(&self, gates: &BTreeSet<GateName>, root: &Path) -> Result<Option<History>, KernelError> {
        let wanted = self.config.secrets.history && gates.contains(&GateName::Secrets);
        wanted.then(|| History::open(root)).transpose()
    }

    /// What holds the tools that the operator names.
    fn holds(&self, itself: &Itself) -> Holds {
        let within = self.state.join("work");
        let backend = match self.config.tools.is_empty() {
            true => Err("no tool is named".to_owned()),
            false => {
                let probe = sandbox::probe(&self.sandbox, itself, &within);
                probe.backend.ok_or_else(|| probe.missing().join(", "))
            }
        };
        Holds { config: self.sandbox.clone(), backend, within, itself: itself.clone() }
    }

    /// What fails.
    pub fn standards<'a>(&self, waivers: &'a Waivers) -> Standards<'a> {
        Standards { fail_on: self.fail_on, old_fail_on: self.config.old_fail_on.severity(), waivers }
    }

    /// When the gates have to be done.
    pub fn deadline(&self) -> Instant {
        Instant::now() + Duration::from_secs(self.config.seconds)
    }
}

/// What a run has recorded when its gates are run.
pub(crate) struct Records<'a> {
    pub trace_faults: &'a [String],
    pub recorded: &'a [Operation],
}

/// Runs gates on the workspace as it is now.
pub(crate) fn run(
    outside: &mut Outside,
    gates: &BTreeSet<GateName>,
    records: &Records,
) -> Result<Vec<GateResult>, KernelError> {
    let changed = outside.changed()?;
    let net = outside.workspace.changes()?;
    let touched = net.into_iter().map(|net| {
        let before = net.before.map(|_| net.from.unwrap_or_else(|| net.path.clone()));
        (net.path, before)
    });
    let touched: BTreeMap<_, _> = touched.collect();
    let (expected, checks) = (outside.checks_expected(), outside.check_results());
    let (now, opened) = std::thread::scope(|scope| {
        let opened = scope.spawn(|| outside.gating.open(gates, &outside.itself));
        let now = Now::of(&outside.workspace, Ignored::LeftOut);
        (now, opened.join().unwrap_or_else(|_| Err("the rules can't be read".to_owned())))
    });
    let container_file = container_file(outside, &now);
    let evidence = Evidence {
        trace_faults: records.trace_faults,
        recorded: records.recorded,
        changed: &changed,
        checks_expected: &expected,
        checks: &checks,
        container_file: container_file.as_ref(),
        simulated: outside.results.simulated,
    };
    let ((set, ignore), waivers) = match opened.and_then(|set| Ok((set, outside.gating.waivers()?))) {
        Ok(opened) => opened,
        Err(fault) => return Ok(failed(gates, &fault)),
    };
    let history = match outside.gating.history(gates, outside.root()) {
        Ok(history) => history,
        Err(fault) => return Ok(failed(gates, &fault.message)),
    };
    let before = Checkout::beneath(&now);
    outside.results.unseen = touched.keys().filter(|path| ignore.match_any(path.as_str())).cloned().collect();
    let subject = Subject {
        now: &now,
        before: Some(&before),
        touched: Some(touched),
        left_out: now.left_out().to_vec(),
        untold: now.untold().to_vec(),
        ignores: &|path: &RepoPath| ignore.match_any(path.as_str()),
        history: history.as_ref(),
        deadline: outside.gating.deadline(),
    };
    let judged = gates::run(
        gates,
        &gates::Run {
            evidence: &evidence,
            subject: &subject,
            set: &set,
            standards: &outside.gating.standards(&waivers),
            required: &outside.required_gates,
        },
    );
    outside.results.vex = judged.vex;
    Ok(judged.results)
}

/// Gates whose rules, data, waivers or files can't be read pass nothing.
pub(crate) fn failed(gates: &BTreeSet<GateName>, fault: &str) -> Vec<GateResult> {
    let result = |gate: &GateName| GateResult::new(*gate, true, GateOutcome::Error, vec![fault.to_owned()]);
    gates.iter().map(result).collect()
}

const CONTAINER_FILES: [&str; 6] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
    "Dockerfile",
    "Containerfile",
];

/// The container file that a simulation is made of, where there is one.
fn container_file(outside: &Outside, now: &Now) -> Option<RepoPath> {
    let config = &outside.container;
    let named = config.compose.as_deref().or(config.dockerfile.as_deref());
    if let Some(named) = named.and_then(|named| RepoPath::parse(named).ok()) {
        return Some(named);
    }
    let names = CONTAINER_FILES.iter().filter_map(|name| RepoPath::parse(name).ok());
    names.into_iter().find(|name| now.has(name))
}

/// What the gates leave behind: where a change was to be fit for production, or files were
/// looked into.
pub(crate) fn documents(run: &Run, result: &RunResult) -> Result<Vec<Document>, LedgerError> {
    let looked = result.gates.iter().any(|gate| !gate.coverage.is_empty());
    if !looked && result.mode != RunMode::ProductionChange {
        return Ok(Vec::new());
    }
    let outside = &run.outside;
    let folder = outside.root().file_name().map(|name| name.to_string_lossy().into_owned());
    let exempt = outside.gating.config.exempt.iter().filter(|gate| !outside.required_gates.contains(gate));
    let exempt: Vec<_> = exempt.copied().collect();
    let making = Making {
        results: &result.gates,
        tree: &Now::of(&outside.workspace, Ignored::LeftOut),
        repository: folder.as_deref().unwrap_or("repository"),
        commit: result.before.commit.as_deref(),
        vex: outside.results.vex.as_deref(),
        exempt: &exempt,
        change_sha256: &result.after.changed_files_sha256,
        policy_sha256: &policy_sha256(run),
        run_id: &run.id,
        component_sha256: &result.component_sha256,
        time: &policy::date::timestamp(kernel::clock::now_ms()),
        production_ready: result.verdict.production_ready,
        version: env!("CARGO_PKG_VERSION"),
    };
    let unmade = |error| LedgerError::Closed(format!("the statements of the verdict can't be made: {error}"));
    gates::documents(&making).map_err(unmade)
}

/// The diff of a change that brings a secret, with the secret masked: evidence is handed about.
pub(crate) fn masked(outside: &Outside, gates: &[GateResult], diff: Vec<u8>) -> Vec<u8> {
    let leaks = |gate: &GateResult| gate.gate == GateName::Secrets && gate.outcome != GateOutcome::Pass;
    if !gates.iter().any(|gate| leaks(gate) && !gate.findings.is_empty()) {
        return diff;
    }
    gates::masked(&diff, &outside.gating.config, &read)
        .unwrap_or_else(|fault| format!("left out: its secrets can't be masked: {fault}\n").into_bytes())
}

/// What is said of files that the change touches and the operator leaves out of every gate's sight.
pub(crate) fn unseen(paths: &[RepoPath]) -> Option<String> {
    let told: Vec<_> = paths.iter().take(UNSEEN_MAX).map(|path| format!("`{path}`")).collect();
    let more = match paths.len().saturating_sub(UNSEEN_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!paths.is_empty()).then(|| {
        format!(
            "on the operator's word no gate looks into {}{more}, which the change touches",
            told.join(", ")
        )
    })
}

/// The digest of what the verdict goes by: the rules, what fails, and who answers for what.
fn policy_sha256(run: &Run) -> String {
    let gating = &run.outside.gating;
    let digested = |file: &String| {
        let sha256 = read(Path::new(file)).ok().flatten().map(|bytes| policy::blob::sha256(&bytes));
        serde_json::json!({ "file": file, "sha256": sha256 })
    };
    let waiver_files: Vec<_> = gating.config.waiver_files.iter().map(digested).collect();
    let standards = serde_json::json!({
        "policy": run.policy_sha256,
        "required": run.outside.required_gates,
        "exempt": gating.config.exempt,
        "fail_on": gating.fail_on,
        "old_fail_on": gating.config.old_fail_on.severity(),
        "ignore": gating.config.ignore,
        "waivers": gating.config.waivers,
        "waiver_files": waiver_files,
        "tools": gating.config.tools,
    });
    policy::blob::sha256(policy::context::canonical(&standards).as_bytes())
}
