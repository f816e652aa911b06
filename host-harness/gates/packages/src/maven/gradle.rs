use std::collections::BTreeMap;

use agent_contract::RepoPath;

use crate::{
    Ecosystem, Manifest,
    draft::{manifest, requirement},
    files::{folder, upwards},
};

type Values = BTreeMap<String, String>;

/// Reads the lines of a `gradle.properties`.
pub(super) fn properties(text: &str) -> Values {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '!']));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

/// Whether a configuration is of tests alone.
pub(super) fn is_for_tests(configuration: &str) -> bool {
    configuration.starts_with("test") || configuration.contains("Test")
}

/// Reads the plain coordinates in a build file; it is a program, and what it computes is not known.
pub(super) fn manifest_of(path: &RepoPath, text: &str, properties: &BTreeMap<String, Values>) -> Manifest {
    let mut manifest = manifest(Ecosystem::Maven, path);
    let mut values = own_values(text);
    for above in upwards(&folder(path)).filter_map(|folder| properties.get(folder)) {
        for (name, value) in above {
            values.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    let mut commented = false;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        commented |= line.starts_with("/*");
        if commented || line.starts_with("//") {
            commented &= !line.contains("*/");
            continue;
        }
        let Some((configuration, arguments)) = call(line) else { continue };
        let Some((name, wanted)) = coordinates(arguments) else { continue };
        let wanted = resolve(&wanted, &values);
        let mut wish = requirement(Ecosystem::Maven, &name, &wanted, path, number);
        wish.development = is_for_tests(configuration);
        wish.conditional = wanted.is_empty() || wanted.contains('$');
        manifest.requirements.push(wish);
    }
    manifest
}

/// Configurations that bring in packages; plugins make others with these at their end.
const CONFIGURATIONS: &[&str] = &[
    "implementation",
    "api",
    "compileonly",
    "runtimeonly",
    "compile",
    "runtime",
    "kapt",
    "ksp",
    "annotationprocessor",
    "classpath",
    "provided",
    "desugaring",
];

/// The configuration that a line adds to, and what it adds.
fn call(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (word, rest) = line.split_at(end);
    let lower = word.to_lowercase();
    let known = CONFIGURATIONS.iter().any(|name| lower.ends_with(name));
    (known && rest.starts_with([' ', '('])).then_some((word, rest))
}

/// `"group:name:version"`, or the three by their names. Of a project or a file, none.
fn coordinates(arguments: &str) -> Option<(String, String)> {
    let bare = arguments.trim_start_matches([' ', '(']);
    if bare.starts_with("project") || bare.starts_with("files") || bare.starts_with("fileTree") {
        return None;
    }
    let named = |name: &str| {
        let at = arguments.find(&format!("{name}:")).or_else(|| arguments.find(&format!("{name} =")))?;
        quoted(&arguments[at..])
    };
    if let (Some(group), Some(name)) = (named("group"), named("name")) {
        return Some((format!("{group}:{name}"), named("version").unwrap_or_default().to_owned()));
    }
    let text = quoted(arguments)?;
    let mut parts = text.split('@').next()?.split(':');
    let (group, name, version) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
    let plain =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c));
    (plain(group) && plain(name)).then(|| (format!("{group}:{name}"), version.to_owned()))
}

/// The first text in quotes.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let quote = text[start..].chars().next()?;
    text[start + 1..].split_once(quote).map(|(inner, _)| inner)
}

/// Texts that a build file gives names to.
fn own_values(text: &str) -> Values {
    let mut found = Values::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once('=') else { continue };
        let name = name.trim().trim_start_matches("ext.");
        let name = ["def ", "val ", "var ", "const val ", "String "]
            .iter()
            .find_map(|word| name.strip_prefix(word))
            .unwrap_or(name);
        let plain = name.chars().all(|c| c.is_alphanumeric() || "_.".contains(c));
        if let (true, true, Some(value)) = (plain, value.trim().starts_with(['"', '\'']), quoted(value)) {
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    found
}

/// A version with its `$name` or `${name}`; one that is not known stays.
fn resolve(text: &str, values: &Values) -> String {
    let mut text = text.to_owned();
    for _ in 0..4 {
        let Some((before, rest)) = text.split_once('$') else { break };
        let (name, after) = match rest.strip_prefix('{') {
            Some(inner) => inner.split_once('}').unwrap_or((inner, "")),
            None => rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .map_or((rest, ""), |at| rest.split_at(at)),
        };
        let name = name.trim_start_matches("rootProject.").trim_start_matches("ext.");
        let Some(value) = values.get(name).filter(|value| value.len() < 256) else { break };
        text = format!("{before}{value}{after}");
    }
    text
}
