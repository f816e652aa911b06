//! What documents say, looked up in the tree. Each room knows one kind of saying.

mod badges;
mod cargo;
mod commands;
mod data;
mod environment;
mod excerpts;
mod flags;
mod language;
mod links;
mod paths;
mod subcommands;
mod versions;

use crate::{document::Document, gate::Options, repository::Repository, shell, source};

/// So many flags, and variables, are looked up in the source.
const ASKED_MAX: usize = 2000;

/// Something that does not hold.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) rule: &'static str,
    pub(crate) line: u32,
    pub(crate) said: Vec<(&'static str, String)>,
    /// What it is about, wherever in the document it stands.
    pub(crate) subject: String,
}

impl Told {
    /// About an object, and why it does not hold.
    fn new(rule: &'static str, line: u32, object: &str, why: String) -> Self {
        let said = vec![("object", object.to_owned()), ("why", why)];
        Self { rule, line, said, subject: object.to_owned() }
    }
}

/// Looks everything up; what is told of each document in the order of its lines.
pub(crate) fn all(repository: &Repository<'_>, documents: &[Document], options: &Options) -> Vec<Vec<Told>> {
    let commands: Vec<_> = documents.iter().map(|document| shell::commands(document, repository)).collect();
    let mut told: Vec<Vec<Told>> = documents.iter().map(|_| Vec::new()).collect();
    let anchors = links::Anchors::of(documents);
    let mut subcommands = subcommands::Known::of(repository, options);
    for ((document, commands), told) in documents.iter().zip(&commands).zip(&mut told) {
        links::look(repository, document, &anchors, told);
        paths::look(repository, document, told);
        commands::look(repository, document, commands, told);
        versions::look(repository, document, commands, told);
        subcommands.look(document, commands, told);
        badges::look(repository, document, told);
        language::look(repository, document, told);
        excerpts::look(repository, document, told);
        data::look(document, told);
    }
    let flags = flags::Asked::of(repository, &commands);
    let variables = environment::Asked::of(repository, documents, &commands);
    let queries = [flags.query(), variables.query()];
    let enough = |known: &source::Known| flags.holds(&known[0]) && variables.holds(&known[1]);
    if let Some(known) = source::search(repository, options, &queries, enough) {
        flags.tell(&known[0], &mut told);
        variables.tell(&known[1], &mut told);
    }
    for told in &mut told {
        told.sort_by(|a, b| (a.line, a.rule, &a.subject).cmp(&(b.line, b.rule, &b.subject)));
        // What is written twice on a line, in an image within a link, is told once.
        told.dedup_by(|a, b| (a.line, a.rule, &a.subject) == (b.line, b.rule, &b.subject));
    }
    told
}
