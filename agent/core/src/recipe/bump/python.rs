//! pyproject.toml and requirements files.

use agent_contract::RepoPath;
use toml::de::DeTable;

use super::{
    Bump,
    edits::Edits,
    python_line::{self, Asked, Line},
    requirement::{Signs, wanted},
    tables::{self, Placed},
};
use crate::recipe::{RecipeFault, answer::Span};

/// Whether a file is a list of requirements.
pub(super) fn is_requirements(path: &RepoPath) -> bool {
    let mut names = path.components().rev();
    let (name, folder) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    name.ends_with(".txt")
        && (name.starts_with("requirements") || name.starts_with("constraints") || folder == "requirements")
}

/// Goes through a manifest.
pub(super) fn manifest(
    bump: &Bump,
    path: &RepoPath,
    text: &str,
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    match path.as_str().ends_with(".toml") {
        true => project(bump, path, text, edits),
        false => requirements(bump, path, text, edits),
    }
}

fn requirements(bump: &Bump, path: &RepoPath, text: &str, edits: &mut Edits) -> Result<(), RecipeFault> {
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end();
        let listed = !line.trim_start().starts_with(['#', '-']);
        if let Some(asked) =
            python_line::parse(line).filter(|asked| listed && is_same(asked.name, &bump.package))
        {
            continued(bump, path, &text[at..])?;
            let end = python_line::line_end(line);
            ask(bump, path, &line[..end], at, &asked, edits)?;
        }
        at += raw.len();
    }
    Ok(())
}

/// Refuses hashes, which only the registry knows, and a requirement over several lines.
fn continued(bump: &Bump, path: &RepoPath, text: &str) -> Result<(), RecipeFault> {
    let lines = text.lines().map(str::trim_end);
    let mut is_over = false;
    let whole = lines.take_while(|line| !std::mem::replace(&mut is_over, !line.ends_with('\\')));
    let whole: Vec<&str> = whole.collect();
    if whole.iter().any(|line| line.contains("--hash")) {
        let message = format!("`{path}` has hashes of `{}`", bump.package);
        return Err(
            RecipeFault::new("recipe-lock", message).hint("have the tool that wrote them write them anew")
        );
    }
    if !whole.first().is_some_and(|line| line.ends_with('\\')) {
        return Ok(());
    }
    let message = format!("`{path}` asks for `{}` over several lines, joined by `\\`", bump.package);
    Err(RecipeFault::new("recipe-requirement-unclear", message)
        .hint("put the requirement on one line, or leave the file out by `paths`"))
}

fn project(bump: &Bump, path: &RepoPath, text: &str, edits: &mut Edits) -> Result<(), RecipeFault> {
    let document = tables::parse(text, &format!("`{path}`"))?;
    for item in lists(&document) {
        let Some(asked) = tables::said(Some(item)).and_then(python_line::parse) else { continue };
        if !is_same(asked.name, &bump.package) {
            continue;
        }
        let (line, span) = tables::quoted(text, item).ok_or_else(|| unknown(bump, path))?;
        ask(bump, path, line, span.from, &asked, edits)?;
    }
    for table in poetry(&document) {
        for (_, value) in table.iter().filter(|(key, _)| is_same(key.get_ref(), &bump.package)) {
            poetic(bump, path, text, value, edits)?;
        }
    }
    Ok(())
}

/// Every list of requirements, one text each.
fn lists<'t, 'a>(document: &'t DeTable<'a>) -> Vec<&'t Placed<'a>> {
    let project = tables::table(document, "project");
    let optional = project.and_then(|project| tables::table(project, "optional-dependencies"));
    let groups = [optional, tables::table(document, "dependency-groups")].into_iter().flatten();
    let build = tables::table(document, "build-system").and_then(|build| tables::get(build, "requires"));
    let own = project.and_then(|project| tables::get(project, "dependencies"));
    let uv = tables::table(document, "tool").and_then(|tool| tables::table(tool, "uv"));
    let uv = uv.and_then(|uv| tables::get(uv, "dev-dependencies"));
    let lists = [own, build, uv].into_iter().flatten().chain(groups.flat_map(|groups| groups.values()));
    lists.flat_map(|list| tables::items(Some(list))).collect()
}

/// The tables of Poetry.
fn poetry<'t, 'a>(document: &'t DeTable<'a>) -> Vec<&'t DeTable<'a>> {
    let Some(poetry) = tables::table(document, "tool").and_then(|tool| tables::table(tool, "poetry")) else {
        return Vec::new();
    };
    let groups = tables::table(poetry, "group").into_iter().flat_map(|groups| groups.values());
    let grouped = groups.filter_map(tables::inner).filter_map(|group| tables::table(group, "dependencies"));
    let own = ["dependencies", "dev-dependencies"].into_iter().filter_map(|name| tables::table(poetry, name));
    own.chain(grouped).collect()
}

fn poetic(
    bump: &Bump,
    path: &RepoPath,
    text: &str,
    value: &Placed<'_>,
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    let value = match tables::inner(value) {
        Some(table) => match tables::get(table, "version") {
            Some(version) => version,
            None => {
                edits.leave(path, &format!("it takes `{}` from a place", bump.package));
                return Ok(());
            }
        },
        None => value,
    };
    let (there, span) = tables::quoted(text, value).ok_or_else(|| unknown(bump, path))?;
    let wanted = wanted(bump, there, Signs::POETRY, &format!("`{path}`"))?;
    edits.require(path, there, span, wanted);
    Ok(())
}

fn ask(
    bump: &Bump,
    path: &RepoPath,
    line: &str,
    at: usize,
    asked: &Asked<'_>,
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    match asked.line {
        Line::Anything => edits.leave(path, &format!("it asks for `{}` without a version", bump.package)),
        Line::Place => edits.leave(path, &format!("it takes `{}` from an address", bump.package)),
        Line::Version { from, to } => {
            let there = line.get(from..to).unwrap_or_default();
            let wanted = wanted(bump, there, Signs::PYTHON, &format!("`{path}`"))?;
            edits.require(path, there, Span { from: at + from, to: at + to }, wanted);
        }
    }
    Ok(())
}

/// Python takes `Some.Name` and `some-name` for one.
fn is_same(left: &str, right: &str) -> bool {
    plain(left) == plain(right)
}

fn plain(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

fn unknown(bump: &Bump, path: &RepoPath) -> RecipeFault {
    let message = format!("`{path}` asks for `{}` in a form that is not known here", bump.package);
    RecipeFault::new("recipe-requirement-unclear", message)
}
