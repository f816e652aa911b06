use finding::sarif::{Document, Fault, Node};

use super::lines as documents;
use crate::parsed::{Context, Parsed, Told, line, lines, masked, span};

fn leaked(rule: &str, secret: &str) -> String {
    format!("a secret that `{rule}` knows, `{}`, is in the file", masked(secret))
}

/// gitleaks' JSON: a list, empty where there is none. Its columns are counted differently on
/// the first line than on the others, so only its lines are taken.
pub(super) fn gitleaks(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    for leak in root.items()? {
        let (rule, secret) = (leak.need_text("RuleID")?, leak.need_text("Secret")?);
        parsed.found.push(context.found(Told {
            rule,
            severity: rule,
            path: leak.need_text("File")?,
            span: lines(leak.number_of("StartLine")?, leak.number_of("EndLine")?),
            message: leaked(rule, secret),
            subject: secret.as_bytes().to_vec(),
            ..Told::default()
        }));
    }
    Ok(parsed)
}

/// trufflehog's JSON lines; how many there have to be, its log says.
pub(super) fn trufflehog(output: &[u8], context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    for document in documents(output)? {
        let root = document.root();
        let rule = root.need_text("DetectorName")?;
        let secret = root.need_text("Raw")?;
        let data = root.need("SourceMetadata")?.need("Data")?;
        let place = data.need("Filesystem")?;
        let verified = root.truth_of("Verified")?.unwrap_or_default();
        parsed.found.push(context.found(Told {
            rule,
            severity: if verified { "verified" } else { rule },
            path: place.need_text("file")?,
            span: line(place.number_of("line")?),
            message: leaked(rule, secret),
            subject: secret.as_bytes().to_vec(),
            ..Told::default()
        }));
    }
    let stated = trufflehog_total(context.stderr)?;
    if stated != parsed.found.len() as u64 {
        let reason = format!("its log tells of {stated} secrets, its output of {}", parsed.found.len());
        return Err(Fault { pointer: String::new(), reason });
    }
    Ok(parsed)
}

fn trufflehog_total(log: &[u8]) -> Result<u64, Fault> {
    let ends = |line: &&[u8]| memchr::memmem::find(line, b"finished scanning").is_some();
    let Some(line) = log.split(|byte| *byte == b'\n').rfind(ends) else {
        return Err(Fault { pointer: String::new(), reason: "its log has no end".to_owned() });
    };
    let document = Document::parse(line)?;
    let count = |name: &str| document.root().need(name)?.number();
    Ok(count("verified_secrets")?.saturating_add(count("unverified_secrets")?))
}

/// kingfisher's JSON envelope, which counts its findings. Its columns are counted from zero,
/// the last being the secret's own.
pub(super) fn kingfisher(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    let findings = root.need("findings")?.items()?;
    for entry in &findings {
        let (rule, leak) = (entry.need("rule")?.need_text("id")?, entry.need("finding")?);
        let secret = leak.need_text("snippet")?;
        let number = leak.number_of("line")?.unwrap_or(1);
        let from = leak.number_of("column_start")?.unwrap_or_default();
        let to = leak.number_of("column_end")?.unwrap_or(from);
        let multiline = secret.contains('\n');
        parsed.found.push(context.found(Told {
            rule,
            severity: leak.text_of("confidence")?.unwrap_or_default(),
            path: leak.need_text("path")?,
            span: match multiline {
                true => line(Some(number)),
                false => span((number, from.saturating_add(1)), (number, to.saturating_add(2))),
            },
            message: leaked(rule, secret),
            subject: secret.as_bytes().to_vec(),
            ..Told::default()
        }));
    }
    let summary = root.need("metadata")?.need("summary")?;
    let stated = summary.need("findings")?.number()?;
    if stated != findings.len() as u64 {
        return Err(summary.fault(format!("it counts {stated} findings and has {}", findings.len())));
    }
    let scans = root.need("audit")?.need("summary")?;
    for part in ["scan_partial", "scan_failed", "fetch_failed", "pending"] {
        if scans.need(part)?.number()? > 0 {
            parsed.faults.push(format!("`{part}` is not zero"));
        }
    }
    Ok(parsed)
}

/// detect-secrets' baseline, which holds hashes only.
pub(super) fn detect_secrets(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    root.need("plugins_used")?.items()?;
    root.need_text("generated_at")?;
    let mut parsed = Parsed::default();
    for (file, leaks) in root.need("results")?.members()? {
        for leak in leaks.items()? {
            let kind = leak.need_text("type")?;
            let verified = leak.truth_of("is_verified")?.unwrap_or_default();
            let rule = kind.to_lowercase().replace([' ', '/', '(', ')'], "-");
            parsed.found.push(context.found(Told {
                severity: if verified { "verified" } else { &rule },
                rule: &rule,
                path: file,
                span: line(leak.number_of("line_number")?),
                message: format!("what looks like a secret (`{kind}`) is in the file"),
                subject: leak.need_text("hashed_secret")?.as_bytes().to_vec(),
                ..Told::default()
            }));
        }
    }
    Ok(parsed)
}
