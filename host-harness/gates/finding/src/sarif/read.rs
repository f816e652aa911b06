use std::collections::{BTreeMap, BTreeSet};

use super::{Baseline, Document, Fault, Kind, Level, Node, Reported, Run, Suppression, Tool};

mod message;
mod places;
mod rules;

use message::message;
use places::Artifacts;
use rules::Rules;

/// Reads another tool's report: as many results as it has, each in its place, or a fault.
pub fn read(bytes: &[u8]) -> Result<Vec<Run>, Fault> {
    let document = Document::parse(bytes)?;
    let root = document.root();
    match root.need_text("version")? {
        "2.1.0" => {}
        other => return Err(root.need("version")?.fault(format!("`{other}` is not SARIF 2.1.0"))),
    }
    let runs = root.need("runs")?;
    if let Some(apart) = root.list("inlineExternalProperties")?.first() {
        return Err(apart.fault("results that lie apart are not read"));
    }
    let items = runs.items()?;
    if items.is_empty() {
        return Err(runs.fault("it holds no run"));
    }
    items.iter().map(run).collect()
}

fn run(node: &Node) -> Result<Run, Fault> {
    if let Some(apart) = node.get("externalPropertyFileReferences")?
        && let Some(results) = apart.get("results")?
    {
        return Err(results.fault("results that lie in another file are not read"));
    }
    let driver = node.need("tool")?.need("driver")?;
    let version = match driver.text_of("semanticVersion")? {
        Some(version) => Some(version),
        None => driver.text_of("version")?,
    };
    let rules = Rules::of(node)?;
    let artifacts = Artifacts::of(node)?;
    let Some(results) = node.get("results")? else {
        return Err(node.fault("it has no `results`: nothing was looked for"));
    };
    let results: Vec<Reported> =
        results.items()?.iter().map(|item| reported(item, &rules, &artifacts)).collect::<Result<_, _>>()?;
    let category = match node.get("automationDetails")? {
        Some(details) => details.text_of("id")?.map(str::to_owned),
        None => None,
    };
    Ok(Run {
        tool: Tool { name: driver.need_text("name")?.to_owned(), version: version.map(str::to_owned) },
        category,
        results,
        faults: faults(node)?,
        properties: properties(node)?,
        rules: rules.into_rules(),
    })
}

fn properties(node: &Node) -> Result<BTreeMap<String, serde_json::Value>, Fault> {
    let Some(bag) = node.get("properties")? else { return Ok(BTreeMap::new()) };
    Ok(bag.members()?.into_iter().map(|(name, node)| (name.to_owned(), node.value().clone())).collect())
}

/// What the tool says against itself.
fn faults(node: &Node) -> Result<Vec<String>, Fault> {
    let mut faults = Vec::new();
    for invocation in node.list("invocations")? {
        let before = faults.len();
        for list in ["toolConfigurationNotifications", "toolExecutionNotifications"] {
            for notification in invocation.list(list)? {
                if notification.text_of("level")? == Some("error") {
                    faults.push(message(&notification, None)?);
                }
            }
        }
        let ended = invocation.truth_of("executionSuccessful")? != Some(false);
        let failure = invocation.text_of("processStartFailureMessage")?;
        let signal = invocation.text_of("exitSignalName")?;
        faults.extend(failure.map(str::to_owned));
        faults.extend(signal.map(|signal| format!("it was ended by `{signal}`")));
        if !ended && faults.len() == before {
            faults.push("the tool says that it did not end well".to_owned());
        }
    }
    Ok(faults)
}

fn reported(node: &Node, rules: &Rules, artifacts: &Artifacts) -> Result<Reported, Fault> {
    let rule = rules.rule_of(node)?;
    let kind = kind(node)?;
    let security_severity = match node.get("properties")? {
        Some(bag) => rules::score(&bag)?,
        None => None,
    };
    let level = match node.get("level")? {
        Some(level) => rules::level(&level)?,
        None if !matches!(kind, Kind::Fail) => Level::None,
        None => rule.level.unwrap_or(Level::Warning),
    };
    Ok(Reported {
        message: message(node, rule.node)?,
        rule: rule.id,
        rule_at: rule.at,
        kind,
        level,
        security_severity,
        places: artifacts.places(node)?,
        fingerprints: fingerprints(node)?,
        suppressions: suppressions(node)?,
        baseline: baseline(node)?,
        tags: tags(node, rules)?,
    })
}

fn kind(node: &Node) -> Result<Kind, Fault> {
    let Some(kind) = node.get("kind")? else { return Ok(Kind::Fail) };
    Ok(match kind.text()? {
        "fail" => Kind::Fail,
        "pass" => Kind::Pass,
        "notApplicable" => Kind::NotApplicable,
        "informational" => Kind::Informational,
        "open" => Kind::Open,
        "review" => Kind::Review,
        other => return Err(kind.fault(format!("`{other}` is not a kind of result"))),
    })
}

fn baseline(node: &Node) -> Result<Option<Baseline>, Fault> {
    let Some(state) = node.get("baselineState")? else { return Ok(None) };
    Ok(Some(match state.text()? {
        "new" => Baseline::New,
        "unchanged" => Baseline::Unchanged,
        "updated" => Baseline::Updated,
        "absent" => Baseline::Absent,
        other => return Err(state.fault(format!("`{other}` is not a state"))),
    }))
}

fn fingerprints(node: &Node) -> Result<BTreeMap<String, String>, Fault> {
    let mut found = BTreeMap::new();
    for name in ["partialFingerprints", "fingerprints"] {
        let Some(prints) = node.get(name)? else { continue };
        for (name, print) in prints.members()? {
            found.insert(name.to_owned(), print.text()?.to_owned());
        }
    }
    Ok(found)
}

fn suppressions(node: &Node) -> Result<Vec<Suppression>, Fault> {
    let mut found: Vec<Suppression> = Vec::new();
    for node in node.list("suppressions")? {
        let suppression = Suppression {
            in_source: node.text_of("kind")? != Some("external"),
            accepted: matches!(node.text_of("status")?, None | Some("accepted")),
            justification: node.text_of("justification")?.map(str::to_owned),
        };
        if !found.contains(&suppression) {
            found.push(suppression);
        }
    }
    Ok(found)
}

fn tags(node: &Node, rules: &Rules) -> Result<BTreeSet<String>, Fault> {
    let mut tags = BTreeSet::new();
    if let Some(bag) = node.get("properties")? {
        tags.extend(rules::tags(&bag)?);
    }
    for taxon in node.list("taxa")? {
        tags.extend(rules.taxon(&taxon)?);
    }
    Ok(tags)
}

#[cfg(test)]
mod tests;
