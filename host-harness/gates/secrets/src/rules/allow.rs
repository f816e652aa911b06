use std::sync::Arc;

use aho_corasick::AhoCorasick;

use super::{Format, raw::RawAllow};
use crate::pattern::{Dialect, Pattern};

/// What an allow-list is asked about.
pub(crate) struct Candidate<'a> {
    pub(crate) path: Option<&'a str>,
    pub(crate) secret: &'a [u8],
    pub(crate) matched: &'a [u8],
    pub(crate) line: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Any,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Secret,
    Match,
    Line,
}

/// What is no secret although a rule says so.
#[derive(Debug, Clone)]
pub(crate) struct Allow {
    condition: Condition,
    target: Target,
    commits: Vec<String>,
    paths: Option<Arc<Pattern>>,
    regexes: Option<Arc<Pattern>>,
    stopwords: Option<AhoCorasick>,
}

impl Allow {
    pub(super) fn read(raw: &RawAllow, format: Format) -> Result<Self, String> {
        let empty = raw.commits.is_empty() && raw.paths.is_empty() && raw.regexes.is_empty();
        if empty && raw.stopwords.is_empty() {
            return Err("an allow-list holds neither commits, paths, regexes nor stopwords".to_owned());
        }
        let stopwords = AhoCorasick::builder().ascii_case_insensitive(true).build(&raw.stopwords);
        Ok(Self {
            condition: condition(raw.condition.as_deref())?,
            target: target(raw.regex_target.as_deref())?,
            commits: raw.commits.iter().map(|commit| commit.trim().to_ascii_lowercase()).collect(),
            paths: joined(&raw.paths, format)?,
            regexes: joined(&raw.regexes, format)?,
            stopwords: match raw.stopwords.is_empty() {
                true => None,
                false => Some(stopwords.map_err(|fault| format!("its stopwords: {fault}"))?),
            },
        })
    }

    /// Whether it lets a file be, whatever stands in it.
    pub(crate) fn lets_path(&self, path: Option<&str>) -> bool {
        let needs_more = self.regexes.is_some() || self.stopwords.is_some() || !self.commits.is_empty();
        (self.condition == Condition::Any || !needs_more) && self.path_is_named(path)
    }

    /// Whether it lets a match be.
    pub(crate) fn lets(&self, of: &Candidate<'_>) -> bool {
        let text = match self.target {
            Target::Secret => of.secret,
            Target::Match => of.matched,
            Target::Line => of.line,
        };
        let regexes = self.regexes.as_ref().map(|regexes| regexes.is_match(text));
        let stopwords = self.stopwords.as_ref().map(|words| words.is_match(of.secret));
        match self.condition {
            Condition::Any => regexes == Some(true) || stopwords == Some(true),
            Condition::All => {
                let path = self.paths.as_ref().map(|_| self.path_is_named(of.path));
                let commit = (!self.commits.is_empty()).then_some(false);
                [regexes, stopwords, path, commit].iter().flatten().all(|holds| *holds)
            }
        }
    }

    fn path_is_named(&self, path: Option<&str>) -> bool {
        match (&self.paths, path) {
            (Some(paths), Some(path)) => paths.is_match(path.as_bytes()),
            _ => false,
        }
    }
}

fn condition(word: Option<&str>) -> Result<Condition, String> {
    match word.unwrap_or_default().to_ascii_uppercase().as_str() {
        "" | "OR" | "||" => Ok(Condition::Any),
        "AND" | "&&" => Ok(Condition::All),
        other => Err(format!("the condition `{other}` of an allow-list is neither `AND` nor `OR`")),
    }
}

fn target(word: Option<&str>) -> Result<Target, String> {
    match word.unwrap_or_default() {
        "" | "secret" => Ok(Target::Secret),
        "match" => Ok(Target::Match),
        "line" => Ok(Target::Line),
        other => Err(format!("the regexTarget `{other}` is neither `secret`, `match` nor `line`")),
    }
}

/// One pattern of several. gitleaks joins them in one group, so that a flag of one goes on to
/// those after it; its files count on that.
fn joined(patterns: &[String], format: Format) -> Result<Option<Arc<Pattern>>, String> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let (dialect, parts) = match format {
        Format::Gitleaks => (Dialect::Go, patterns.to_vec()),
        Format::Ours => (Dialect::Rust, patterns.iter().map(|one| format!("(?:{one})")).collect()),
    };
    for one in patterns {
        Pattern::plain(one, dialect)?;
    }
    Pattern::plain(&format!("(?:{})", parts.join("|")), dialect).map(Some)
}
