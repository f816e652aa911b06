//! The gate: packages against advisories, and what manifests and lock files tell themselves.

mod advised;
mod group;
mod held;
mod rules;
mod told;
mod wished;

use std::collections::{BTreeMap, BTreeSet};

use finding::{Canary, Found, RepoPath, Source, Survey, Tree, TreeScanner};
use packages::{Inventory, Package};
use sha2::{Digest as _, Sha256};

pub use rules::{Case, Rule, RuleError, Rules};

use crate::{
    advisory::day,
    data::{Database, Opened, Planted},
    hex,
    vex::About,
};

const DAY_MS: u64 = 86_400_000;
/// Clocks differ; a date beyond this is not an error of a clock.
const AHEAD_MS_MAX: u64 = 2 * DAY_MS;

/// Whether there are advisories to go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// There are.
    Ready,
    /// There are none: the gate is unavailable.
    Absent,
    /// They are too old: the gate fails.
    Stale {
        /// How old they are.
        age_days: u64,
        /// How old they may be.
        limit_days: u64,
    },
    /// They can't be relied on: the gate is in error.
    Corrupt(String),
}

impl Readiness {
    /// Why the gate can't pass, in words; none where it can.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Ready => None,
            Self::Absent => {
                Some("there are no advisories here: `code-assist advisories import` takes them in".to_owned())
            }
            Self::Stale { age_days, limit_days } => Some(format!(
                "the advisories are {age_days} days old, and may be {limit_days}: `code-assist advisories import` takes in newer ones"
            )),
            Self::Corrupt(why) => Some(why.clone()),
        }
    }
}

/// How the gate is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The present, in milliseconds since 1970.
    pub now_ms: u64,
    /// How many days old the advisories may be.
    pub stale_days: u64,
    /// What is told, and how grave it is.
    pub rules: Rules,
}

/// The dependencies gate.
#[derive(Debug)]
pub struct Dependencies {
    database: Option<Database>,
    readiness: Readiness,
    options: Options,
}

impl Dependencies {
    /// With what came of opening the advisories; none where there is no file of them.
    pub fn new(opened: Option<Opened>, options: Options) -> Self {
        let (database, readiness) = match opened {
            None => (None, Readiness::Absent),
            Some(Err(error)) => (None, Readiness::Corrupt(error.to_string())),
            Some(Ok(database)) => {
                let readiness = readiness(&database, &options);
                (Some(database), readiness)
            }
        };
        Self { database, readiness, options }
    }

    /// Whether there are advisories to go by. The gate passes only where there are.
    pub fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    /// What is found in manifests and lock files that were read already.
    pub fn judge(&self, inventory: &Inventory, before: Option<&Inventory>) -> Survey {
        let mut survey = Survey {
            found: told::told(&self.options.rules, inventory, before),
            scanned: inventory.read.clone(),
            broken: inventory.broken.clone(),
        };
        if let Some(database) = &self.database {
            survey.found.extend(told::unread(&self.options.rules, database.meta().unread));
            survey.broken.extend(held::lacking(database, inventory));
            self.advise(database, inventory, &mut survey);
        }
        survey.found.sort_by(|a, b| place(a).cmp(&place(b)));
        survey
    }

    /// Which package and vulnerability a finding of an advisory is about, so that OpenVEX can
    /// speak of it.
    pub fn about(&self, found: &Found, inventory: &Inventory) -> Option<About> {
        let subject = std::str::from_utf8(&found.subject).ok()?;
        let mut parts = subject.split('\0');
        let (ecosystem, name, id) = (parts.next()?, parts.next()?, parts.next()?);
        let line = found.span?.line;
        let package = packages(inventory).find(|package| {
            let here = Some(&package.path) == found.path.as_ref() && package.line.max(1) == line;
            here && package.id.name == name && package.id.ecosystem.osv() == ecosystem
        })?;
        let mut ids = BTreeSet::new();
        for advisory in self.database.as_ref()?.of(ecosystem, name).ok()? {
            if advisory.id == id || advisory.aliases.iter().any(|alias| alias == id) {
                ids.extend(advisory.aliases);
                ids.insert(advisory.id);
            }
        }
        if !ids.remove(id) {
            return None;
        }
        let ids = std::iter::once(id.to_owned()).chain(ids).collect();
        Some(About { ids, purl: packages::purl(package) })
    }

    /// What findings are about, by their fingerprints: those of advisories, in a tree that was
    /// read already.
    pub fn spoken_of(&self, inventory: &Inventory) -> BTreeMap<String, About> {
        let found = self.judge(inventory, None).found;
        let abouts: Vec<_> = found.iter().map(|found| self.about(found, inventory)).collect();
        let prints = finding::findings(found, "").into_iter().map(|finding| finding.fingerprint);
        prints.zip(abouts).filter_map(|(print, about)| Some((print, about?))).collect()
    }

    fn advise(&self, database: &Database, inventory: &Inventory, survey: &mut Survey) {
        let wished = wished::open(inventory);
        let mut advised = advised::Advised::of(&self.options, database, &inventory.packages);
        let mut seen = BTreeSet::new();
        // npm's lock files have a line for each place that a package is installed in.
        let once = packages(inventory).filter(|one| seen.insert((&one.path, &one.id, &one.origin)));
        let told: Vec<_> = once.map(|package| (&package.path, advised.found(package))).collect();
        let more = wished.iter().map(|package| (&package.path, advised.malice(package)));
        for (path, found) in told.into_iter().chain(more) {
            match found {
                Ok(found) => survey.found.extend(found),
                Err(error) => {
                    survey.broken.push((path.clone(), error.to_string()));
                    return;
                }
            }
        }
    }
}

/// Everything that advisories may be about.
fn packages(inventory: &Inventory) -> impl Iterator<Item = &Package> {
    inventory.packages.iter().chain(&inventory.platform)
}

fn place(found: &Found) -> (Option<&RepoPath>, u32, &str, &[u8], &str) {
    let line = found.span.map_or(0, |span| span.line);
    (found.path.as_ref(), line, &found.rule, &found.subject, &found.message)
}

fn readiness(database: &Database, options: &Options) -> Readiness {
    let date_ms = database.meta().date_ms;
    if date_ms > options.now_ms.saturating_add(AHEAD_MS_MAX) {
        return Readiness::Corrupt(format!(
            "the advisories are dated {}, which is yet to come",
            day(date_ms)
        ));
    }
    let age_days = options.now_ms.saturating_sub(date_ms) / DAY_MS;
    match age_days > options.stale_days {
        true => Readiness::Stale { age_days, limit_days: options.stale_days },
        false => Readiness::Ready,
    }
}

impl TreeScanner for Dependencies {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        packages::passes_over(path)
    }

    fn survey(&self, tree: &dyn Tree, before: Option<&dyn Tree>) -> Survey {
        self.judge(&packages::read(tree), before.map(packages::read).as_ref())
    }

    fn canary(&self) -> Vec<Canary> {
        let (name, version) = (Planted::NAME, Planted::VERSION);
        let lock = format!(
            "version = 4\n\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
        );
        let path = RepoPath::parse("code-assist-canary/Cargo.lock");
        let rule = format!("dependencies/{}", Planted::ID);
        path.into_iter()
            .map(|path| Canary { path, bytes: lock.clone().into_bytes(), rule: rule.clone() })
            .collect()
    }

    fn sources(&self) -> Vec<Source> {
        let rules = Source {
            name: "dependencies rules".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256: hex(&Sha256::digest(self.options.rules.text())),
        };
        let Some(database) = &self.database else { return vec![rules] };
        let date = day(database.meta().date_ms);
        let whole = Source {
            name: "advisories".to_owned(),
            version: date.clone(),
            sha256: database.sha256().to_owned(),
        };
        let origins = database.meta().origins.iter().map(|origin| Source {
            name: format!("advisories from {}", origin.name),
            version: date.clone(),
            sha256: origin.sha256.clone(),
        });
        [rules, whole].into_iter().chain(origins).collect()
    }
}
