//! How a change leaves the machine.

mod git;
mod github;
mod remote;

use serde::Deserialize;

pub use git::{GitSigning, GitUpdate, Person, PushRefused, SigningFormat, is_same};
pub use github::{GithubEdition, GithubLimits, GithubUpdate};
pub use remote::{GitRemote, Transport};

/// How a change leaves the machine: the path and what it may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateConfig {
    /// The one path. Left out, a change stays in the checkout.
    pub path: Option<UpdatePath>,
    /// The path over the git command.
    pub git: GitUpdate,
    /// The path over GitHub's API.
    pub github: GithubUpdate,
}

/// The two update paths. There is no third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum UpdatePath {
    /// A commit made with the git command, and pushed with it.
    Git,
    /// A commit made over GitHub's API.
    Github,
}

impl UpdatePath {
    /// Its name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Github => "github",
        }
    }
}

impl TryFrom<String> for UpdatePath {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "git" => Ok(Self::Git),
            "github" => Ok(Self::Github),
            _ => Err(format!(
                "update-unknown: `{}` is no update path\nhint: there are two, `git` and `github`",
                name.escape_debug()
            )),
        }
    }
}

impl UpdateConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        let mut files = self.git.files();
        files.extend(self.github.files());
        files
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        let git = self.git.fault().map(|fault| format!("git: {fault}"));
        git.or_else(|| self.github.fault().map(|fault| format!("github: {fault}")))
    }
}
