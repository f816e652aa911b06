//! Versions of the project itself, as a reader is told to ask for them.

use semver::{Version, VersionReq};

use super::Told;
use crate::{
    document::{Document, Kind},
    manifest::Package,
    repository::Repository,
    shell::Command,
};

pub(super) fn look(
    repository: &Repository<'_>,
    document: &Document,
    commands: &[Command],
    told: &mut Vec<Told>,
) {
    if document.kind != Kind::Readme {
        return;
    }
    commands.iter().for_each(|command| installed(repository, command, told));
    for block in &document.parts.blocks {
        let language = block.language();
        let mut section = String::new();
        for (at, line) in (0u32..).zip(block.text.lines()) {
            let line_number = block.line + at;
            let line = line.trim();
            if line.starts_with('[') {
                section = line.to_owned();
            }
            match language.as_str() {
                "toml" if section.contains("dependencies") => {
                    in_toml(repository, &section, line, line_number, told);
                }
                "sh" | "bash" | "shell" | "console" | "zsh" | "text" | "" => {
                    line.split_whitespace().for_each(|word| in_word(repository, word, line_number, told));
                }
                _ => {}
            }
        }
    }
}

/// `name = "1.2"` or `name = { version = "1.2" }` among dependencies.
fn in_toml(repository: &Repository<'_>, section: &str, line: &str, at: u32, told: &mut Vec<Told>) {
    let Some((key, value)) = line.split_once('=') else { return };
    let (key, value) = (key.trim(), value.trim());
    let of_table = section.trim_matches(['[', ']']).rsplit_once('.').map(|(_, name)| name);
    let (name, quoted) = match value.strip_prefix('{') {
        Some(_) => (key, value.split_once("version").and_then(|(_, rest)| rest.split_once('='))),
        None if key == "version" => (of_table.unwrap_or(key), Some(("", value))),
        None => (key, Some(("", value))),
    };
    let Some(said) = quoted.and_then(|(_, rest)| rest.trim().strip_prefix('"')?.split('"').next()) else {
        return;
    };
    let manifests = repository.manifests();
    let versions = versions(&manifests.cargo.packages, name);
    let (Ok(asked), false) = (VersionReq::parse(said), versions.is_empty()) else { return };
    if !versions.iter().any(|version| asked.matches(version)) {
        tell(name, said, &versions[0], at, told);
    }
}

/// `cargo install name --version 1.2.3`.
fn installed(repository: &Repository<'_>, command: &Command, told: &mut Vec<Told>) {
    if (command.word(0), command.word(1)) != ("cargo", "install") {
        return;
    }
    let Some(said) = command.values(&["--version", "--vers"]).first().copied() else { return };
    let packages = &repository.manifests().cargo.packages;
    let own = |word: &&String| packages.iter().any(|package| package.name == **word);
    let Some(name) = command.words.iter().skip(2).find(own) else { return };
    let versions = versions(packages, name);
    let Ok(asked) = VersionReq::parse(&exactly(said)) else { return };
    if !versions.is_empty() && !versions.iter().any(|version| asked.matches(version)) {
        tell(name, said, &versions[0], command.line, told);
    }
}

/// A whole version means just that one.
fn exactly(said: &str) -> String {
    if Version::parse(said).is_ok() { format!("={said}") } else { said.to_owned() }
}

/// `name@1.2.3` and `name==1.2.3`.
fn in_word(repository: &Repository<'_>, word: &str, at: u32, told: &mut Vec<Told>) {
    let python = word.split_once("==");
    let node = word.rsplit_once('@').filter(|(name, _)| !name.is_empty());
    let Some((name, said)) = python.or(node) else { return };
    let numeric = said.starts_with(|c: char| c.is_ascii_digit())
        && said.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !numeric {
        return;
    }
    let manifests = repository.manifests();
    let name = name.split('[').next().unwrap_or(name);
    let packages = match python {
        Some(_) => &manifests.python,
        None => &manifests.node,
    };
    let mut versions = versions(packages, name);
    if python.is_none() {
        versions.extend(self::versions(&manifests.cargo.packages, name));
    }
    let holds = |version: &Version| {
        let numbers = [version.major, version.minor, version.patch];
        said.split('.').zip(numbers).all(|(said, number)| said.parse() == Ok(number))
    };
    if !versions.is_empty() && !versions.iter().any(holds) {
        tell(name, said, &versions[0], at, told);
    }
}

/// The versions of a package. What is not released yet, or gets its version elsewhere, has none.
fn versions(packages: &[Package], name: &str) -> Vec<Version> {
    let own = packages.iter().filter(|package| package.name == name);
    let versions = own.filter_map(|package| package.version.as_deref());
    let parsed = versions.filter_map(|version| {
        let parts = version.split('.').count();
        let zeros = ".0".repeat(3usize.saturating_sub(parts));
        Version::parse(&format!("{version}{zeros}")).ok()
    });
    let all: Vec<_> = parsed.collect();
    let unreleased = |version: &Version| {
        !version.pre.is_empty() || (version.major, version.minor, version.patch) == (0, 0, 0)
    };
    if all.iter().any(unreleased) { Vec::new() } else { all }
}

fn tell(name: &str, said: &str, version: &Version, at: u32, told: &mut Vec<Told>) {
    let why = format!("the manifest of `{name}` says `{version}`");
    told.push(Told::new("consistency/version", at, &format!("{name} {said}"), why));
}
