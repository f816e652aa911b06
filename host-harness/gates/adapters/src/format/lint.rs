use finding::sarif::{Fault, Node};

use crate::parsed::{Context, Parsed, Told, line, lines, span};

/// hadolint's JSON: a list. It tells a file that it can't parse as a finding of `DL1000`.
pub(super) fn hadolint(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    for entry in root.items()? {
        let (rule, path) = (entry.need_text("code")?, entry.need_text("file")?);
        let message = entry.need_text("message")?;
        if rule == "DL1000" {
            match context.path(path) {
                Some(path) => parsed.broken.push((path, message.to_owned())),
                None => parsed.faults.push(message.to_owned()),
            }
        }
        parsed.found.push(context.found(Told {
            rule,
            severity: entry.need_text("level")?,
            path,
            span: line(entry.number_of("line")?),
            message: message.to_owned(),
            subject: message.as_bytes().to_vec(),
            ..Told::default()
        }));
    }
    Ok(parsed)
}

/// checkov's JSON: a report, or a list of them, one for each framework. What a comment in the
/// file skipped counts as failed.
pub(super) fn checkov(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    let reports = if root.value().is_array() { root.items()? } else { vec![root.clone()] };
    for report in &reports {
        let Some(results) = report.get("results")? else {
            // The whole of its report where there was nothing to look at.
            report.need_text("checkov_version")?;
            continue;
        };
        for list in ["failed_checks", "skipped_checks"] {
            for check in results.need(list)?.items()? {
                parsed.found.push(context.found(check_told(&check)?));
            }
        }
        for error in results.list("parsing_errors")? {
            match context.path(error.text()?.trim_start_matches('/')).or(context.path(error.text()?)) {
                Some(path) => parsed.broken.push((path, "checkov could not parse it".to_owned())),
                None => parsed.faults.push(format!("it could not parse `{}`", error.text()?)),
            }
        }
        let summary = report.need("summary")?;
        for (count, list) in [("failed", "failed_checks"), ("skipped", "skipped_checks")] {
            let (stated, told) = (summary.need(count)?.number()?, results.list(list)?.len());
            if stated != told as u64 {
                return Err(summary.fault(format!("it counts {stated} {count} and tells of {told}")));
            }
        }
    }
    Ok(parsed)
}

fn check_told<'a>(check: &Node<'a>) -> Result<Told<'a>, Fault> {
    let name = check.need_text("check_name")?;
    let resource = check.text_of("resource")?.unwrap_or_default();
    let range = check.list("file_line_range")?;
    let number = |at: usize| range.get(at).map(|node| node.number()).transpose();
    let path = check.need_text("file_path")?.trim_start_matches('/');
    Ok(Told {
        rule: check.need_text("check_id")?,
        severity: check.text_of("severity")?.unwrap_or_default(),
        path,
        span: lines(number(0)?, number(1)?),
        message: format!("{name}: `{resource}` does not"),
        remedy: check.text_of("guideline")?.map(|link| format!("see {link}")),
        subject: resource.as_bytes().to_vec(),
    })
}

/// kube-linter's JSON.
pub(super) fn kube_linter(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let status = root.need("Summary")?.need_text("ChecksStatus")?;
    let mut parsed = Parsed::default();
    for report in root.list("Reports")? {
        let object = report.need("Object")?;
        let path = object.need("Metadata")?.need_text("FilePath")?;
        let message = report.need("Diagnostic")?.need_text("Message")?;
        let name = match object.get("K8sObject")? {
            Some(object) => object.text_of("Name")?.unwrap_or_default(),
            None => "",
        };
        parsed.found.push(context.found(Told {
            rule: report.need_text("Check")?,
            path,
            message: format!("`{name}`: {message}"),
            remedy: report.text_of("Remediation")?.map(str::to_owned),
            subject: format!("{name}\0{message}").into_bytes(),
            ..Told::default()
        }));
    }
    if (status == "Passed") != parsed.found.is_empty() {
        return Err(root.fault(format!("its checks `{status}` with {} findings", parsed.found.len())));
    }
    Ok(parsed)
}

/// zizmor's JSON of its first form. It counts rows and columns from zero. What a comment
/// ignores is in the list, and counts.
pub(super) fn zizmor(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    for entry in root.items()? {
        let locations = entry.need("locations")?.items()?;
        let mut at = None;
        for location in &locations {
            let primary = location.need("symbolic")?.text_of("kind")? == Some("Primary");
            if primary || at.is_none() {
                at = Some(location);
            }
            if primary {
                break;
            }
        }
        let at = at.ok_or_else(|| entry.fault("it has no location"))?;
        let symbolic = at.need("symbolic")?;
        let key = symbolic.need("key")?;
        let path = match key.get("Local")? {
            Some(local) => match local.text_of("verbatim_path")? {
                Some(path) => path,
                None => local.need_text("given_path")?,
            },
            None => "",
        };
        let annotation = symbolic.text_of("annotation")?.unwrap_or_default();
        let concrete = at.need("concrete")?;
        let place = concrete.need("location")?;
        let point = |name: &str| {
            let point = place.need(name)?;
            let number = |name: &str| Ok(point.need(name)?.number()?.saturating_add(1));
            Ok((number("row")?, number("column")?))
        };
        parsed.found.push(context.found(Told {
            rule: entry.need_text("ident")?,
            severity: entry.need("determinations")?.need_text("severity")?,
            path,
            span: span(point("start_point")?, point("end_point")?),
            message: format!("{}: {annotation}", entry.need_text("desc")?),
            remedy: entry.text_of("url")?.map(|link| format!("see {link}")),
            subject: concrete.text_of("feature")?.unwrap_or_default().as_bytes().to_vec(),
        }));
    }
    Ok(parsed)
}

/// actionlint's JSON, as its template gives it: a list.
pub(super) fn actionlint(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    for entry in root.items()? {
        let message = entry.need_text("message")?;
        let (line, column) = (entry.need("line")?.number()?, entry.need("column")?.number()?);
        let end = entry.number_of("end_column")?.unwrap_or(column);
        parsed.found.push(context.found(Told {
            rule: entry.need_text("kind")?,
            path: entry.need_text("filepath")?,
            span: span((line, column), (line, end.saturating_add(1))),
            message: message.to_owned(),
            subject: message.as_bytes().to_vec(),
            ..Told::default()
        }));
    }
    Ok(parsed)
}
