//! One way for every scanner: what is looked into is counted, what can't be looked into is
//! told, and a planted fault goes the same way as the files themselves.

mod coverage;
mod files;
mod past;
mod standing;
mod together;
mod tool;

use std::{collections::BTreeMap, thread, time::Instant};

use agent_contract::{
    RepoPath,
    gate::{Coverage, Finding, GateName, Source},
};
use finding::{FileScanner, Tree, TreeScanner};
use kernel::git::History;

use crate::tools::Tool;

pub use coverage::Digest;
pub(crate) use coverage::hex;

/// What is looked into.
pub struct Subject<'a> {
    /// The files as they are now.
    pub now: &'a dyn Tree,
    /// As they were before the change, where there was one.
    pub before: Option<&'a dyn Tree>,
    /// The files that the change touched, and where each was before; none where everything
    /// is looked into.
    pub touched: Option<BTreeMap<RepoPath, Option<RepoPath>>>,
    /// What stands in the tree and is no file of it, and why.
    pub left_out: Vec<(RepoPath, &'static str)>,
    /// What can't be told or looked into.
    pub untold: Vec<String>,
    /// Why a file is not to be looked into, by the Runner's policy.
    pub ignores: &'a (dyn Fn(&RepoPath) -> bool + Sync),
    /// What files held before, where secrets are looked for in that, too.
    pub history: Option<&'a History>,
    /// When it has to be done.
    pub deadline: Instant,
}

/// How a gate looks.
pub enum Way<'a> {
    /// Into one file at a time.
    Files(&'a dyn FileScanner),
    /// Into several together.
    Together(&'a dyn TreeScanner),
    /// As a program of others does.
    Tool(&'a Tool),
}

/// What a gate saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// What it found.
    pub findings: Vec<Finding>,
    /// What it could not look into, and why.
    pub broken: Vec<String>,
    /// What it looked into.
    pub coverage: Vec<Coverage>,
    /// What it relied on.
    pub sources: Vec<Source>,
}

impl Seen {
    /// Takes in what another one saw for the same gate.
    fn take(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.broken.extend(other.broken);
        self.coverage.extend(other.coverage);
        self.sources.extend(other.sources);
    }
}

/// The name that our own scanners have in findings.
pub const OURS: &str = "code-assist";

pub(crate) const IGNORED: &str = "the Runner's policy leaves it out";

impl Subject<'_> {
    /// What there is to look into, in words.
    fn scope(&self) -> &'static str {
        if self.touched.is_some() { "the files that the change touched" } else { "every file" }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// The files that scanners of one file at a time look into.
    fn single(&self, paths: &[RepoPath]) -> Vec<RepoPath> {
        let Some(touched) = &self.touched else { return paths.to_vec() };
        touched.keys().filter(|path| paths.binary_search(path).is_ok()).cloned().collect()
    }
}

/// Has those look that look into several files together: each is one thread's work.
fn side_by_side(
    subject: &Subject,
    paths: &[RepoPath],
    gates: &[(GateName, Way)],
    digest: &Digest,
) -> Vec<(GateName, Seen)> {
    thread::scope(|scope| {
        let started: Vec<_> = gates
            .iter()
            .filter_map(|(gate, way)| match way {
                Way::Together(scanner) => Some((*gate, *scanner)),
                Way::Files(_) | Way::Tool(_) => None,
            })
            .map(|(gate, scanner)| {
                (gate, scope.spawn(move || together::look(subject, paths, scanner, digest)))
            })
            .collect();
        let fell = || Seen { broken: vec!["the scanner fell over".to_owned()], ..Seen::default() };
        started.into_iter().map(|(gate, work)| (gate, work.join().unwrap_or_else(|_| fell()))).collect()
    })
}

/// Has every gate look, all on the same files.
pub fn look(subject: &Subject, gates: &[(GateName, Way)]) -> BTreeMap<GateName, Seen> {
    let paths = subject.now.paths();
    let digest = Digest::default();
    let single: Vec<_> = gates
        .iter()
        .filter_map(|(gate, way)| match way {
            Way::Files(scanner) => Some((*gate, *scanner)),
            Way::Together(_) | Way::Tool(_) => None,
        })
        .collect();
    let mut all: BTreeMap<GateName, Seen> = BTreeMap::new();
    for (gate, seen) in files::look(subject, &paths, &single, &digest) {
        all.entry(gate).or_default().take(seen);
    }
    if let Some(history) = subject.history {
        for (gate, scanner) in single.iter().filter(|(gate, _)| *gate == GateName::Secrets) {
            let seen = all.entry(*gate).or_default();
            let past = past::look(subject, history, *scanner, &seen.findings);
            seen.take(past);
        }
    }
    for (gate, seen) in side_by_side(subject, &paths, gates, &digest) {
        all.entry(gate).or_default().take(seen);
    }
    for (gate, way) in gates {
        if let Way::Tool(tool) = way {
            all.entry(*gate).or_default().take(tool::look(subject, &paths, tool, &digest));
        }
    }
    let sha256 = digest.over(&paths, &subject.left_out);
    let coverages = all.values_mut().flat_map(|seen| &mut seen.coverage);
    coverages
        .filter(|coverage| coverage.tree_sha256.is_empty())
        .for_each(|coverage| coverage.tree_sha256.clone_from(&sha256));
    all
}
