//! Flags that the project's own programs are shown with.

use std::collections::BTreeSet;

use super::{ASKED_MAX, Told};
use crate::{
    manifest::Manifests,
    place,
    repository::Repository,
    shell::{Command, is_plain},
    source::{self, Query},
};

/// Flags that libraries for command lines bring along.
const USUAL: [&str; 2] = ["help", "version"];

/// Programs that are started by other programs with flags of their own.
const OTHERS: [&str; 24] = [
    "cargo",
    "npm",
    "npx",
    "node",
    "python",
    "python3",
    "pytest",
    "go",
    "docker",
    "git",
    "make",
    "bash",
    "sh",
    "pip",
    "uv",
    "kubectl",
    "helm",
    "terraform",
    "ruby",
    "java",
    "curl",
    "ls",
    "exec",
    "run",
];

/// The flags that documents use: which document, which line, which flag.
pub(super) struct Asked(Vec<(usize, u32, String)>);

impl Asked {
    pub(super) fn of(repository: &Repository<'_>, commands: &[Vec<Command>]) -> Self {
        let programs = programs(repository.manifests());
        let mut asked = Vec::new();
        for (at, commands) in commands.iter().enumerate() {
            for command in commands {
                asked.extend(flags(command, &programs).map(|flag| (at, command.line, flag)));
            }
        }
        asked.truncate(ASKED_MAX);
        Self(asked)
    }

    pub(super) fn query(&self) -> Query {
        let words = self.0.iter().flat_map(|(_, _, flag)| spellings(flag));
        Query { words: words.chain([VERBOSITY.to_owned()]).collect(), counts: defines }
    }

    pub(super) fn holds(&self, known: &BTreeSet<String>) -> bool {
        self.0.iter().all(|(_, _, flag)| is_defined(flag, known))
    }

    pub(super) fn tell(&self, known: &BTreeSet<String>, told: &mut [Vec<Told>]) {
        for (at, line, flag) in self.0.iter().filter(|(_, _, flag)| !is_defined(flag, known)) {
            let why = "nothing in the source defines it".to_owned();
            told[*at].push(Told::new("consistency/flag", *line, &format!("--{flag}"), why));
        }
    }
}

/// A word that says that a library defines how much is said.
const VERBOSITY: &str = "clap-verbosity-flag";

fn is_defined(flag: &str, known: &BTreeSet<String>) -> bool {
    let library = ["verbose", "quiet"].contains(&flag) && known.contains(VERBOSITY);
    library || spellings(flag).iter().any(|word| known.contains(word))
}

fn programs(manifests: &Manifests) -> BTreeSet<&str> {
    let all = manifests.packages().flat_map(|package| &package.programs);
    all.map(String::as_str).filter(|name| !name.is_empty() && !OTHERS.contains(name)).collect()
}

/// The flags that a command gives to a program of the project.
fn flags<'a>(command: &'a Command, programs: &BTreeSet<&str>) -> impl Iterator<Item = String> + 'a {
    let own = |word: &str| programs.contains(place::name(word));
    let after_dashes = || command.words.iter().position(|word| word == "--").map(|at| at + 1);
    let start = match (command.word(0), command.word(1)) {
        ("cargo", "run" | "r") if !command.words.iter().any(|word| word == "--example") => after_dashes(),
        ("npx" | "uvx" | "bunx", name) if own(name) => Some(2),
        ("uv" | "poetry" | "pdm" | "hatch", "run") if own(command.word(2)) => Some(3),
        ("go", "run") if command.word(2).starts_with('.') => Some(3),
        (program, _) if own(program) => Some(1),
        _ => None,
    };
    let words = command.words.iter().skip(start.unwrap_or(usize::MAX));
    let own = words.take_while(|word| *word != "--" && !OTHERS.contains(&word.as_str()));
    own.filter_map(|word| {
        let flag = word.strip_prefix("--")?.split('=').next()?;
        let plain = is_plain(flag) && flag.len() > 1 && flag.starts_with(|c: char| c.is_ascii_lowercase());
        let known = USUAL.contains(&flag) || flag.contains(['.', '/', ':', '@', ',', '+']);
        (plain && !known).then(|| flag.to_owned())
    })
}

/// The ways in which source may write a flag.
fn spellings(flag: &str) -> Vec<String> {
    let positive = flag.strip_prefix("no-");
    let all = [Some(flag), positive].into_iter().flatten();
    all.flat_map(|flag| [flag.to_owned(), flag.replace('-', "_"), flag.replace('-', "")]).collect()
}

/// Whether a word stands where flags are defined: after `--`, in quotes, or as a field.
fn defines(text: &[u8], start: usize, end: usize) -> bool {
    if !source::is_word(text, start, end) {
        return false;
    }
    let before = &text[..start];
    let after = text[end..].trim_ascii_start();
    let dashes = before.ends_with(b"--");
    let quoted = before.last().is_some_and(|byte| b"\"'`".contains(byte));
    let longer = before.ends_with(b"-") || text.get(end) == Some(&b'-');
    if longer && !dashes {
        return false;
    }
    let line = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let remark =
        [&b"//"[..], b"#", b"*"].iter().any(|sign| text[line..start].trim_ascii_start().starts_with(sign));
    let field = after.first().is_some_and(|byte| b":=|".contains(byte)) || begins_line(&text[line..start]);
    if remark && !text[line..start].trim_ascii_start().starts_with(b"#[") {
        return dashes && !longer;
    }
    (dashes || quoted || field) && !(dashes && text.get(end) == Some(&b'-'))
}

/// A field of Go, or a parameter that has a line of its own.
fn begins_line(before: &[u8]) -> bool {
    before.iter().all(u8::is_ascii_whitespace) && !before.is_empty()
}
