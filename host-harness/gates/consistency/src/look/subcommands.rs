//! Subcommands that the project's own programs are shown with.

use std::collections::BTreeMap;

use super::Told;
use crate::{
    document::{self, Document, Kind},
    gate::Options,
    manifest::{Cli, Package},
    place,
    repository::Repository,
    shell::Command,
};

/// Words that libraries for command lines bring along.
const USUAL: [&str; 4] = ["help", "version", "completion", "completions"];
/// Folders whose programs are not the package's own.
const ASIDE: [&str; 6] = ["tests", "test", "examples", "benches", "docs", "scripts"];

/// What is known of the programs by the folder of their package, read when it is asked for.
pub(super) struct Known<'a> {
    repository: &'a Repository<'a>,
    options: &'a Options,
    packages: BTreeMap<String, Cli>,
}

impl<'a> Known<'a> {
    pub(super) fn of(repository: &'a Repository<'a>, options: &'a Options) -> Self {
        Self { repository, options, packages: BTreeMap::new() }
    }

    pub(super) fn look(&mut self, document: &Document, commands: &[Command], told: &mut Vec<Told>) {
        for command in commands.iter().filter(|command| is_in_block(document, command)) {
            let Some((package, word)) = self.asked(command) else { continue };
            let folder = package.folder.clone();
            if !self.packages.contains_key(&folder) {
                let cli = self.cli(package).unwrap_or_default();
                self.packages.insert(folder.clone(), cli);
            }
            if self.packages[&folder].lacks(word) && !self.repository.has(word) {
                let why = "the source defines other subcommands only".to_owned();
                told.push(Told::new("consistency/subcommand", command.line, word, why));
            }
        }
    }

    /// The package whose program is started, and the word that comes first.
    fn asked<'c>(&self, command: &'c Command) -> Option<(&'a Package, &'c str)> {
        let manifests = self.repository.manifests();
        let (program, word) = match (command.word(0), command.word(1)) {
            ("uv" | "poetry" | "pdm" | "hatch", "run") => (command.word(2), command.word(3)),
            ("uvx" | "pipx", program) => (program, command.word(2)),
            (program, word) => (place::name(program), word),
        };
        let plain = word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.len() > 1
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
        let mut own = manifests.cargo.packages.iter().chain(&manifests.python);
        let package = own.find(|package| package.programs.contains(program))?;
        (plain && !USUAL.contains(&word)).then_some((package, word))
    }

    /// What the source of a package defines; none where that is too large to say anything.
    fn cli(&self, package: &Package) -> Option<Cli> {
        let mut cli = Cli::default();
        let (mut files, mut bytes) = (0usize, 0usize);
        for path in self.repository.within(&package.folder) {
            let Some(inner) = self.own(package, path.as_str()) else { continue };
            if document::is_foreign(path) || ASIDE.contains(&inner.split('/').next().unwrap_or("")) {
                continue;
            }
            let read = self.repository.bytes(path).ok()?;
            (files, bytes) = (files + 1, bytes.saturating_add(read.len()));
            if files > self.options.source_files_max || bytes > self.options.source_bytes_max {
                return None;
            }
            cli.take(path.as_str(), &String::from_utf8_lossy(&read));
        }
        Some(cli)
    }

    /// The path of a source file inside of its package, where no inner package has it.
    fn own<'p>(&self, package: &Package, path: &'p str) -> Option<&'p str> {
        let manifests = self.repository.manifests();
        let inner = path.strip_prefix(&package.folder)?.trim_start_matches('/');
        let mut others = manifests.cargo.packages.iter().chain(&manifests.python);
        let deeper = others.any(|other| {
            let holds = path.strip_prefix(&other.folder).is_some_and(|rest| rest.starts_with('/'));
            other.folder.len() > package.folder.len() && holds
        });
        ((path.ends_with(".rs") || path.ends_with(".py")) && !deeper).then_some(inner)
    }
}

/// Code inside of a sentence may be any two words.
fn is_in_block(document: &Document, command: &Command) -> bool {
    let lines = |text: &str| u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    let within = |line: u32, text: &str| command.line >= line && command.line - line < lines(text);
    document.kind == Kind::Readme && document.parts.blocks.iter().any(|block| within(block.line, &block.text))
}
