//! What files held in earlier commits: a secret that was taken out is still there for
//! whoever clones.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZero,
    thread,
};

use agent_contract::gate::Standing;
use finding::{FileScanner, Finding, Found, Look, findings};
use kernel::git::{Blob, History};
use sha2::{Digest as _, Sha256};

use super::{IGNORED, OURS, Seen, Subject, coverage::Tally, files, hex};

/// Contents whose commit is looked for, at the most.
const COMMITS_MAX: usize = 100;

/// What a content came to.
type Looked = (String, Look, usize);

/// Looks into everything that the history holds. What is found in the files as they are now
/// is told there.
pub(super) fn look(subject: &Subject, history: &History, scanner: &dyn FileScanner, now: &[Finding]) -> Seen {
    let (mut tally, mut hash) = (Tally::default(), Sha256::new());
    let mut found: BTreeMap<(String, String), (String, Found)> = BTreeMap::new();
    let each = history.each(&mut |blobs| {
        blobs.iter().for_each(|blob| hash.update(format!("{}  {}\n", blob.id, blob.path)));
        let looked = batch(subject, scanner, &blobs);
        for (blob, (id, look, bytes)) in blobs.iter().zip(looked) {
            match look {
                Look::Skipped(reason) => tally.skipped(&blob.path, reason),
                Look::Broken(reason) => tally.broken(&blob.path, &format!("of the history {reason}")),
                Look::Scanned(all) => {
                    tally.scanned(bytes);
                    for one in all {
                        let key = (one.rule.to_string(), hex(&Sha256::digest(&one.subject)));
                        found
                            .entry(key)
                            .or_insert_with(|| (id.clone(), Found { path: Some(blob.path.clone()), ..one }));
                    }
                }
            }
        }
        !subject.is_over()
    });
    tally.broken.extend(each.err().map(|error| error.message));
    tally.broken.extend(history.untold.iter().cloned());
    if subject.is_over() {
        tally.broken.push("the history was not looked through in time".to_owned());
    }
    let (mut coverage, broken) =
        tally.coverage("every version of every file in the history", files::is_awake(scanner));
    coverage.tree_sha256 = hex(&hash.finalize());
    let findings = told(history, found.into_values().collect(), now);
    Seen { findings, broken, coverage: vec![coverage], sources: Vec::new() }
}

fn batch(subject: &Subject, scanner: &dyn FileScanner, blobs: &[Blob]) -> Vec<Looked> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(files::THREADS_MAX);
    let share = blobs.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let started: Vec<_> = blobs
            .chunks(share)
            .map(|blobs| {
                let work = move || {
                    let mut hand = scanner.hand();
                    blobs.iter().map(|blob| one(subject, scanner, &mut hand, blob)).collect::<Vec<_>>()
                };
                (blobs, scope.spawn(work))
            })
            .collect();
        let fell = |blob: &Blob| (blob.id.clone(), Look::Broken("made the scanner fall over".to_owned()), 0);
        let looked = started
            .into_iter()
            .map(|(blobs, work)| work.join().unwrap_or_else(|_| blobs.iter().map(fell).collect()));
        looked.flatten().collect()
    })
}

fn one(subject: &Subject, scanner: &dyn FileScanner, hand: &mut finding::Hand, blob: &Blob) -> Looked {
    let look = match scanner.passes_over(&blob.path) {
        _ if (subject.ignores)(&blob.path) => Look::Skipped(IGNORED),
        Some(reason) => Look::Skipped(reason),
        None => hand(&blob.path, &blob.bytes),
    };
    (blob.id.clone(), look, blob.bytes.len())
}

/// What the history alone has, with the commit that brought it.
fn told(history: &History, found: Vec<(String, Found)>, now: &[Finding]) -> Vec<Finding> {
    let known: BTreeSet<_> = now.iter().map(|finding| &finding.fingerprint).collect();
    let (ids, found): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let mut commits: BTreeMap<String, String> = BTreeMap::new();
    let named = findings(found, OURS).into_iter().zip(ids);
    let alone = named.filter(|(finding, _)| !known.contains(&finding.fingerprint));
    alone
        .map(|(mut finding, id)| {
            let commit = match commits.get(&id) {
                Some(commit) => commit.clone(),
                None if commits.len() >= COMMITS_MAX => format!("object {id}"),
                None => {
                    let commit = history.commit_of(&id).ok().flatten();
                    let commit =
                        commit.map_or_else(|| format!("object {id}"), |commit| format!("commit {commit}"));
                    commits.entry(id).or_insert(commit).clone()
                }
            };
            finding.message.push_str(&format!(", in the history ({commit})"));
            finding.standing = Standing::Old;
            finding
        })
        .collect()
}
