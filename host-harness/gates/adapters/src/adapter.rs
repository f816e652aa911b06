use finding::RepoPath;
use regex_automata::meta::Regex;
use semver::VersionReq;

use crate::{definition::Definition, format::Format};

/// A tool that can be asked for findings.
#[derive(Debug, Clone)]
pub struct Adapter {
    pub(crate) definition: Definition,
    pub(crate) patterns: Vec<Regex>,
    pub(crate) versions: VersionReq,
    pub(crate) canary: RepoPath,
}

/// Why the definition of a tool does not load.
#[derive(Debug, thiserror::Error)]
#[error("the tool in `{file}` can't be used: {reason}")]
pub struct Unsound {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Adapter {
    /// Loads the definition of a tool, ours or the operator's.
    pub fn load(file: &str, text: &str) -> Result<Self, Unsound> {
        let unsound = |reason: String| Unsound { file: file.to_owned(), reason };
        let definition: Definition = toml::from_str(text).map_err(|error| unsound(error.to_string()))?;
        Self::check(definition).map_err(unsound)
    }

    fn check(definition: Definition) -> Result<Self, String> {
        let mut patterns = Vec::new();
        for ask in &definition.identity {
            patterns.push(Regex::new(&ask.pattern).map_err(|error| format!("`{}`: {error}", ask.pattern))?);
        }
        if !patterns.iter().any(|pattern| pattern.group_info().group_len(Default::default()) > 1) {
            return Err("no pattern of its identity has a group for the version".to_owned());
        }
        if definition.exit.found.is_empty() {
            return Err("no exit code means that something was found".to_owned());
        }
        let common = matches!(definition.format, Format::Sarif | Format::Cyclonedx);
        if common && definition.driver.is_none() {
            return Err("a report in a common format needs a `driver` to be told from another's".to_owned());
        }
        if definition.canary.rule.is_empty() || definition.canary.content.concat().is_empty() {
            return Err("its canary names no rule or holds nothing".to_owned());
        }
        let versions = VersionReq::parse(&definition.versions)
            .map_err(|error| format!("`{}` is not a range of versions: {error}", definition.versions))?;
        let canary = RepoPath::parse(&definition.canary.path).map_err(|error| error.to_string())?;
        Ok(Self { definition, patterns, versions, canary })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// The gates that it can serve.
    pub fn gates(&self) -> &[agent_contract::gate::GateName] {
        &self.definition.gates
    }

    /// The program to look for.
    pub fn program(&self) -> &str {
        &self.definition.program
    }

    /// Whether it has to reach hosts; it is then of no use in a sandbox without them.
    pub fn network(&self) -> &[String] {
        &self.definition.network
    }

    /// Whether a file is one of those that it is given one by one.
    pub fn is_given(&self, path: &RepoPath) -> bool {
        self.takes(path)
    }

    /// How its canary is run.
    pub fn canary_run(&self) -> crate::CanaryRun {
        self.definition.canary.run
    }
}
