use std::sync::Arc;

use finding::Severity;

use super::Allow;
use crate::pattern::Pattern;

/// The format of a rule file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Ours, marked by `format = "code-assist/1"`; every rule has cases.
    Ours,
    /// gitleaks', with Go's regular expressions.
    Gitleaks,
}

/// A text that a rule must match, or must miss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The file that it is in, where that matters.
    pub path: Option<String>,
    /// What the file holds.
    pub text: String,
}

/// What a secret looks like.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, such as `github-pat`.
    pub id: String,
    /// The same with the gate before it.
    pub(crate) name: String,
    /// What it finds.
    pub description: String,
    /// How grave it is.
    pub severity: Severity,
    /// What to do about it.
    pub remedy: String,
    /// Where its form is documented.
    pub reference: Option<String>,
    /// Whose secret it is.
    pub provider: Option<String>,
    /// Words to sort it by.
    pub tags: Vec<String>,
    /// The words of which one has to stand in the text, in lower case.
    pub keywords: Vec<String>,
    /// The rule file.
    pub file: String,
    /// The cases that it must match.
    pub matches: Vec<Case>,
    /// The cases that it must miss.
    pub misses: Vec<Case>,
    pub(crate) pattern: Option<Arc<Pattern>>,
    pub(crate) path: Option<Arc<Pattern>>,
    pub(crate) secret_group: usize,
    pub(crate) entropy: f64,
    pub(crate) tokens: bool,
    pub(crate) allow: Vec<Allow>,
}

/// How the automaton calls a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// From its anchors, wherever they stand.
    Anchored,
    /// From its anchors, in texts where one of its keywords stands too.
    Gated,
    /// Over the whole text, where one of its keywords stands in it.
    Whole,
    /// Over every text.
    Always,
    /// By the path alone.
    Path,
}

impl Rule {
    /// Whether a more telling rule that finds the same goes before it.
    pub(crate) fn is_generic(&self) -> bool {
        self.id.contains("generic")
    }

    pub(crate) fn plan(&self) -> Plan {
        let Some(pattern) = &self.pattern else { return Plan::Path };
        match (pattern.branches.is_empty(), self.keywords.is_empty()) {
            (true, true) => Plan::Always,
            (true, false) => Plan::Whole,
            (false, true) => Plan::Anchored,
            (false, false) if self.anchors_imply_keywords(pattern) => Plan::Anchored,
            (false, false) => Plan::Gated,
        }
    }

    fn anchors_imply_keywords(&self, pattern: &Pattern) -> bool {
        let holds = |anchor: &[u8], word: &str| memchr::memmem::find(anchor, word.as_bytes()).is_some();
        pattern
            .branches
            .iter()
            .flat_map(|branch| &branch.anchors)
            .all(|anchor| self.keywords.iter().any(|word| holds(anchor, word)))
    }
}
