//! Scanners of one file at a time: each file is read once and shown to all of them.

use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use agent_contract::{RepoPath, gate::GateName};
use finding::{FileScanner, Found, Hand, Look, findings};
use sha2::{Digest as _, Sha256};

use super::{Digest, IGNORED, OURS, Seen, Subject, coverage::Tally, standing};

type Scanner<'a> = (GateName, &'a dyn FileScanner);

/// Threads at the most: beyond that, memory and not the processor is what they wait for.
pub(super) const THREADS_MAX: usize = 8;

/// What one thread came to, by scanner.
struct Part {
    tallies: Vec<Tally>,
    found: Vec<Vec<Found>>,
    hashes: Vec<(RepoPath, [u8; 32])>,
}

pub(super) fn look(
    subject: &Subject,
    paths: &[RepoPath],
    scanners: &[Scanner],
    digest: &Digest,
) -> Vec<(GateName, Seen)> {
    if scanners.is_empty() {
        return Vec::new();
    }
    let files = subject.single(paths);
    let next = AtomicUsize::new(0);
    let threads =
        thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX).min(files.len().max(1));
    let parts: Vec<_> = thread::scope(|scope| {
        let work = || Part::new(scanners.len()).work(subject, &files, scanners, &next);
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        started.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let mut all = Part::new(scanners.len());
    let mut fell = false;
    for part in parts {
        match part {
            Ok(part) => all.take(part),
            Err(_) => fell = true,
        }
    }
    digest.extend(std::mem::take(&mut all.hashes));
    let judged = all.tallies.into_iter().zip(all.found).zip(scanners);
    judged
        .map(|((tally, found), (gate, scanner))| {
            let mut seen = seen(subject, tally, found, *scanner);
            if fell {
                seen.broken.push("the scanner fell over".to_owned());
            }
            (*gate, seen)
        })
        .collect()
}

impl Part {
    fn new(scanners: usize) -> Self {
        Self {
            tallies: vec![Tally::default(); scanners],
            found: vec![Vec::new(); scanners],
            hashes: Vec::new(),
        }
    }

    fn work(
        mut self,
        subject: &Subject,
        files: &[RepoPath],
        scanners: &[Scanner],
        next: &AtomicUsize,
    ) -> Self {
        let mut hands: Vec<_> = scanners.iter().map(|(_, scanner)| scanner.hand()).collect();
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            self.file(subject, path, scanners, &mut hands);
        }
        drop(hands);
        self
    }

    fn file(&mut self, subject: &Subject, path: &RepoPath, scanners: &[Scanner], hands: &mut [Hand]) {
        if (subject.ignores)(path) {
            return self.tallies.iter_mut().for_each(|tally| tally.skipped(path, IGNORED));
        }
        let mut wanted = Vec::with_capacity(scanners.len());
        for (at, (_, scanner)) in scanners.iter().enumerate() {
            match scanner.passes_over(path) {
                Some(reason) => self.tallies[at].skipped(path, reason),
                None => wanted.push(at),
            }
        }
        if wanted.is_empty() {
            return;
        }
        let read = match subject.is_over() {
            true => Err("was not reached in time".to_owned()),
            false => subject.now.read(path).and_then(|read| read.ok_or_else(|| "is gone".to_owned())),
        };
        match read {
            Err(reason) => wanted.into_iter().for_each(|at| self.tallies[at].broken(path, &reason)),
            Ok(bytes) => {
                self.hashes.push((path.clone(), Sha256::digest(&bytes).into()));
                wanted.into_iter().for_each(|at| self.shown(at, &mut hands[at], path, &bytes));
            }
        }
    }

    fn shown(&mut self, at: usize, hand: &mut Hand, path: &RepoPath, bytes: &[u8]) {
        match hand(path, bytes) {
            Look::Scanned(found) => {
                self.tallies[at].scanned(bytes.len());
                self.found[at].extend(found);
            }
            Look::Skipped(reason) => self.tallies[at].skipped(path, reason),
            Look::Broken(reason) => self.tallies[at].broken(path, &reason),
        }
    }

    fn take(&mut self, other: Self) {
        for (at, (tally, found)) in other.tallies.into_iter().zip(other.found).enumerate() {
            let own = std::mem::take(&mut self.tallies[at]);
            self.tallies[at] = own.with(tally);
            self.found[at].extend(found);
        }
        self.hashes.extend(other.hashes);
    }
}

fn seen(subject: &Subject, mut tally: Tally, mut found: Vec<Found>, scanner: &dyn FileScanner) -> Seen {
    if subject.touched.is_none() {
        subject.left_out.iter().for_each(|(path, reason)| tally.skipped(path, reason));
        tally.broken.extend(subject.untold.iter().cloned());
    }
    found.sort_by(|one, other| (&one.path, one.span, &one.rule).cmp(&(&other.path, other.span, &other.rule)));
    let mut findings = findings(found, OURS);
    if let Some(touched) = &subject.touched {
        standing::of_files(subject, touched, scanner, &mut findings);
    }
    let (coverage, broken) = tally.coverage(subject.scope(), is_awake(scanner));
    Seen { findings, broken, coverage: vec![coverage], sources: scanner.sources() }
}

/// Whether the planted fault is found.
pub(super) fn is_awake(scanner: &dyn FileScanner) -> bool {
    let canary = scanner.canary();
    let mut part = Part::new(1);
    if scanner.passes_over(&canary.path).is_some() {
        return false;
    }
    part.shown(0, &mut scanner.hand(), &canary.path, &canary.bytes);
    part.found[0].iter().any(|found| found.rule == canary.rule)
}
