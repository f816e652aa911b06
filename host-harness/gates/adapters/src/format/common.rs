use finding::sarif::{self, Baseline, Fault, Kind, Level, Node, Reported, Rule, Run};

use super::{subject, vulnerable};
use crate::parsed::{Context, Parsed, Told};

/// SARIF of any tool that names itself as expected.
pub(super) fn sarif(output: &[u8], context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    for (at, run) in sarif::read(output)?.iter().enumerate() {
        let expected = context.definition.driver.as_deref().unwrap_or_default();
        if run.tool.name != expected {
            let reason = format!("it is the output of `{}`, not of `{expected}`", run.tool.name);
            return Err(Fault { pointer: format!("/runs/{at}/tool/driver/name"), reason });
        }
        parsed.faults.extend(run.faults.iter().cloned());
        // What a rule was looked at for and holds is no finding; nor is what has gone. What is
        // suppressed is one: the suppression is the tree's word, or that of a file that we did not write.
        let tells = |result: &&Reported| {
            !matches!(result.kind, Kind::Pass | Kind::NotApplicable)
                && result.baseline != Some(Baseline::Absent)
        };
        parsed.found.extend(run.results.iter().filter(tells).map(|result| told(run, result, context)));
    }
    Ok(parsed)
}

fn told(run: &Run, result: &Reported, context: &Context) -> finding::Found {
    let rule = result.rule_at.and_then(|at| run.rules.get(at));
    let said = match (context.definition.messages_hold_secrets, rule) {
        (false, _) => result.message.clone(),
        (true, Some(Rule { summary: Some(summary), .. })) => summary.clone(),
        (true, _) => format!("`{}` is broken", result.rule.as_deref().unwrap_or("a rule")),
    };
    let place = result.places.first();
    let uri = place.and_then(|place| place.uri.as_deref()).unwrap_or_default();
    let path = place.and_then(|place| place.path(&[context.root]));
    let print = result.fingerprints.values().next();
    let link = rule.and_then(|rule| rule.link.as_deref());
    let help = rule.and_then(|rule| rule.help.as_deref()).and_then(|help| help.lines().next());
    context.found(Told {
        rule: result.rule.as_deref().unwrap_or_default(),
        severity: severity(result, rule),
        path: path.as_ref().map_or(uri, |path| path.as_str()),
        span: place.and_then(|place| place.span),
        remedy: help.map(str::to_owned).or(link.map(|link| format!("see {link}"))),
        subject: print.cloned().unwrap_or_else(|| result.message.clone()).into_bytes(),
        message: said,
    })
}

/// The word for a result's severity: by its number where it has one, by its level otherwise.
/// A number that can't be read is the word for none, and what that means is the definition's.
fn severity(result: &Reported, rule: Option<&Rule>) -> &'static str {
    let own = result.security_severity.as_deref();
    let score = own.or(rule.and_then(|rule| rule.security_severity.as_deref()));
    match (score.map(str::parse::<f64>), result.level) {
        (Some(Ok(score)), _) if score >= 9.0 => "critical",
        (Some(Ok(score)), _) if score >= 7.0 => "high",
        (Some(Ok(score)), _) if score >= 4.0 => "medium",
        (Some(Ok(score)), _) if score > 0.0 => "low",
        (Some(Err(_)), _) => "unknown",
        (_, Level::Error) => "error",
        (_, Level::Warning) => "warning",
        (_, Level::Note) => "note",
        (_, Level::None) => "none",
    }
}

/// CycloneDX: the packages, and the vulnerabilities where it tells of some.
pub(super) fn cyclonedx(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    if root.need_text("bomFormat")? != "CycloneDX" {
        return Err(root.need("bomFormat")?.fault("it is not CycloneDX"));
    }
    root.need_text("specVersion")?;
    maker(root, context)?;
    let mut parsed = Parsed::default();
    for component in root.list("components")? {
        parsed.components.insert(component.need_text("name")?.to_owned());
    }
    for vulnerability in root.list("vulnerabilities")? {
        let affected = vulnerability.list("affects")?;
        let id = vulnerability.text_of("id")?.unwrap_or_default();
        let title = vulnerability.text_of("description")?.unwrap_or_default();
        let mut packages =
            affected.iter().map(|node| node.need_text("ref")).collect::<Result<Vec<_>, _>>()?;
        if packages.is_empty() {
            packages.push("a component");
        }
        for package in packages {
            parsed.found.push(context.found(Told {
                rule: id,
                severity: rating(&vulnerability)?,
                message: vulnerable(package, "", id, title),
                remedy: vulnerability.text_of("recommendation")?.map(str::to_owned),
                subject: subject(package, "", id),
                ..Told::default()
            }));
        }
    }
    Ok(parsed)
}

/// The gravest of a vulnerability's ratings.
fn rating<'a>(vulnerability: &Node<'a>) -> Result<&'a str, Fault> {
    let known = ["none", "info", "low", "medium", "high", "critical"];
    let mut gravest = None;
    for rating in vulnerability.list("ratings")? {
        let place = rating.text_of("severity")?.and_then(|word| known.iter().position(|it| *it == word));
        gravest = gravest.max(place);
    }
    Ok(gravest.map_or("unknown", |at| known[at]))
}

/// Whether the tool that made it is the one that was expected.
fn maker(root: &Node, context: &Context) -> Result<(), Fault> {
    let expected = context.definition.driver.as_deref().unwrap_or_default();
    let tools = root.need("metadata")?.need("tools")?;
    // Up to 1.4 the tools are a list, from 1.5 on their components are.
    let listed = if tools.value().is_array() { tools.items()? } else { tools.list("components")? };
    for tool in &listed {
        if tool.text_of("name")? == Some(expected) {
            return Ok(());
        }
    }
    Err(tools.fault(format!("it is not the output of `{expected}`")))
}
