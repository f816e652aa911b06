//! What a run works on: a repository on this machine, or an address on a forge.

use schemars::{JsonSchema, Schema, json_schema};
use serde::{Deserialize, Serialize};

use crate::{
    address::{HOST_PATTERN, is_host},
    branch::BranchName,
    closed::parsed_string,
    fault::Malformed,
    limit,
    pattern::END,
};

/// The target of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = one_of_the_fields)]
pub enum Target {
    /// A folder on the Runner's machine. Only the Runner ever sees it.
    Path(LocalPath),
    /// A repository, branch, issue, pull request or discussion on a forge.
    Url(TargetUrl),
}

impl Target {
    /// The branch that the target itself names.
    pub fn branch(&self) -> Option<&BranchName> {
        match self {
            Self::Url(TargetUrl { kind: UrlKind::Branch(branch), .. }) => Some(branch),
            _ => None,
        }
    }
}

/// One object with one of its fields tells the place of a fault; a choice of objects hides it.
fn one_of_the_fields(schema: &mut Schema) {
    let choices = schema.remove("oneOf").unwrap_or_default();
    let mut fields = serde_json::Map::new();
    for choice in choices.as_array().into_iter().flatten() {
        fields.extend(choice["properties"].as_object().cloned().unwrap_or_default());
    }
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), fields.into());
    schema.insert("additionalProperties".to_owned(), false.into());
    schema.insert("minProperties".to_owned(), 1.into());
    schema.insert("maxProperties".to_owned(), 1.into());
}

/// A folder on the Runner's machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// Parses a folder's path; whether it exists is the Kernel's question.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let reason = match text {
            "" => "it is empty",
            _ if text.contains('\0') => "it holds a NUL",
            _ if text.chars().count() > limit::LOCAL_PATH_CHARS_MAX => "it is longer than 4096 characters",
            _ => return Ok(Self(text.to_owned())),
        };
        Err(Malformed { text: text.to_owned(), expected: "a folder", reason })
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

parsed_string!(
    LocalPath,
    json_schema!({
        "type": "string",
        "description": "A folder on the Runner's machine.",
        "minLength": 1,
        "maxLength": limit::LOCAL_PATH_CHARS_MAX,
        "pattern": format!("^[^\\u0000]+{END}")
    })
);

/// What on a forge the address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlKind {
    /// The repository itself.
    Repository,
    /// One of its branches.
    Branch(BranchName),
    /// An issue.
    Issue(u64),
    /// A pull request.
    PullRequest(u64),
    /// A discussion.
    Discussion(u64),
}

/// An `https` address of a repository or of something in it, parsed strictly:
/// no credentials, no port, no query, no fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetUrl {
    text: String,
    /// The forge.
    pub host: String,
    /// The owner of the repository.
    pub owner: String,
    /// The repository.
    pub repository: String,
    /// What the address names.
    pub kind: UrlKind,
}

impl TargetUrl {
    /// Parses an address that a stranger wrote.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        resolve(text).map_err(|reason| Malformed {
            text: text.to_owned(),
            expected: "the address of a repository, branch, issue, pull request or discussion",
            reason,
        })
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn resolve(text: &str) -> Result<TargetUrl, &'static str> {
    let rest = text.strip_prefix("https://").ok_or("it does not start with `https://`")?;
    if text.contains(|c: char| !c.is_ascii_graphic()) || text.contains(['?', '#', '\\', '%']) {
        return Err("it holds a space, a query, a fragment or an escaped character");
    }
    let (host, rest) = rest.split_once('/').ok_or("its path is none that is known")?;
    if host.contains('@') {
        return Err("it holds credentials, which never belong in a request");
    }
    if !is_host(host) {
        return Err("its host is not a domain name in small letters, without a port");
    }
    let parts: Vec<&str> = rest.split('/').collect();
    let (owner, repository, kind) = match parts.as_slice() {
        [owner, repository] => (owner, repository, UrlKind::Repository),
        [owner, repository, "tree", branch @ ..] if !branch.is_empty() => {
            let branch =
                BranchName::parse(&branch.join("/")).map_err(|_| "its branch is not a branch name")?;
            (owner, repository, UrlKind::Branch(branch))
        }
        [owner, repository, "issues", number] => (owner, repository, UrlKind::Issue(positive(number)?)),
        [owner, repository, "pull", number] => (owner, repository, UrlKind::PullRequest(positive(number)?)),
        [owner, repository, "discussions", number] => {
            (owner, repository, UrlKind::Discussion(positive(number)?))
        }
        _ => return Err("its path is none that is known"),
    };
    let repository = repository.strip_suffix(".git").unwrap_or(repository);
    if !is_name(owner) || !is_name(repository) {
        return Err("its owner or repository is not a name");
    }
    Ok(TargetUrl {
        text: text.to_owned(),
        host: host.to_owned(),
        owner: (*owner).to_owned(),
        repository: repository.to_owned(),
        kind,
    })
}

fn positive(text: &str) -> Result<u64, &'static str> {
    let plain = !text.starts_with('0') && text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or("its number is not a positive integer")
}

fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !text.is_empty() && text.len() <= 100 && text != "." && text != ".." && text.chars().all(allowed)
}

fn pattern() -> String {
    let name = "[A-Za-z0-9._-]{1,100}";
    let repository = format!(r"(?!\.{{0,2}}\.git(/|{END}))(?!\.{{1,2}}(/|{END}))({name}|{name}\.git)");
    // The name of a branch as `BranchName` takes it, in the characters of an address.
    let component = r#"[!"$&-)+-.0-9;->@-Z\]_-}]+"#;
    let branch = format!(
        r"(?!.{{201}})(?!-)(?!refs/)(?!(@|HEAD){END})(?!.*(\.\.|@\{{))(?!\.)(?!.*/\.)(?!.*\.(lock)?(/|{END})){component}(/{component})*"
    );
    let place = format!("(/(issues|pull|discussions)/[1-9][0-9]{{0,14}}|/tree/{branch})?");
    format!(r"^https://{HOST_PATTERN}/(?!\.{{1,2}}/){name}/{repository}{place}{END}")
}

parsed_string!(
    TargetUrl,
    json_schema!({
        "type": "string",
        "description": "The `https` address of a repository, branch, issue, pull request or discussion.",
        "pattern": pattern()
    })
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_what_they_are() {
        let cases = [
            ("https://github.com/o/r", UrlKind::Repository),
            ("https://github.com/o/r.git", UrlKind::Repository),
            (
                "https://github.com/o/r/tree/release/1.2",
                UrlKind::Branch(BranchName::parse("release/1.2").unwrap()),
            ),
            ("https://github.com/o/r/issues/7", UrlKind::Issue(7)),
            ("https://github.com/o/r/pull/7", UrlKind::PullRequest(7)),
            ("https://git.example.org/o/r/discussions/7", UrlKind::Discussion(7)),
        ];
        for (text, kind) in cases {
            let url = TargetUrl::parse(text).unwrap();
            assert_eq!((url.owner.as_str(), url.repository.as_str(), url.kind), ("o", "r", kind), "{text}");
        }
    }

    #[test]
    fn other_addresses_are_refused() {
        for text in [
            "github.com/o/r",
            "http://github.com/o/r",
            "https://github.com/o",
            "https://user:pw@github.com/o/r",
            "https://github.com/o/r?x=1",
            "https://github.com/o/r#x",
            "https://github.com:8443/o/r",
            "https://github.com/o/r/issues/0",
            "https://github.com/o/r/issues/07",
            "https://github.com/o/r/pull/1/files",
            "https://github.com/o/../r",
            "https://github.com/o/r/",
            "https://1.2.3.4/o/r",
            "ssh://git@github.com/o/r",
            "https://github.com/o/r/tree/",
            "https://github.com/o/r/tree/a..b",
            "https://GitHub.com/o/r",
            "https://-a.org/o/r",
            "https://a-.org/o/r",
            "https://github.com/o/.git",
            "https://github.com/o/...git",
            "https://github.com/o/r/tree/.a",
            "https://github.com/o/r/tree/a.lock",
            "https://github.com/o/r/issues/1000000000000000",
        ] {
            assert!(TargetUrl::parse(text).is_err(), "{text}");
        }
    }
}
