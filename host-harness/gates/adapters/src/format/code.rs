use finding::{
    RepoPath,
    sarif::{Fault, Node},
};

use crate::parsed::{Context, Parsed, Told, span};

/// semgrep's JSON, with what it scanned, skipped and could not read.
pub(super) fn semgrep(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    for result in root.need("results")?.items()? {
        let extra = result.need("extra")?;
        let (from, to) = (result.need("start")?, result.need("end")?);
        let at = |node: &Node| Ok((node.need("line")?.number()?, node.need("col")?.number()?));
        let message = extra.need_text("message")?;
        let fix = extra.text_of("fix")?;
        // The name of a rule begins with the folder that its file lies in.
        let rule = result.need_text("check_id")?.rsplit('.').next().unwrap_or_default();
        parsed.found.push(context.found(Told {
            rule,
            severity: extra.need_text("severity")?,
            path: result.need_text("path")?,
            span: span(at(&from)?, at(&to)?),
            message: message.to_owned(),
            remedy: fix.map(|fix| format!("write `{fix}`")),
            subject: message.as_bytes().to_vec(),
        }));
    }
    let paths = root.need("paths")?;
    let mut scanned = Vec::new();
    for path in paths.need("scanned")?.items()? {
        scanned.extend(context.path(path.text()?));
    }
    parsed.scanned = Some(scanned);
    for skipped in paths.list("skipped")? {
        let reason = skipped.text_of("reason")?.unwrap_or("skipped");
        let path = context.path(skipped.need_text("path")?);
        parsed.skipped.extend(path.map(|path| (path, format!("semgrep: {reason}"))));
    }
    for error in root.need("errors")?.items()? {
        trouble(&error, context, &mut parsed)?;
    }
    // A rule that it could not use is not looked for anywhere.
    for rule in root.list("skipped_rules")? {
        parsed.faults.push(format!("it skipped a rule: {}", rule.value()));
    }
    Ok(parsed)
}

/// An error of a file makes that file unread; one of none makes the whole run so.
fn trouble(error: &Node, context: &Context, parsed: &mut Parsed) -> Result<(), Fault> {
    let said = error.text_of("message")?.unwrap_or("an error").lines().next().unwrap_or_default().to_owned();
    let path: Option<RepoPath> = error.text_of("path")?.and_then(|path| context.path(path));
    match path {
        Some(path) => parsed.broken.push((path, said)),
        None => parsed.faults.push(said),
    }
    Ok(())
}

/// ast-grep's compact JSON: a list. It counts lines and columns from zero.
pub(super) fn ast_grep(root: &Node, context: &Context) -> Result<Parsed, Fault> {
    let mut parsed = Parsed::default();
    for result in root.items()? {
        let range = result.need("range")?;
        let (from, to) = (range.need("start")?, range.need("end")?);
        let at = |node: &Node| {
            let number = |name: &str| Ok(node.need(name)?.number()?.saturating_add(1));
            Ok((number("line")?, number("column")?))
        };
        parsed.found.push(context.found(Told {
            rule: result.need_text("ruleId")?,
            severity: result.need_text("severity")?,
            path: result.need_text("file")?,
            span: span(at(&from)?, at(&to)?),
            message: result.need_text("message")?.to_owned(),
            remedy: result.text_of("note")?.map(str::to_owned),
            subject: result.text_of("text")?.unwrap_or_default().as_bytes().to_vec(),
        }));
    }
    Ok(parsed)
}
