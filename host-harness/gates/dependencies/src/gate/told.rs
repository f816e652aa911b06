use finding::{Found, Span};
use packages::{Disagreement, Discord, Inventory, Package, Requirement};

use super::{advised::found, rules::Rules};

/// What the manifests and lock files tell by themselves, whatever is known of the packages.
pub fn told(rules: &Rules, now: &Inventory, before: Option<&Inventory>) -> Vec<Found> {
    let mut all: Vec<Found> =
        packages::unpinned(now).into_iter().filter_map(|one| unpinned(rules, one)).collect();
    all.extend(packages::disagreements(now).iter().filter_map(|one| disagrees(rules, one)));
    all.extend(look_alikes(rules, now));
    if let Some(before) = before {
        all.extend(packages::added(before, now).into_iter().filter_map(|package| new(rules, package)));
    }
    all
}

/// That the advisories lack some which could not be read: what they said is not known.
pub fn unread(rules: &Rules, count: u64) -> Option<Found> {
    let rule = rules.get("advisories-unread").filter(|_| count > 0)?;
    let detail = match count {
        1 => "a file".to_owned(),
        count => format!("{count} files"),
    };
    let words = [("detail", detail.as_str())];
    Some(Found {
        rule: "dependencies/advisories-unread".into(),
        severity: rule.severity,
        path: None,
        span: None,
        message: rule.message(&words),
        remedy: rule.remedy(&words).into(),
        subject: b"advisories-unread".to_vec(),
    })
}

fn new(rules: &Rules, package: &Package) -> Option<Found> {
    let rule = rules.get("new")?;
    let words = [("package", package.id.name.as_str()), ("version", &package.id.version)];
    Some(found(package, "new", rule.severity, rule.message(&words), rule.remedy(&words), "new"))
}

/// Names are looked at where a person wrote them, and where a lock file has what nobody wrote.
fn look_alikes(rules: &Rules, now: &Inventory) -> Vec<Found> {
    let Some(rule) = rules.get("look-alike") else { return Vec::new() };
    let requirements = now.manifests.iter().flat_map(|manifest| &manifest.requirements);
    let named = requirements.map(|one| (one.ecosystem, &one.name, &one.path, one.line));
    let locked = now.packages.iter().map(|one| (one.id.ecosystem, &one.id.name, &one.path, one.line));
    let mut seen = std::collections::BTreeSet::new();
    let mut all = Vec::new();
    for (ecosystem, name, path, line) in named.chain(locked) {
        if !seen.insert((ecosystem, name)) {
            continue;
        }
        let Some(other) = packages::lookalikes(name, ecosystem) else { continue };
        let words = [("package", name.as_str()), ("other", other)];
        all.push(Found {
            rule: "dependencies/look-alike".into(),
            severity: rule.severity,
            path: Some(path.clone()),
            span: Some(Span::line(line.max(1))),
            message: rule.message(&words),
            remedy: rule.remedy(&words).into(),
            subject: format!("{}\0{name}", ecosystem.osv()).into_bytes(),
        });
    }
    all
}

fn unpinned(rules: &Rules, requirement: &Requirement) -> Option<Found> {
    let rule = rules.get("unpinned")?;
    let detail = match requirement.wanted.trim() {
        "" => "any version".to_owned(),
        wanted => format!("`{wanted}`"),
    };
    let words = [("package", requirement.name.as_str()), ("detail", &detail)];
    Some(Found {
        rule: "dependencies/unpinned".into(),
        severity: rule.severity,
        path: Some(requirement.path.clone()),
        span: Some(Span::line(requirement.line.max(1))),
        message: rule.message(&words),
        remedy: rule.remedy(&words).into(),
        subject: format!("{}\0{}", requirement.ecosystem.osv(), requirement.name).into_bytes(),
    })
}

fn disagrees(rules: &Rules, one: &Disagreement) -> Option<Found> {
    let name = one.name.as_deref().unwrap_or_default();
    let (id, detail) = match &one.discord {
        Discord::Missing { lock } => {
            ("lock-disagrees", format!("`{name}` is asked for, and `{lock}` lacks it"))
        }
        Discord::Unmet { lock, locked } => {
            let (wanted, locked) = (&one.wanted, locked.join(", "));
            ("lock-disagrees", format!("`{name}` is asked for as `{wanted}`, and `{lock}` has {locked}"))
        }
        Discord::NoLock => ("lock-missing", format!("`{}` has no lock file", one.path)),
        Discord::NoManifest => ("lock-missing", format!("`{}` has no manifest", one.path)),
    };
    let rule = rules.get(id)?;
    let words = [("detail", detail.as_str())];
    Some(Found {
        rule: format!("dependencies/{id}").into(),
        severity: rule.severity,
        path: Some(one.path.clone()),
        span: Some(Span::line(one.line.max(1))),
        message: rule.message(&words),
        remedy: rule.remedy(&words).into(),
        subject: format!("{}\0{name}\0{id}", one.ecosystem.osv()).into_bytes(),
    })
}
