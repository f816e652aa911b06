use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;
use serde_json::Value;

use crate::{
    Span,
    sarif::{decode, encode},
};

/// One run of one tool.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// The tool.
    pub tool: Tool,
    /// What kind of run it was, such as `code-assist/secrets/`.
    pub category: Option<String>,
    /// The rules that it tells of, each of them once.
    pub rules: Vec<Rule>,
    /// What it reports, in its own order.
    pub results: Vec<Reported>,
    /// Why the run can't be relied on: errors of the tool itself, an end that was none.
    pub faults: Vec<String>,
    /// What else is said of the run.
    pub properties: BTreeMap<String, Value>,
}

/// A tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

/// A rule of a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// What it is about, in a line.
    pub summary: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Where more is said.
    pub link: Option<String>,
    /// How grave it is by itself.
    pub level: Option<Level>,
    /// The same as a number from 0 to 10, as the tool writes it.
    pub security_severity: Option<String>,
    /// Its tags.
    pub tags: BTreeSet<String>,
}

/// How grave a result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not at all.
    None,
    /// Worth knowing.
    Note,
    /// A problem.
    Warning,
    /// A grave problem.
    Error,
}

/// What a result says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The rule is broken.
    Fail,
    /// The rule was looked at and holds.
    Pass,
    /// The rule has nothing to say here.
    NotApplicable,
    /// It is said for information.
    Informational,
    /// The tool could not tell.
    Open,
    /// A person has to look.
    Review,
}

/// How a result stands to an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// It is new.
    New,
    /// It was there before.
    Unchanged,
    /// It was there before and has changed.
    Updated,
    /// It is no longer there.
    Absent,
}

/// Who lets a result be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Whether that is said inside the sources, which a change can write.
    pub in_source: bool,
    /// Whether it was accepted.
    pub accepted: bool,
    /// Why.
    pub justification: Option<String>,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The rule's id; none where the tool names none.
    pub rule: Option<String>,
    /// Where the rule is in [`Run::rules`]; none where the tool does not tell of it.
    pub rule_at: Option<usize>,
    /// What it says.
    pub kind: Kind,
    /// How grave it is.
    pub level: Level,
    /// The same as a number from 0 to 10, where it is not its rule's.
    pub security_severity: Option<String>,
    /// What is wrong.
    pub message: String,
    /// Where, the first being where to look.
    pub places: Vec<Place>,
    /// What it is known by.
    pub fingerprints: BTreeMap<String, String>,
    /// Who lets it be.
    pub suppressions: Vec<Suppression>,
    /// How it stands to an earlier run.
    pub baseline: Option<Baseline>,
    /// Tags and what it is classified as, such as `CWE/79`.
    pub tags: BTreeSet<String>,
}

/// Where a result is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file as a URI reference; none where it is of no file.
    pub uri: Option<String>,
    /// Where in it. Columns are in the unit of the tool.
    pub span: Option<Span>,
    /// A name for it that is no file: a package, a function.
    pub logical: Option<String>,
}

impl Place {
    /// A place in a file of the repository.
    pub fn at(path: &RepoPath, span: Option<Span>) -> Self {
        Self { uri: Some(encode(path.as_str())), span, logical: None }
    }

    /// The file's path, with the folders that the tool was started on taken off; none where it
    /// is of no file, or not of the repository.
    pub fn path(&self, roots: &[&str]) -> Option<RepoPath> {
        let uri = self.uri.as_deref()?;
        let local = uri.strip_prefix("file://localhost").or_else(|| uri.strip_prefix("file://"));
        crate::path_below(&decode(local.unwrap_or(uri)), roots)
    }
}
