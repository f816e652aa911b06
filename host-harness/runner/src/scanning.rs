//! The gates that look into files, by themselves: no run, no agent.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use agent_contract::{
    RepoPath,
    gate::{GateName, Severity},
};
use gates::{Evidence, Index, Judged, Now, Revision, frame::Subject};
use kernel::{
    Itself, KernelError, Workspace,
    git::{Since, Staged},
    workspace::Ignored,
};
use policy::{Code, Config};

use crate::{
    gating::{self, Gating},
    start_error::StartError,
};

/// What is to be looked into, and how.
pub struct Scan<'a> {
    /// The folder, or one file.
    pub path: &'a Path,
    /// The gates.
    pub gates: BTreeSet<GateName>,
    /// Only what the checkout changed since this revision.
    pub since: Option<&'a str>,
    /// Whether what is staged is looked into, and not what the checkout holds.
    pub staged: bool,
    /// Whether what git ignores is looked into, too.
    pub ignored: Ignored,
    /// The least severity that fails, where it is stricter than the operator's.
    pub fail_on: Option<Severity>,
    /// The Runner's configuration.
    pub config: &'a Config,
    /// The state directory.
    pub state: PathBuf,
    /// The program that does the parts that need a process of their own.
    pub itself: Itself,
}

/// The gates that look into files, in the order of the contract.
pub const GATES: [GateName; 8] = [
    GateName::Secrets,
    GateName::Dependencies,
    GateName::Sast,
    GateName::Container,
    GateName::Iac,
    GateName::Sbom,
    GateName::Licence,
    GateName::Consistency,
];

/// Has the gates look.
pub fn scan(scan: &Scan) -> Result<Judged, StartError> {
    let (root, only) = place(scan.path)?;
    let workspace = Workspace::open(&root, &scan.config.limits)?;
    // What is named is looked into, whatever git makes of it.
    let ignored = if only.is_some() { Ignored::Counted } else { scan.ignored };
    let gating = Gating::new(scan.config, scan.fail_on, &scan.state);
    // Three that wait for nothing of one another.
    let (now, since, opened) = std::thread::scope(|scope| {
        let since = scan.since.map(|revision| scope.spawn(|| changed(scan, &root, revision)));
        let opened = scope.spawn(|| gating.open(&scan.gates, &scan.itself));
        let now = Now::of(&workspace, ignored);
        let since = since.map(|since| since.join().unwrap_or_else(|_| Err(broken())));
        (now, since, opened.join().unwrap_or_else(|_| Err("the rules can't be read".to_owned())))
    });
    if now.is_empty() || only.as_ref().is_some_and(|only| !now.has(only)) {
        let message = format!("`{}` holds no file to look into", scan.path.display());
        return Err(KernelError::new(Code::RepositoryUnusable, message).into());
    }
    let since = since.transpose()?;
    let staged = scan.staged.then(|| Staged::open(&root)).transpose()?;
    let index = staged.as_ref().map(Index::of);
    let before = since.as_ref().map(Revision::of);
    let history = gating.history(&scan.gates, &root)?;
    let amiss = |fault: String| StartError::invalid("config-invalid", format!("the gates: {fault}"));
    let (set, ignore) = opened.map_err(amiss)?;
    let waivers = match gating.waivers() {
        Ok(waivers) => waivers,
        Err(fault) => {
            return Ok(Judged { results: gating::failed(&scan.gates, &fault), vex: None });
        }
    };
    let others = |path: &RepoPath| only.as_ref().is_some_and(|only| only != path);
    let mut untold = staged.as_ref().map_or_else(|| now.untold().to_vec(), |staged| staged.untold.clone());
    untold.extend(since.iter().flat_map(|since| since.untold.iter().cloned()));
    let subject = Subject {
        now: index.as_ref().map_or(&now as _, |index| index as _),
        before: before.as_ref().map(|before| before as _),
        touched: match (&since, &only) {
            (Some(since), _) => Some(touched(since, (!scan.staged).then_some(&now))),
            (None, Some(only)) => Some([(only.clone(), None)].into()),
            (None, None) => None,
        },
        left_out: if staged.is_some() { Vec::new() } else { now.left_out().to_vec() },
        untold: if only.is_some() { Vec::new() } else { untold },
        ignores: &|path: &RepoPath| others(path) || ignore.match_any(path.as_str()),
        history: history.as_ref(),
        deadline: gating.deadline(),
    };
    let evidence = Evidence {
        trace_faults: &[],
        recorded: &[],
        changed: &[],
        checks_expected: &[],
        checks: &[],
        container_file: None,
        simulated: None,
    };
    Ok(gates::run(
        &scan.gates,
        &gates::Run {
            evidence: &evidence,
            subject: &subject,
            set: &set,
            standards: &gating.standards(&waivers),
            required: &scan.gates,
        },
    ))
}

/// What the checkout has otherwise than the revision, and all that the revision has not: what
/// git says nothing of, such as what another repository inside holds, counts too.
fn touched(since: &Since, now: Option<&Now>) -> BTreeMap<RepoPath, Option<RepoPath>> {
    let mut touched = since.changed.clone();
    for path in now.iter().flat_map(|now| now.files()).filter(|path| !since.has(path)) {
        touched.entry(path.clone()).or_insert(None);
    }
    touched
}

fn changed(scan: &Scan, root: &Path, revision: &str) -> Result<Since, KernelError> {
    match scan.staged {
        true => Since::of_staged(root, revision),
        false => Since::open(root, revision),
    }
}

fn broken() -> KernelError {
    KernelError::new(Code::KernelFailed, "the look at the revision broke off")
}

/// The folder that is looked into, and the file in it where only one is meant.
fn place(path: &Path) -> Result<(PathBuf, Option<RepoPath>), KernelError> {
    let path = kernel::workspace::existing(path)?;
    if path.is_dir() {
        return Ok((path, None));
    }
    let untold = || {
        let message = format!("`{}` has a name that can't be told", path.display());
        KernelError::new(Code::RepositoryUnusable, message)
    };
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(untold)?;
    let name = RepoPath::parse(name).map_err(|_| untold())?;
    Ok((path.parent().unwrap_or(Path::new("/")).to_owned(), Some(name)))
}
