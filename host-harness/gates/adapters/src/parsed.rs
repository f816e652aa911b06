use std::collections::BTreeSet;

use agent_contract::gate::Severity;
use finding::{Found, RepoPath, Span, path_below};

use crate::definition::Definition;

/// Characters of a message at the most.
const MESSAGE_CHARS_MAX: usize = 1_000;

/// What a tool's output says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parsed {
    pub found: Vec<Found>,
    /// What it says that it scanned; none where it does not say.
    pub scanned: Option<Vec<RepoPath>>,
    /// What it says that it left out, and why.
    pub skipped: Vec<(RepoPath, String)>,
    /// What it says that it could not read.
    pub broken: Vec<(RepoPath, String)>,
    /// Why the whole of it can't be relied on.
    pub faults: Vec<String>,
    /// The packages of a bill of materials.
    pub components: BTreeSet<String>,
}

/// What a parser knows of the run beside its output.
pub(crate) struct Context<'a> {
    pub definition: &'a Definition,
    pub root: &'a str,
    pub stderr: &'a [u8],
    /// The manifest that the run was about, where it was one.
    pub file: Option<&'a RepoPath>,
}

/// A finding as a tool tells it.
#[derive(Default)]
pub(crate) struct Told<'a> {
    pub rule: &'a str,
    pub severity: &'a str,
    pub path: &'a str,
    pub span: Option<Span>,
    pub message: String,
    pub remedy: Option<String>,
    pub subject: Vec<u8>,
}

impl Context<'_> {
    /// A path that the tool wrote, as one of the repository.
    pub fn path(&self, text: &str) -> Option<RepoPath> {
        path_below(text, &[self.root, self.root.trim_start_matches('/')])
    }

    /// What a word of the tool's means here.
    pub fn severity(&self, word: &str) -> Severity {
        let known = self.definition.severity.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        known.map_or(self.definition.severity_default, |(_, severity)| *severity)
    }

    /// A finding of ours from one of the tool's. A path that is none of the repository's is
    /// told in words, so that the finding is not lost with it.
    pub fn found(&self, told: Told) -> Found {
        let path = self.path(told.path);
        let mut message = told.message;
        if path.is_none() && !told.path.is_empty() {
            message.push_str(&format!(" (in `{}`)", told.path));
        }
        let rule = if told.rule.is_empty() { "unnamed" } else { told.rule };
        let remedy = told.remedy.filter(|remedy| !remedy.trim().is_empty());
        Found {
            rule: format!("{}/{rule}", self.definition.name).into(),
            severity: self.severity(told.severity),
            path,
            span: told.span,
            message: one_line(&message),
            remedy: one_line(&remedy.unwrap_or_else(|| self.definition.remedy.clone())).into(),
            subject: told.subject,
        }
    }
}

/// A text on one line, as long as a message may be.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(MESSAGE_CHARS_MAX).collect()
}

/// A line, where the tool gives one.
pub(crate) fn line(number: Option<u64>) -> Option<Span> {
    lines(number, None)
}

/// Lines from one to another, where the tool gives them.
pub(crate) fn lines(first: Option<u64>, last: Option<u64>) -> Option<Span> {
    let first = first.filter(|first| *first > 0)?;
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let end_line = narrow(last.unwrap_or(first).max(first));
    Some(Span { end_line, ..Span::line(narrow(first)) })
}

/// From one place to another, counted from one.
pub(crate) fn span(from: (u64, u64), to: (u64, u64)) -> Option<Span> {
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let (line, column) = (narrow(from.0.max(1)), narrow(from.1.max(1)));
    let end_line = narrow(to.0).max(line);
    let least = if end_line == line { column } else { 1 };
    Some(Span { line, column, end_line, end_column: narrow(to.1).max(least) })
}

/// A secret as it may be shown: what it begins with, where that says nothing of the rest.
pub(crate) fn masked(secret: &str) -> String {
    let shown: String = secret.chars().take(if secret.len() >= 20 { 4 } else { 0 }).collect();
    format!("{shown}…")
}
