use finding::sarif::{Fault, Node};

use super::{joined, lines, subject, update, vulnerable};
use crate::parsed::{Context, Parsed, Told};

/// cargo-audit's JSON: vulnerabilities, which it counts, and warnings by their kind.
pub(super) fn audit(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    root.need("lockfile")?.need("dependency-count")?.number()?;
    let settings = root.need("settings")?;
    for narrowed in ["ignore", "target_arch", "target_os"] {
        if !settings.list(narrowed)?.is_empty() {
            parsed.faults.push(format!("its settings narrow it by `{narrowed}`"));
        }
    }
    if settings.get("severity")?.is_some() {
        parsed.faults.push("its settings narrow it by `severity`".to_owned());
    }
    let vulnerabilities = root.need("vulnerabilities")?;
    let list = vulnerabilities.need("list")?.items()?;
    for entry in &list {
        parsed.found.push(context.found(advisory(entry, "vulnerability", context)?));
    }
    let count = vulnerabilities.need("count")?;
    if count.number()? != list.len() as u64 {
        return Err(count.fault(format!("it lists {}", list.len())));
    }
    if let Some(warnings) = root.get("warnings")? {
        for (kind, entries) in warnings.members()? {
            for entry in entries.items()? {
                parsed.found.push(context.found(advisory(&entry, kind, context)?));
            }
        }
    }
    Ok(parsed)
}

fn advisory<'a>(entry: &Node<'a>, kind: &'a str, context: &Context<'a>) -> Result<Told<'a>, Fault> {
    let package = entry.need("package")?;
    let (name, version) = (package.need_text("name")?, package.need_text("version")?);
    let advisory = entry.get("advisory")?;
    // A yanked version has no advisory.
    let (id, title) = match &advisory {
        Some(advisory) => (advisory.need_text("id")?, advisory.text_of("title")?.unwrap_or_default()),
        None => (kind, ""),
    };
    let patched = match entry.get("versions")? {
        Some(versions) => joined(&versions.list("patched")?)?,
        None => String::new(),
    };
    let message = match kind {
        "vulnerability" => vulnerable(name, version, id, title),
        _ => format!("{} ({kind})", vulnerable(name, version, id, title)),
    };
    Ok(Told {
        rule: id,
        severity: kind,
        path: context.file.map_or("", |file| file.as_str()),
        message,
        remedy: update(name, &patched),
        subject: subject(name, version, id),
        ..Told::default()
    })
}

/// cargo-deny's JSON lines: diagnostics, and a summary that counts them and ends the output.
pub(super) fn deny(output: &[u8], context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    let (mut graves, mut summary) = (0, None);
    for document in lines(output)? {
        let root = document.root();
        let fields = root.need("fields")?;
        match root.need_text("type")? {
            "diagnostic" => {
                let severity = fields.need_text("severity")?;
                if matches!(severity, "error" | "warning") {
                    graves += 1;
                    parsed.found.push(context.found(diagnostic(&fields, severity, context)?));
                }
            }
            "summary" => summary = Some(total(&fields)?),
            "log" if fields.text_of("level")? == Some("ERROR") => {
                parsed.faults.push(fields.text_of("message")?.unwrap_or("an error").to_owned());
            }
            _ => {}
        }
    }
    match summary {
        Some(total) if total == graves => Ok(parsed),
        Some(total) => {
            let reason = format!("its summary counts {total} errors and warnings, it tells of {graves}");
            Err(Fault { pointer: String::new(), reason })
        }
        None if parsed.faults.is_empty() => {
            Err(Fault { pointer: String::new(), reason: "it has no summary".to_owned() })
        }
        None => Ok(parsed),
    }
}

fn total(fields: &Node) -> Result<u64, Fault> {
    let mut total: u64 = 0;
    for (_, check) in fields.members()? {
        for name in ["errors", "warnings"] {
            total = total.saturating_add(check.number_of(name)?.unwrap_or_default());
        }
    }
    Ok(total)
}

fn diagnostic<'a>(fields: &Node<'a>, severity: &'a str, context: &Context<'a>) -> Result<Told<'a>, Fault> {
    let mut about = Vec::new();
    for graph in fields.list("graphs")? {
        if let Some(package) = graph.get("Krate")? {
            about.push(format!("`{}` {}", package.need_text("name")?, package.need_text("version")?));
        }
    }
    let code = fields.text_of("code")?.unwrap_or_default();
    let id = match fields.get("advisory")? {
        Some(advisory) => advisory.text_of("id")?.unwrap_or(code),
        None => code,
    };
    let message = fields.need_text("message")?;
    let about = about.join(", ");
    let of = if about.is_empty() { String::new() } else { format!(": {about}") };
    let subject = format!("{code}\0{id}\0{about}\0{message}").into_bytes();
    Ok(Told {
        rule: id,
        severity,
        path: context.file.map_or("", |file| file.as_str()),
        message: format!("{message}{of}"),
        subject,
        ..Told::default()
    })
}
