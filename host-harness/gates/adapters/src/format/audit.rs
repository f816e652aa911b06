use finding::sarif::{Fault, Node};

use super::{joined, subject, update, vulnerable};
use crate::parsed::{Context, Parsed, Told};

/// osv-scanner's JSON: a finding for each group of advisories that are the same.
pub(super) fn osv(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    for result in root.need("results")?.items()? {
        let source = result.need("source")?.need_text("path")?;
        parsed.scanned.get_or_insert_default().extend(context.path(source));
        for entry in result.list("packages")? {
            let package = entry.need("package")?;
            let name = package.need_text("name")?;
            let version = package.text_of("version")?.unwrap_or_default();
            for (id, score, title) in osv_groups(&entry)? {
                parsed.found.push(context.found(Told {
                    rule: id,
                    severity: scored(score),
                    path: source,
                    message: vulnerable(name, version, id, title),
                    subject: subject(name, version, id),
                    ..Told::default()
                }));
            }
        }
    }
    Ok(parsed)
}

/// Each group's first id with its score, and each advisory that is in no group.
fn osv_groups<'a>(entry: &Node<'a>) -> Result<Vec<(&'a str, &'a str, &'a str)>, Fault> {
    let advisories = entry.list("vulnerabilities")?;
    let mut titles = Vec::new();
    for advisory in &advisories {
        titles.push((advisory.need_text("id")?, advisory.text_of("summary")?.unwrap_or_default()));
    }
    let title = |id: &str| titles.iter().find(|(known, _)| *known == id).map_or("", |(_, title)| title);
    let mut groups = Vec::new();
    let mut grouped = Vec::new();
    for group in entry.list("groups")? {
        let ids = group.need("ids")?.items()?;
        let ids: Vec<&str> = ids.iter().map(Node::text).collect::<Result<_, _>>()?;
        if let Some(first) = ids.first().copied() {
            groups.push((first, group.text_of("max_severity")?.unwrap_or_default(), title(first)));
        }
        grouped.extend(ids);
    }
    groups.extend(titles.iter().filter(|(id, _)| !grouped.contains(id)).map(|(id, title)| (*id, "", *title)));
    Ok(groups)
}

/// The word for a score; none where there is no score.
fn scored(score: &str) -> &'static str {
    match score.parse::<f64>() {
        Ok(score) if score >= 9.0 => "critical",
        Ok(score) if score >= 7.0 => "high",
        Ok(score) if score >= 4.0 => "medium",
        Ok(score) if score > 0.0 => "low",
        _ => "",
    }
}

/// `npm audit`'s JSON of its second form: advisories stand in the packages that they are of.
pub(super) fn npm(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    if let Some(error) = root.get("error")? {
        let words = [error.text_of("summary")?, error.text_of("code")?, root.text_of("message")?];
        let said = words.into_iter().flatten().find(|said| !said.is_empty()).unwrap_or("an error");
        return Ok(Parsed { faults: vec![said.to_owned()], ..Parsed::default() });
    }
    if root.need("auditReportVersion")?.number()? != 2 {
        return Err(root.fault("its form is not the second"));
    }
    let mut parsed = Parsed::default();
    let packages = root.need("vulnerabilities")?.members()?;
    for (name, package) in &packages {
        for via in package.need("via")?.items()? {
            // A name is of a package that is in the list by itself.
            if via.value().is_string() {
                continue;
            }
            let id = via.text_of("url")?.and_then(|url| url.rsplit('/').next()).unwrap_or("advisory");
            let range = via.text_of("range")?.unwrap_or_default();
            parsed.found.push(context.found(Told {
                rule: id,
                severity: via.text_of("severity")?.unwrap_or_default(),
                path: context.file.map_or("", |file| file.as_str()),
                message: vulnerable(name, range, id, via.text_of("title")?.unwrap_or_default()),
                remedy: Some(format!("update `{name}` to a version outside of `{range}`")),
                subject: subject(name, "", id),
                ..Told::default()
            }));
        }
    }
    let total = root.need("metadata")?.need("vulnerabilities")?.need("total")?;
    if total.number()? != packages.len() as u64 {
        return Err(total.fault(format!("it has {} packages", packages.len())));
    }
    if parsed.found.is_empty() && !packages.is_empty() {
        return Err(root.fault("it names packages without an advisory"));
    }
    Ok(parsed)
}

/// pip-audit's JSON.
pub(super) fn pip(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    for package in root.need("dependencies")?.items()? {
        let name = package.need_text("name")?;
        if let Some(reason) = package.text_of("skip_reason")? {
            let file = context.file.cloned();
            parsed.broken.extend(file.map(|file| (file, format!("`{name}` was passed over: {reason}"))));
            continue;
        }
        let version = package.need_text("version")?;
        for advisory in package.need("vulns")?.items()? {
            let id = advisory.need_text("id")?;
            let fixed = joined(&advisory.list("fix_versions")?)?;
            parsed.found.push(context.found(Told {
                rule: id,
                path: context.file.map_or("", |file| file.as_str()),
                message: vulnerable(name, version, id, advisory.text_of("description")?.unwrap_or_default()),
                remedy: update(name, &fixed),
                subject: subject(name, version, id),
                ..Told::default()
            }));
        }
    }
    Ok(parsed)
}
