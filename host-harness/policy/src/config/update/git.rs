//! The update path over the git command.

use std::collections::BTreeSet;

use agent_contract::branch::BranchName;
use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;

use super::remote::GitRemote;
use crate::Code;

/// Nobody waits longer than this for a remote.
const PUSH_SECONDS_MAX: u64 = 3600;

/// How a change leaves over the git command. Left out, nothing can be pushed anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GitUpdate {
    /// Who wrote a commit.
    pub author: Person,
    /// Who made it.
    pub committer: Person,
    /// What a commit is signed with.
    pub signing: Option<GitSigning>,
    /// Where a branch may be pushed to.
    pub remotes: Vec<GitRemote>,
    /// The branches that may be pushed, as globs: `*` within a component, `**` across them.
    pub branches: Vec<String>,
    /// How long a push may take, in seconds.
    pub push_seconds: u64,
}

impl Default for GitUpdate {
    fn default() -> Self {
        Self {
            author: Person::default(),
            committer: Person::default(),
            signing: None,
            remotes: Vec::new(),
            branches: Vec::new(),
            push_seconds: 120,
        }
    }
}

/// A person, or a program, in a commit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

impl Default for Person {
    fn default() -> Self {
        Self { name: "AGenNext Code Assist".to_owned(), email: "code-assist@agennext.invalid".to_owned() }
    }
}

/// What a commit is signed with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitSigning {
    /// The form of the signature.
    pub format: SigningFormat,
    /// The file of the private key, without a passphrase.
    pub key: String,
}

/// The forms of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningFormat {
    /// `ssh-keygen`, with an SSH key.
    Ssh,
    /// `gpg`, with an OpenPGP key.
    Openpgp,
}

/// A push that the configuration does not let happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushRefused {
    /// A stable code.
    pub code: Code,
    /// What is refused, and the line that would allow it.
    pub message: String,
}

impl GitUpdate {
    /// The remote of this name, if the branch may go there at all.
    pub fn target(
        &self,
        remote: &str,
        branch: &BranchName,
        base: Option<&BranchName>,
    ) -> Result<&GitRemote, PushRefused> {
        let found = self.remotes.iter().find(|known| known.name == remote);
        let found = found.ok_or_else(|| unknown(remote))?;
        if base.is_some_and(|base| is_same(base.as_str(), branch.as_str())) {
            return Err(PushRefused {
                code: Code::HardBaseBranch,
                message: format!(
                    "`{branch}` is the base branch, which is never pushed to\nhint: name another work branch"
                ),
            });
        }
        match self
            .branches
            .iter()
            .filter_map(|glob| matcher(glob).ok())
            .any(|glob| glob.is_match(branch.as_str()))
        {
            true => Ok(found),
            false => Err(forbidden(branch)),
        }
    }

    /// Its files, sought beside the configuration.
    pub(in crate::config) fn files(&mut self) -> Vec<&mut String> {
        let mut files: Vec<_> = self.signing.iter_mut().map(|signing| &mut signing.key).collect();
        files.extend(self.remotes.iter_mut().flat_map(GitRemote::files));
        files
    }

    /// What can't be.
    pub(in crate::config) fn fault(&self) -> Option<String> {
        let people = [("author", &self.author), ("committer", &self.committer)];
        let person =
            people.into_iter().find_map(|(key, person)| Some(format!("`{key}` {}", person.fault()?)));
        let odd = self.branches.iter().find(|glob| matcher(glob).is_err());
        let time = self.push_seconds == 0 || self.push_seconds > PUSH_SECONDS_MAX;
        person
            .or_else(|| {
                odd.map(|glob| format!("`branches` holds `{}`, which is no glob", glob.escape_debug()))
            })
            .or_else(|| time.then(|| format!("`push_seconds` must be from 1 to {PUSH_SECONDS_MAX}")))
            .or_else(|| self.signing.as_ref()?.key.is_empty().then(|| "`signing` names no key".to_owned()))
            .or_else(|| self.remote_fault())
    }

    fn remote_fault(&self) -> Option<String> {
        let mut names = BTreeSet::new();
        self.remotes.iter().enumerate().find_map(|(index, remote)| {
            let twice = (!names.insert(&remote.name)).then(|| "another remote has this name".to_owned());
            let fault = twice.or_else(|| remote.fault())?;
            Some(format!("remotes[{index}] `{}`: {fault}", remote.name.escape_debug()))
        })
    }
}

/// Some servers keep branches in files whose names do not tell case apart.
pub fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn unknown(remote: &str) -> PushRefused {
    let name = remote.escape_debug();
    PushRefused {
        code: Code::RemoteUnknown,
        message: format!(
            "`{name}` is no remote that may be pushed to\nhint: `[[update.git.remotes]]` with `name = \"{name}\"` and its `url` would allow it"
        ),
    }
}

fn forbidden(branch: &BranchName) -> PushRefused {
    PushRefused {
        code: Code::BranchForbidden,
        message: format!(
            "branch `{branch}` may not be pushed\nhint: `[update.git] branches = [\"{branch}\"]` would allow it"
        ),
    }
}

fn matcher(glob: &str) -> Result<GlobMatcher, globset::Error> {
    let built = GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build()?;
    Ok(built.compile_matcher())
}

impl Person {
    /// What git would drop without a word, or take for the end of the name.
    fn fault(&self) -> Option<&'static str> {
        let odd = |text: &str| {
            text.trim().is_empty()
                || text.len() > 200
                || text.contains(|c: char| c.is_control() || "<>".contains(c))
                || text != text.trim_matches(|c: char| c.is_whitespace() || ".,:;\"'".contains(c))
        };
        match (odd(&self.name), odd(&self.email)) {
            (true, _) => Some("has a `name` that git would change"),
            (_, true) => Some("has an `email` that git would change"),
            _ => None,
        }
    }
}
