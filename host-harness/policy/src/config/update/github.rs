//! The update path over GitHub's API.

use agent_contract::branch::BranchName;
use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;

/// How a change leaves over GitHub's API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GithubUpdate {
    /// The name of the binding that leads to the API.
    pub binding: String,
    /// The repository, as `owner/name`.
    pub repository: Option<String>,
    /// Which of GitHub's two kinds of address the binding has. Default: told by its address.
    pub edition: Option<GithubEdition>,
    /// The host of the repository's pages. Default: told by the binding's address.
    pub web_host: Option<String>,
    /// The branch that pull requests are for. Default: the repository's own.
    pub base: Option<String>,
    /// Which branches a change may go to, as globs: `*` within a component, `**` across them.
    pub branches: Vec<String>,
    /// Whether pull requests are opened as drafts.
    pub draft: bool,
    /// Labels for pull requests.
    pub labels: Vec<String>,
    /// How much of it.
    pub limits: GithubLimits,
}

/// The two kinds of address that GitHub has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GithubEdition {
    /// `https://api.github.com`: REST at the root, GraphQL at `/graphql`.
    Cloud,
    /// `https://ghe.example`: REST at `/api/v3`, GraphQL at `/api/graphql`.
    Enterprise,
}

/// What an operation on GitHub may take at the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GithubLimits {
    /// Wall time of an operation, in seconds, waits included.
    pub operation_seconds: u64,
    /// Wall time of fetching a repository, in seconds.
    pub hydrate_seconds: u64,
    /// How often a request is sent at the most.
    pub attempts: u64,
    /// Requests that are under way at once while a repository is fetched.
    pub at_once: u64,
    /// Files of a repository that is fetched.
    pub files: u64,
    /// Size of one of its files.
    pub file_bytes: u64,
    /// Size of all of its files.
    pub repository_bytes: u64,
    /// Pages of a list, a hundred entries each.
    pub pages: u64,
    /// Size of one text of a task.
    pub text_bytes: u64,
    /// Size of all texts of a task.
    pub context_bytes: u64,
}

impl Default for GithubLimits {
    fn default() -> Self {
        Self {
            operation_seconds: 120,
            hydrate_seconds: 900,
            attempts: 4,
            at_once: 4,
            files: 4000,
            file_bytes: 16 * MIB,
            repository_bytes: 512 * MIB,
            pages: 10,
            text_bytes: 32 * 1024,
            context_bytes: 256 * 1024,
        }
    }
}

const MIB: u64 = 1024 * 1024;

impl Default for GithubUpdate {
    fn default() -> Self {
        Self {
            binding: "forge.github".to_owned(),
            repository: None,
            edition: None,
            web_host: None,
            base: None,
            branches: vec!["agent/**".to_owned()],
            draft: true,
            labels: Vec::new(),
            limits: GithubLimits::default(),
        }
    }
}

impl GithubUpdate {
    /// Whether a change may go to this branch, as far as the globs say.
    pub fn reaches(&self, branch: &BranchName) -> bool {
        self.branches.iter().filter_map(|text| glob(text).ok()).any(|glob| glob.is_match(branch.as_str()))
    }

    /// Owner and name of the repository.
    pub fn owner_and_name(&self) -> Option<(&str, &str)> {
        self.repository.as_deref().and_then(parts)
    }

    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        Vec::new()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        self.name_fault().or_else(|| self.branch_fault()).or_else(|| self.limit_fault())
    }

    fn name_fault(&self) -> Option<String> {
        let shown = |text: &String| text.escape_debug().to_string();
        if self.binding.is_empty() {
            return Some("`binding` is empty; name one of `[[bindings]]`".to_owned());
        }
        if let Some(odd) = self.repository.as_ref().filter(|text| parts(text).is_none()) {
            return Some(format!("`repository` is `{}`, and must be `owner/name`", shown(odd)));
        }
        if let Some(odd) = self.web_host.as_ref().filter(|host| !is_host(host)) {
            return Some(format!("`web_host` is `{}`, which is no host in small letters", shown(odd)));
        }
        let odd = self.labels.iter().find(|label| label.is_empty() || label.len() > 50)?;
        Some(format!("`labels` holds `{}`, and a label has 1 to 50 bytes", shown(odd)))
    }

    fn branch_fault(&self) -> Option<String> {
        if let Some(Err(error)) = self.base.as_deref().map(BranchName::parse) {
            return Some(format!("`base` is none: {error}"));
        }
        let odd = |text: &String| {
            glob(text).err().map(|error| format!("`branches` holds `{}`: {error}", text.escape_debug()))
        };
        self.branches.iter().find_map(odd)
    }

    fn limit_fault(&self) -> Option<String> {
        let limits = &self.limits;
        let numbers = [
            ("operation_seconds", limits.operation_seconds),
            ("hydrate_seconds", limits.hydrate_seconds),
            ("attempts", limits.attempts),
            ("at_once", limits.at_once),
            ("files", limits.files),
            ("file_bytes", limits.file_bytes),
            ("repository_bytes", limits.repository_bytes),
            ("pages", limits.pages),
            ("text_bytes", limits.text_bytes),
            ("context_bytes", limits.context_bytes),
        ];
        let zero = numbers.iter().find(|(_, number)| *number == 0);
        zero.map(|(key, _)| format!("limits: `{key}` must be at least 1"))
    }
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

/// Owner and name, of the letters that GitHub has for them.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (owner, name) = text.split_once('/')?;
    let plain = |part: &str| {
        let odd = |c: char| !(c.is_ascii_alphanumeric() || "-._".contains(c));
        !part.is_empty() && part.len() <= 100 && part != "." && part != ".." && !part.contains(odd)
    };
    (plain(owner) && plain(name)).then_some((owner, name))
}

fn is_host(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    !text.is_empty() && text.len() <= 253 && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    #[test]
    fn a_whole_configuration_is_read() {
        let text = r#"
            [update]
            path = "github"
            [update.github]
            binding = "forge.work"
            repository = "Octo-Org/octo.repo"
            edition = "enterprise"
            web_host = "ghe.example"
            base = "develop"
            branches = ["agent/*", "fix/**"]
            draft = false
            labels = ["agent"]
            [update.github.limits]
            operation_seconds = 30
        "#;
        let github = Config::parse(text).unwrap().update.github;
        assert_eq!(github.owner_and_name(), Some(("Octo-Org", "octo.repo")));
        assert_eq!(github.edition, Some(GithubEdition::Enterprise));
        assert_eq!((github.limits.operation_seconds, github.limits.attempts), (30, 4));
    }

    #[test]
    fn what_can_not_be_is_told_with_its_key() {
        for (text, expected) in [
            ("binding = ''", "`binding` is empty"),
            ("repository = 'name'", "`repository` is `name`"),
            ("repository = 'a/b/c'", "`repository` is `a/b/c`"),
            ("repository = '../x'", "`repository` is `../x`"),
            ("repository = 'a/b?c'", "`repository` is `a/b?c`"),
            ("edition = 'server'", "unknown variant `server`"),
            ("web_host = 'A b'", "`web_host` is `A b`"),
            ("base = 'a..b'", "`base` is none"),
            ("branches = ['a[']", "`branches` holds `a[`"),
            ("labels = ['']", "`labels` holds ``"),
            ("limits = { attempts = 0 }", "limits: `attempts` must be at least 1"),
            ("merge = true", "unknown field `merge`"),
            ("force = true", "unknown field `force`"),
        ] {
            let error = Config::parse(&format!("[update.github]\n{text}")).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_star_stays_within_a_component() {
        let github = GithubUpdate { branches: vec!["agent/*".to_owned()], ..GithubUpdate::default() };
        for (branch, reached) in
            [("agent/fix", true), ("agent/fix/deep", false), ("main", false), ("agentx", false)]
        {
            assert_eq!(github.reaches(&BranchName::parse(branch).unwrap()), reached, "{branch}");
        }
    }
}
