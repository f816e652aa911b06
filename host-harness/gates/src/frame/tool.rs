//! Programs of others. Each looks into all files together; of what they were before the
//! change, it is shown those that it found something in.

use std::{cell::RefCell, collections::BTreeMap};

use adapters::Judgement;
use agent_contract::{RepoPath, gate::Coverage};
use finding::{Found, Survey, Tree, findings};

use super::{Digest, IGNORED, Seen, Subject, coverage::Tally, standing, together::moved};
use crate::tools::Tool;

/// Some files of a tree.
struct Part<'a> {
    tree: &'a dyn Tree,
    paths: Vec<RepoPath>,
}

impl Tree for Part<'_> {
    fn paths(&self) -> Vec<RepoPath> {
        self.paths.clone()
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, String> {
        match self.paths.binary_search(path) {
            Ok(_) => self.tree.read(path),
            Err(_) => Ok(None),
        }
    }
}

pub(super) fn look(subject: &Subject, paths: &[RepoPath], tool: &Tool, digest: &Digest) -> Seen {
    let kept = paths.iter().filter(|path| !(subject.ignores)(path)).cloned().collect();
    let tree = Part { tree: subject.now, paths: kept };
    let sizes = RefCell::new(BTreeMap::new());
    let note = |path: &RepoPath, bytes: &[u8]| {
        digest.note(path, bytes);
        sizes.borrow_mut().insert(path.clone(), bytes.len());
    };
    let looked = tool.look(&tree, &note, subject.deadline);
    let sources = vec![tool.source()];
    let sizes = sizes.into_inner();
    match looked {
        Ok(looked) => {
            let found = looked.as_ref().map(|judgement| judgement.found.clone()).unwrap_or_default();
            let mut findings = findings(found, tool.name());
            if !findings.is_empty() {
                standing::of_survey(before(subject, &findings, tool), &moved(subject), &mut findings);
            }
            let tally = tally(subject, paths, tool, looked.as_ref(), &sizes);
            let (coverage, broken) = covered(tally, tool, true);
            Seen { findings, broken, coverage: vec![coverage], sources }
        }
        Err(reason) => {
            let mut tally = Tally::default();
            paths.iter().for_each(|path| tally.skipped(path, "the tool can't be relied on"));
            let (coverage, _) = covered(tally, tool, false);
            Seen { findings: Vec::new(), broken: vec![reason], coverage: vec![coverage], sources }
        }
    }
}

fn covered(tally: Tally, tool: &Tool, canary: bool) -> (Coverage, Vec<String>) {
    let (coverage, broken) = tally.coverage("every file", canary);
    (Coverage { tool: tool.name().to_owned(), ..coverage }, broken)
}

/// What it finds in the same files as they were. Where it can't say, everything is new.
fn before(subject: &Subject, now: &[finding::Finding], tool: &Tool) -> Survey {
    let Some(tree) = subject.before else { return Survey::default() };
    let from: BTreeMap<_, _> = moved(subject).into_iter().map(|(from, now)| (now, from)).collect();
    let located = now.iter().filter_map(|finding| finding.location.as_ref()).map(|at| &at.path);
    let mut paths: Vec<_> = located.map(|path| from.get(path).unwrap_or(path).clone()).collect();
    paths.sort();
    paths.dedup();
    let looked = tool.look(&Part { tree, paths }, &|_, _| {}, subject.deadline);
    let found: Vec<Found> = looked.ok().flatten().map(|judgement| judgement.found).unwrap_or_default();
    Survey { found, ..Survey::default() }
}

fn tally(
    subject: &Subject,
    paths: &[RepoPath],
    tool: &Tool,
    looked: Option<&Judgement>,
    sizes: &BTreeMap<RepoPath, usize>,
) -> Tally {
    let nothing = Judgement::default();
    let judgement = looked.unwrap_or(&nothing);
    let skipped: BTreeMap<_, _> = judgement.skipped.iter().map(|(path, why)| (path, why)).collect();
    let broken: BTreeMap<_, _> = judgement.broken.iter().map(|(path, why)| (path, why)).collect();
    let mut tally = Tally::default();
    for path in paths {
        let size = sizes.get(path).copied().unwrap_or(0);
        let scanned = judgement
            .scanned
            .as_ref()
            .map_or_else(|| looked.is_some() && tool.is_given(path), |scanned| scanned.contains(path));
        match (broken.get(path), skipped.get(path)) {
            _ if (subject.ignores)(path) => tally.skipped(path, IGNORED),
            (Some(why), _) => tally.broken(path, why),
            (None, Some(why)) => tally.skipped(path, why),
            (None, None) if scanned => tally.scanned(size),
            (None, None) if looked.is_none() => tally.skipped(path, "the tool is not for such files"),
            (None, None) => tally.skipped(path, "the tool does not say whether it looked into it"),
        }
    }
    subject.left_out.iter().for_each(|(path, reason)| tally.skipped(path, reason));
    tally.broken.extend(subject.untold.iter().cloned());
    tally
}
