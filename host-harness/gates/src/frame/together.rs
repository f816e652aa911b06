//! Scanners of several files together. The canary lies among the files.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;
use finding::{Canary, Tree, TreeScanner, findings};

use super::{Digest, IGNORED, OURS, Seen, Subject, coverage::Tally, standing};

const UNTOUCHED: &str = "the change touches none of this kind";

/// A tree without what the policy leaves out and with the canaries, whose readings are noted.
struct Planted<'a> {
    tree: &'a dyn Tree,
    ignores: &'a (dyn Fn(&RepoPath) -> bool + Sync),
    paths: Option<&'a [RepoPath]>,
    touched: Option<Vec<RepoPath>>,
    canaries: &'a BTreeMap<RepoPath, Vec<u8>>,
    digest: Option<&'a Digest>,
    sizes: std::sync::Mutex<BTreeMap<RepoPath, usize>>,
}

impl Tree for Planted<'_> {
    fn paths(&self) -> Vec<RepoPath> {
        let real = self.paths.map_or_else(|| self.tree.paths(), <[_]>::to_vec);
        let mut all: Vec<_> = real.into_iter().filter(|path| !(self.ignores)(path)).collect();
        for canary in self.canaries.keys() {
            let at = all.partition_point(|path| path < canary);
            all.insert(at, canary.clone());
        }
        all
    }

    fn touched(&self) -> Option<Vec<RepoPath>> {
        let touched = self.touched.as_ref()?.iter().filter(|path| !(self.ignores)(path));
        Some(touched.chain(self.canaries.keys()).cloned().collect())
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, String> {
        if let Some(bytes) = self.canaries.get(path) {
            return Ok(Some(bytes.clone()));
        }
        if (self.ignores)(path) {
            return Ok(None);
        }
        let read = self.tree.read(path)?;
        if let (Some(bytes), Some(digest)) = (&read, self.digest) {
            digest.note(path, bytes);
            let mut sizes = self.sizes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            sizes.insert(path.clone(), bytes.len());
        }
        Ok(read)
    }
}

pub(super) fn look(
    subject: &Subject,
    paths: &[RepoPath],
    scanner: &dyn TreeScanner,
    digest: &Digest,
) -> Seen {
    let canaries = scanner.canary();
    let planted: BTreeMap<_, _> =
        canaries.iter().map(|canary| (canary.path.clone(), canary.bytes.clone())).collect();
    let taken = planted.keys().find(|path| paths.binary_search(path).is_ok());
    let idle = is_idle(subject, scanner);
    let tree = Planted {
        tree: subject.now,
        ignores: subject.ignores,
        paths: Some(if idle { &[] } else { paths }),
        touched: subject.touched.as_ref().map(|touched| touched.keys().cloned().collect()),
        canaries: &planted,
        digest: Some(digest),
        sizes: Default::default(),
    };
    let survey = scanner.survey(&tree, subject.before.map(|before| before as _));
    let sizes = std::mem::take(&mut *tree.sizes.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    let is_planted = |path: &Option<RepoPath>| path.as_ref().is_some_and(|path| planted.contains_key(path));
    let among: Vec<_> = survey.found.iter().filter(|found| is_planted(&found.path)).collect();
    let awake = taken.is_none() && canaries.iter().all(|canary| is_found(canary, &among));
    let mut tally = tally(subject, paths, scanner, &survey, &sizes, idle);
    tally.broken.extend(taken.map(|path| format!("`{path}` stands where the planted fault has to")));
    let found: Vec<_> = survey.found.into_iter().filter(|found| !is_planted(&found.path)).collect();
    let mut findings = findings(found, OURS);
    if !findings.is_empty()
        && let Some(before) = subject.before
    {
        let from = subject.touched.as_ref().map(|touched| touched.values().flatten().cloned().collect());
        let (canaries, digest) = (&BTreeMap::new(), None);
        let before = Planted { tree: before, paths: None, touched: from, canaries, digest, ..tree };
        standing::of_survey(scanner.survey(&before, None), &moved(subject), &mut findings);
    }
    if subject.is_over() {
        tally.broken.push("it took too long".to_owned());
    }
    let (coverage, broken) = tally.coverage("every file", awake);
    Seen { findings, broken, coverage: vec![coverage], sources: scanner.sources() }
}

/// Whether the change leaves everything as it was that the scanner could speak of.
fn is_idle(subject: &Subject, scanner: &dyn TreeScanner) -> bool {
    let passed = |path: &RepoPath| scanner.passes_over(path).is_some();
    let untouched =
        |(now, from): (&RepoPath, &Option<RepoPath>)| passed(now) && from.as_ref().is_none_or(passed);
    scanner.hangs_on_its_files_alone()
        && subject.touched.as_ref().is_some_and(|touched| touched.iter().all(untouched))
}

/// Several files may make one fault, which is told of one of them.
fn is_found(canary: &Canary, among: &[&finding::Found]) -> bool {
    canary.rule.is_empty() || among.iter().any(|found| found.rule == canary.rule)
}

/// Where files are now that were elsewhere before.
pub(super) fn moved(subject: &Subject) -> BTreeMap<RepoPath, RepoPath> {
    let touched = subject.touched.iter().flatten();
    let moved = touched.filter_map(|(now, from)| Some((from.clone()?, now.clone())));
    moved.filter(|(from, now)| from != now).collect()
}

fn tally(
    subject: &Subject,
    paths: &[RepoPath],
    scanner: &dyn TreeScanner,
    survey: &finding::Survey,
    sizes: &BTreeMap<RepoPath, usize>,
    idle: bool,
) -> Tally {
    let scanned: BTreeSet<_> = survey.scanned.iter().collect();
    let broken: BTreeMap<_, _> = survey.broken.iter().map(|(path, reason)| (path, reason)).collect();
    let mut tally = Tally::default();
    for path in paths {
        match (broken.get(path), scanned.contains(path)) {
            _ if (subject.ignores)(path) => tally.skipped(path, IGNORED),
            (Some(reason), _) => tally.broken(path, reason),
            (None, true) => tally.scanned(sizes.get(path).copied().unwrap_or(0)),
            (None, false) => {
                let reason = if idle { UNTOUCHED } else { "nothing there needs it" };
                tally.skipped(path, scanner.passes_over(path).unwrap_or(reason));
            }
        }
    }
    subject.left_out.iter().for_each(|(path, reason)| tally.skipped(path, reason));
    tally.broken.extend(subject.untold.iter().cloned());
    tally
}
