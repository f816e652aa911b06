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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    const REMOTE: &str = "[[update.git.remotes]]\nname = \"origin\"\n";

    fn update(text: &str) -> Result<GitUpdate, String> {
        let config = Config::parse(text).map_err(|error| error.to_string())?;
        Ok(config.update.git)
    }

    fn branch(name: &str) -> BranchName {
        BranchName::parse(name).unwrap()
    }

    #[test]
    fn nothing_is_pushed_anywhere_unless_it_is_configured() {
        let usual = update("").unwrap();
        assert_eq!(usual.target("origin", &branch("x"), None).unwrap_err().code, Code::RemoteUnknown);
        let remote = update(&format!("{REMOTE}url = \"https://example.org/x.git\"")).unwrap();
        assert_eq!(remote.target("origin", &branch("x"), None).unwrap_err().code, Code::BranchForbidden);
    }

    #[test]
    fn a_target_is_a_known_remote_and_an_allowed_branch() {
        let text = format!(
            "[update.git]\nbranches = [\"code-assist/*\", \"deep/**\"]\n{REMOTE}url = \"https://example.org/x.git\""
        );
        let update = update(&text).unwrap();
        let code = |remote: &str, name: &str| {
            update
                .target(remote, &branch(name), Some(&branch("deep/base")))
                .map(drop)
                .map_err(|refused| refused.code)
        };
        for (remote, name, expected) in [
            ("origin", "code-assist/x", Ok(())),
            ("origin", "deep/a/b", Ok(())),
            ("origin", "code-assist/a/b", Err(Code::BranchForbidden)),
            ("origin", "main", Err(Code::BranchForbidden)),
            ("origin", "xcode-assist/x", Err(Code::BranchForbidden)),
            ("origin", "deep/base", Err(Code::HardBaseBranch)),
            ("origin", "deep/BASE", Err(Code::HardBaseBranch)),
            ("upstream", "code-assist/x", Err(Code::RemoteUnknown)),
            ("https://example.org/x.git", "code-assist/x", Err(Code::RemoteUnknown)),
            ("", "code-assist/x", Err(Code::RemoteUnknown)),
        ] {
            assert_eq!(code(remote, name), expected, "{remote} {name}");
        }
    }

    #[test]
    fn a_refusal_names_the_line_that_would_allow_it() {
        let update = update(&format!("{REMOTE}url = \"https://example.org/x.git\"")).unwrap();
        let told = |remote: &str| update.target(remote, &branch("a/b"), None).unwrap_err().message;
        assert!(told("origin").ends_with("hint: `[update.git] branches = [\"a/b\"]` would allow it"));
        assert!(told("other").contains("`[[update.git.remotes]]` with `name = \"other\"`"));
    }

    #[test]
    fn an_address_is_one_that_git_takes_for_nothing_else() {
        let ssh = "key = \"k\"\nknown_hosts = \"h\"\n";
        for (url, more, good) in [
            ("https://example.org/x.git", "", true),
            (
                "https://example.org:8443/x.git",
                "user = \"bot\"\ncredential = { env = \"T\" }\nca_file = \"ca.pem\"",
                true,
            ),
            ("https://[::1]/x.git", "", true),
            ("https://example.org/x.git", "proxy = \"http://proxy:3128\"", true),
            ("ssh://git@example.org:22/x.git", ssh, true),
            ("file:///srv/x.git", "", true),
            ("http://example.org/x.git", "", false),
            ("git://example.org/x.git", "", false),
            ("ext::sh -c x", "", false),
            ("example.org:x.git", "", false),
            ("/srv/x.git", "", false),
            ("file://host/srv/x.git", "", false),
            ("file:///", "", false),
            ("file:///srv/../x", "", false),
            ("https://user:word@example.org/x.git", "", false),
            ("https://user@example.org/x.git", "", false),
            ("https://example.org/", "", false),
            ("https:///x.git", "", false),
            ("https://example.org:0/x.git", "", false),
            ("https://example.org:x/x.git", "", false),
            ("https://example.org/x.git?y", "", false),
            ("https://example.org/x y", "", false),
            ("ssh://-oProxyCommand=x/y", ssh, false),
            ("ssh://-x@example.org/y", ssh, false),
            ("ssh://git:word@example.org/y", ssh, false),
            ("ssh://git@example.org/x.git", "", false),
            ("ssh://git@example.org/x.git", "key = \"k\"", false),
            ("file:///srv/x.git", ssh, false),
            ("https://example.org/x.git", ssh, false),
            ("ssh://git@example.org/x.git", "key = \"k\"\nknown_hosts = \"h\"\nuser = \"x\"", false),
            ("https://example.org/x.git", "user = \"a:b\"", false),
            ("https://example.org/x.git", "credential = { env = \"T\", header = \"X\" }", false),
            ("https://example.org/x.git", "credential = {}", false),
            ("https://example.org/x.git", "proxy = \"ext::x\"", false),
            ("https://example.org/x.git", "proxy = \"http://me:word@proxy\"", false),
            ("https://example.org/x.git", "force = true", false),
        ] {
            let parsed = update(&format!("{REMOTE}url = \"{url}\"\n{more}"));
            assert_eq!(parsed.is_ok(), good, "{url} {more}: {parsed:?}");
        }
    }

    #[test]
    fn what_git_would_change_or_drop_is_no_person_and_no_glob() {
        for (line, good) in [
            ("author = { name = \"Ada\", email = \"ada@example.org\" }", true),
            ("author = { name = \"\", email = \"x\" }", false),
            ("author = { name = \"A <x>\", email = \"x\" }", false),
            ("committer = { name = \"A\", email = \"a\\nb\" }", false),
            ("committer = { name = \"A.\", email = \"a\" }", false),
            ("branches = [\"a/*\"]", true),
            ("branches = [\"a/[\"]", false),
            ("push_seconds = 0", false),
            ("push_seconds = 3601", false),
            ("signing = { format = \"ssh\", key = \"k\" }", true),
            ("signing = { format = \"x509\", key = \"k\" }", false),
            ("signing = { format = \"ssh\", key = \"\" }", false),
            ("signing = { format = \"ssh\", key = \"k\", passphrase = \"x\" }", false),
            ("force = true", false),
        ] {
            assert_eq!(update(&format!("[update.git]\n{line}")).is_ok(), good, "{line}");
        }
    }

    #[test]
    fn two_remotes_have_two_names() {
        let remote = format!("{REMOTE}url = \"https://example.org/x.git\"\n");
        let fault = update(&format!("{remote}{remote}")).unwrap_err();
        assert!(fault.contains("another remote has this name"), "{fault}");
    }

    #[test]
    fn files_are_sought_beside_the_configuration() {
        let text = format!(
            "{REMOTE}url = \"ssh://git@example.org/x\"\nkey = \"k\"\nknown_hosts = \"h\"\n[update.git.signing]\nformat = \"ssh\"\nkey = \"s\""
        );
        let git = Config::parse(&text).unwrap().beside(std::path::Path::new("/etc/x")).update.git;
        assert_eq!(git.signing.unwrap().key, "/etc/x/s");
        assert_eq!(git.remotes[0].key.as_deref(), Some("/etc/x/k"));
        assert_eq!(git.remotes[0].known_hosts.as_deref(), Some("/etc/x/h"));
    }

    #[test]
    fn there_are_two_update_paths_and_no_third() {
        for (path, good) in [("git", true), ("github", true), ("gitlab", false), ("Git", false), ("", false)]
        {
            let parsed = Config::parse(&format!("[update]\npath = \"{path}\""));
            assert_eq!(parsed.is_ok(), good, "{path}");
            let told = parsed.err().map(|error| error.to_string());
            assert!(told.is_none_or(|told| told.contains("update-unknown") && told.contains("`git` and `github`")));
        }
    }
}
