use finding::sarif::{Fault, Node};

use super::{joined, subject, update, vulnerable};
use crate::parsed::{Context, Parsed, Told, lines};

/// trivy's JSON: for each target, its vulnerabilities, misconfigurations, secrets and licences.
pub(super) fn trivy(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    if root.need("SchemaVersion")?.number()? != 2 {
        return Err(root.fault("its form is not the second"));
    }
    root.need_text("ArtifactName")?;
    let mut parsed = Parsed::default();
    for result in root.list("Results")? {
        let path = result.need_text("Target")?;
        for entry in result.list("Vulnerabilities")? {
            let (id, name) = (entry.need_text("VulnerabilityID")?, entry.need_text("PkgName")?);
            let version = entry.text_of("InstalledVersion")?.unwrap_or_default();
            parsed.found.push(context.found(Told {
                rule: id,
                severity: entry.text_of("Severity")?.unwrap_or_default(),
                path,
                message: vulnerable(name, version, id, entry.text_of("Title")?.unwrap_or_default()),
                remedy: update(name, entry.text_of("FixedVersion")?.unwrap_or_default()),
                subject: subject(name, version, id),
                ..Told::default()
            }));
        }
        for entry in result.list("Misconfigurations")? {
            if entry.text_of("Status")? != Some("PASS") {
                parsed.found.push(context.found(misconfiguration(&entry, path)?));
            }
        }
        for entry in result.list("Secrets")? {
            parsed.found.push(context.found(secret(&entry, path)?));
        }
        for entry in result.list("Licenses")? {
            let (name, licence) = (entry.text_of("PkgName")?.unwrap_or(path), entry.need_text("Name")?);
            parsed.found.push(context.found(Told {
                rule: "licence",
                severity: entry.text_of("Severity")?.unwrap_or_default(),
                path,
                message: format!("`{name}` is under `{licence}`"),
                subject: subject(name, "", licence),
                ..Told::default()
            }));
        }
    }
    Ok(parsed)
}

fn misconfiguration<'a>(entry: &Node<'a>, path: &'a str) -> Result<Told<'a>, Fault> {
    let title = entry.text_of("Title")?.unwrap_or_default();
    let message = entry.text_of("Message")?.filter(|message| !message.is_empty()).unwrap_or(title);
    let span = match entry.get("CauseMetadata")? {
        Some(cause) => lines(cause.number_of("StartLine")?, cause.number_of("EndLine")?),
        None => None,
    };
    Ok(Told {
        rule: entry.need_text("ID")?,
        severity: entry.text_of("Severity")?.unwrap_or_default(),
        path,
        span,
        message: message.to_owned(),
        remedy: entry.text_of("Resolution")?.map(str::to_owned),
        subject: message.as_bytes().to_vec(),
    })
}

/// trivy masks the value itself; where it lies is all that is left to know it by.
fn secret<'a>(entry: &Node<'a>, path: &'a str) -> Result<Told<'a>, Fault> {
    let rule = entry.need_text("RuleID")?;
    let title = entry.text_of("Title")?.unwrap_or(rule);
    Ok(Told {
        rule,
        severity: entry.text_of("Severity")?.unwrap_or_default(),
        path,
        span: lines(entry.number_of("StartLine")?, entry.number_of("EndLine")?),
        message: format!("a secret (`{title}`) is in the file"),
        remedy: Some("revoke it, and keep it outside of the repository".to_owned()),
        subject: entry.text_of("Match")?.unwrap_or_default().as_bytes().to_vec(),
    })
}

/// grype's JSON. What it was told to ignore counts as well: nobody here told it to.
pub(super) fn grype(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let descriptor = root.need("descriptor")?;
    if descriptor.need_text("name")? != "grype" {
        return Err(descriptor.fault("it is not the output of `grype`"));
    }
    let mut parsed = Parsed::default();
    for entry in root.need("matches")?.items()?.into_iter().chain(root.list("ignoredMatches")?) {
        let vulnerability = entry.need("vulnerability")?;
        let artifact = entry.need("artifact")?;
        let (id, name) = (vulnerability.need_text("id")?, artifact.need_text("name")?);
        let version = artifact.text_of("version")?.unwrap_or_default();
        let place = artifact.list("locations")?;
        let path = match place.first() {
            Some(place) => place.need_text("path")?.trim_start_matches('/'),
            None => "",
        };
        let fixed = match vulnerability.get("fix")? {
            Some(fix) => joined(&fix.list("versions")?)?,
            None => String::new(),
        };
        parsed.found.push(context.found(Told {
            rule: id,
            severity: vulnerability.text_of("severity")?.unwrap_or_default(),
            path,
            message: vulnerable(name, version, id, vulnerability.text_of("description")?.unwrap_or_default()),
            remedy: update(name, &fixed),
            subject: subject(name, version, id),
            ..Told::default()
        }));
    }
    Ok(parsed)
}
