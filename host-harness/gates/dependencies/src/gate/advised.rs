use std::collections::{BTreeMap, BTreeSet};

use finding::{Found, Severity, Span};
use packages::{Dependence, Ecosystem, Origin, Package, PackageId, is_published};

use super::{
    Options,
    group::{Group, groups},
    rules::Rules,
};
use crate::{
    advisory::{Advisory, Kind},
    data::{DataError, Database},
    version::Order,
};

/// Tells what is known of packages.
pub struct Advised<'a> {
    rules: &'a Rules,
    database: &'a Database,
    /// Who needs a package, as far as the lock files tell.
    parents: BTreeMap<&'a PackageId, BTreeSet<&'a PackageId>>,
    /// Lock files name a package many times, and many packages have nothing said of them.
    known: BTreeMap<(Ecosystem, &'a str), Vec<Advisory>>,
    now_ms: u64,
}

const PARENTS_TOLD_MAX: usize = 3;

impl<'a> Advised<'a> {
    /// Of the packages of a tree.
    pub fn of(options: &'a Options, database: &'a Database, packages: &'a [Package]) -> Self {
        let mut parents: BTreeMap<&PackageId, BTreeSet<&PackageId>> = BTreeMap::new();
        for package in packages {
            for needed in &package.needs {
                parents.entry(needed).or_default().insert(&package.id);
            }
        }
        let Options { rules, now_ms, .. } = options;
        Self { rules, database, parents, known: BTreeMap::new(), now_ms: *now_ms }
    }

    /// What is known of one.
    pub fn found(&mut self, package: &'a Package) -> Result<Vec<Found>, DataError> {
        let groups = self.groups(package)?;
        // Malice is malice wherever it is taken from.
        let (malice, others): (Vec<Group>, Vec<Group>) =
            groups.into_iter().partition(|group| group.kind == Kind::Malicious);
        let mut all: Vec<Found> = malice.iter().filter_map(|group| self.tell(package, group)).collect();
        if is_published(package) {
            all.extend(others.iter().filter_map(|group| self.tell(package, group)));
        } else if package.origin != Origin::Local {
            all.extend(self.elsewhere(package, &others));
        }
        Ok(all)
    }

    /// What was made to do harm among what a manifest asks for, where no one version is named:
    /// in every version that the registry has, or in one that nobody knows from elsewhere.
    pub fn malice(&mut self, wished: &'a Package) -> Result<Vec<Found>, DataError> {
        let groups = self.groups(wished)?.into_iter().filter(|group| group.kind == Kind::Malicious);
        let sure = groups.filter(|group| group.unsure.is_none() || !is_published(wished));
        Ok(sure.filter_map(|group| self.tell(wished, &group)).collect())
    }

    /// What affects a package, whatever it is taken from.
    fn groups(&mut self, package: &'a Package) -> Result<Vec<Group>, DataError> {
        let id = &package.id;
        let order = Order::of(id.ecosystem.osv()).unwrap_or(Order::Semver);
        let known = self.known(id.ecosystem, &id.name)?.iter();
        let affecting = known.filter(|advisory| advisory.affects(order, &id.version)).cloned().collect();
        Ok(groups(affecting, order, &id.version))
    }

    fn known(&mut self, ecosystem: Ecosystem, name: &'a str) -> Result<&[Advisory], DataError> {
        if !self.known.contains_key(&(ecosystem, name)) {
            let mut advisories = self.database.of(ecosystem.osv(), name)?;
            advisories.retain(|advisory| advisory.holds(self.now_ms));
            self.known.insert((ecosystem, name), advisories);
        }
        Ok(self.known.get(&(ecosystem, name)).map_or(&[], Vec::as_slice))
    }

    fn tell(&self, package: &Package, group: &Group) -> Option<Found> {
        let rule = self.rules.get(rule_of(group.kind))?;
        let also = also(&group.also);
        let severity = severity(group, rule.severity);
        let score = if group.severity == Some(severity) { "" } else { " (not scored, so it counts as high)" };
        let from = self.from(package);
        let words = [
            ("package", package.id.name.as_str()),
            ("version", &package.id.version),
            ("advisory", &group.id),
            ("also", &also),
            ("summary", if group.summary.is_empty() { "it does not say what" } else { &group.summary }),
            ("score", score),
            ("fixed", group.fixed.as_deref().unwrap_or_default()),
            ("from", &from),
        ];
        let (name, severity) = match group.kind {
            Kind::Vulnerability => (group.id.as_str(), severity),
            Kind::Malicious => (group.id.as_str(), rule.severity),
            _ => (rule.id.as_str(), rule.severity),
        };
        let message = rule.message(&words) + &unsure(group);
        Some(found(package, name, severity, message, rule.remedy(&words), &group.id))
    }

    /// A fork may have mended what the published version has; it is told, and not held against it.
    fn elsewhere(&self, package: &Package, groups: &[Group]) -> Option<Found> {
        let ids: Vec<&str> = groups
            .iter()
            .filter(|group| group.kind >= Kind::Vulnerability)
            .map(|group| group.id.as_str())
            .collect();
        let rule = self.rules.get("origin").filter(|_| !ids.is_empty())?;
        let ids = ids.join(", ");
        let words =
            [("package", package.id.name.as_str()), ("version", &package.id.version), ("advisory", &ids)];
        Some(found(package, &rule.id, rule.severity, rule.message(&words), rule.remedy(&words), &ids))
    }

    /// How a package that no manifest names came in.
    fn from(&self, package: &Package) -> String {
        if is_go_itself(package) {
            return ", by the `go` or `toolchain` line".to_owned();
        }
        let Some(parents) =
            self.parents.get(&package.id).filter(|_| package.dependence != Dependence::Direct)
        else {
            return String::new();
        };
        let mut told: Vec<String> = parents
            .iter()
            .take(PARENTS_TOLD_MAX)
            .map(|parent| format!("`{}` {}", parent.name, parent.version))
            .collect();
        if parents.len() > PARENTS_TOLD_MAX {
            told.push(format!("{} more", parents.len() - PARENTS_TOLD_MAX));
        }
        format!("; it is needed by {}", told.join(", "))
    }
}

/// Modules have a dot in their names.
fn is_go_itself(package: &Package) -> bool {
    package.id.ecosystem == Ecosystem::Go && matches!(package.id.name.as_str(), "stdlib" | "toolchain")
}

fn rule_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Vulnerability => "advisory",
        Kind::Malicious => "malicious",
        Kind::Unmaintained => "unmaintained",
        Kind::Unsound => "unsound",
        Kind::Notice => "notice",
        Kind::Yanked => "yanked",
    }
}

fn also(ids: &BTreeSet<String>) -> String {
    match ids.is_empty() {
        true => String::new(),
        false => format!(" ({})", ids.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
    }
}

/// The gravest of the scores, and of what an advisory without one counts as.
fn severity(group: &Group, unscored: Severity) -> Severity {
    let unscored = Some(unscored).filter(|_| group.unscored || group.severity.is_none());
    group.severity.max(unscored).unwrap_or(Severity::Critical)
}

/// Why it counts as affected although that can't be told.
fn unsure(group: &Group) -> String {
    group.unsure.as_ref().map_or_else(String::new, |what| {
        format!(" (`{}` can't be read as a version, so it counts as affected)", what.escape_debug())
    })
}

/// A finding about a package. Its subject leaves out the version, so that a step from one
/// affected version to another is not news.
pub fn found(
    package: &Package,
    rule: &str,
    severity: Severity,
    message: String,
    remedy: String,
    of: &str,
) -> Found {
    let id = &package.id;
    Found {
        rule: format!("dependencies/{rule}").into(),
        severity,
        path: Some(package.path.clone()),
        span: Some(Span::line(package.line.max(1))),
        message,
        remedy: remedy.into(),
        subject: format!("{}\0{}\0{of}", id.ecosystem.osv(), id.name).into_bytes(),
    }
}
