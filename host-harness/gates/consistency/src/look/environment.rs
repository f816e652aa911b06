//! Variables of the environment that documents say the project reads.

use std::collections::BTreeSet;

use super::{ASKED_MAX, Told};
use crate::{
    document::{Document, Kind},
    markdown::Passage,
    repository::Repository,
    shell::{Command, is_variable},
    source::{self, Query},
};

/// Beginnings of variables that other programs read.
const OTHERS: &str = include_str!("../../rules/other-variables.txt");

/// The variables that documents name: which document, which line, which variable.
pub(super) struct Asked(Vec<(usize, u32, String)>);

impl Asked {
    pub(super) fn of(repository: &Repository<'_>, documents: &[Document], commands: &[Vec<Command>]) -> Self {
        let packages = repository.manifests().packages();
        let names = packages.flat_map(|package| package.programs.iter().chain([&package.name]));
        let prefixes: BTreeSet<_> = names.filter(|name| name.len() > 2).map(|name| prefix(name)).collect();
        let mut asked = Vec::new();
        for (at, (document, commands)) in documents.iter().zip(commands).enumerate() {
            let said = in_passages(document, &prefixes).chain(in_commands(document, commands, &prefixes));
            asked.extend(said.map(|(name, line)| (at, line, name)));
        }
        asked.truncate(ASKED_MAX);
        Self(asked)
    }

    pub(super) fn query(&self) -> Query {
        let words = self.0.iter().flat_map(|(_, _, name)| spellings(name));
        Query { words: words.chain(MACHINERY.map(str::to_owned)).collect(), counts: reads }
    }

    pub(super) fn holds(&self, known: &BTreeSet<String>) -> bool {
        self.0.iter().all(|(_, _, name)| is_read(name, known))
    }

    pub(super) fn tell(&self, known: &BTreeSet<String>, told: &mut [Vec<Told>]) {
        for (at, line, name) in self.0.iter().filter(|(_, _, name)| !is_read(name, known)) {
            let why = "nothing in the source reads it".to_owned();
            told[*at].push(Told::new("consistency/environment", *line, name, why));
        }
    }
}

fn is_read(name: &str, known: &BTreeSet<String>) -> bool {
    let by_part = || spellings(name).iter().any(|word| known.contains(word));
    known.contains(name) || (MACHINERY.iter().any(|word| known.contains(*word)) && by_part())
}

/// What puts names of variables together from pieces, so that they need not stand in the source.
const MACHINERY: [&str; 11] = [
    "env_prefix",
    "envprefix",
    "AutomaticEnv",
    "SetEnvPrefix",
    "BaseSettings",
    "envconfig",
    "envy",
    "figment",
    "with_prefix",
    "auto_envvar_prefix",
    "env",
];

/// Whether a word stands alone; `env` only as what derives a name, as in `#[arg(long, env)]`.
fn reads(text: &[u8], start: usize, end: usize) -> bool {
    let derives = || {
        let before = text[..start].trim_ascii_end().last().is_some_and(|byte| b",(".contains(byte));
        before && text[end..].trim_ascii_start().first().is_some_and(|byte| b",)".contains(byte))
    };
    source::is_word(text, start, end) && (!text[start..end].eq_ignore_ascii_case(b"env") || derives())
}

/// The name itself, and what is left of it without its first words.
fn spellings(name: &str) -> Vec<String> {
    let starts = name.match_indices('_').map(|(at, _)| &name[at + 1..]).filter(|rest| rest.len() > 2).take(6);
    let parts = starts.flat_map(|rest| [rest.to_lowercase(), rest.to_lowercase().replace('_', "")]);
    std::iter::once(name.to_owned()).chain(parts).chain([name.to_lowercase()]).collect()
}

fn prefix(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    format!("{}_", name.to_ascii_uppercase().replace(['-', '.'], "_"))
}

fn is_own(name: &str, prefixes: &BTreeSet<String>) -> bool {
    prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()) && name.len() > prefix.len())
}

/// Whether some other program reads it.
fn is_of_others(name: &str) -> bool {
    let mut starts = OTHERS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    starts.any(|start| name == start || (start.ends_with('_') && name.starts_with(start)))
}

fn in_passages<'a>(
    document: &'a Document,
    prefixes: &'a BTreeSet<String>,
) -> impl Iterator<Item = (String, u32)> + 'a {
    document.parts.passages.iter().flat_map(move |passage| {
        let listed = document.kind == Kind::Readme && lists_variables(passage);
        passage.codes.iter().enumerate().filter_map(move |(at, code)| {
            let name = code.text.trim().trim_start_matches('$').split('=').next().unwrap_or("");
            let own = is_own(name, prefixes) || (listed && at == 0);
            let variable = is_variable(name) && name.contains('_') && !name.ends_with('_');
            (variable && own && !is_of_others(name)).then(|| (name.to_owned(), code.line))
        })
    })
}

/// A row of a table of variables.
fn lists_variables(passage: &Passage) -> bool {
    let head = passage.head.as_deref().unwrap_or("").to_lowercase();
    ["variable", "environment", "env var"].iter().any(|word| head.contains(word))
}

/// `export NAME=value`, and `NAME=value program`.
fn in_commands<'a>(
    document: &'a Document,
    commands: &'a [Command],
    prefixes: &'a BTreeSet<String>,
) -> impl Iterator<Item = (String, u32)> + 'a {
    let readme = document.kind == Kind::Readme;
    commands.iter().flat_map(move |command| {
        let told = command.assigned.iter().filter(move |name| {
            let own = is_own(name, prefixes);
            let exported =
                readme && command.words.is_empty() && name.contains('_') && !command.folders.is_empty();
            (own || exported) && !is_of_others(name)
        });
        told.map(|name| (name.clone(), command.line))
    })
}
