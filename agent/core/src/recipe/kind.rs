//! What a parameter may say.

use agent_contract::{RepoPath, fault::shown};
use serde::Deserialize;

use super::{bump::Version, header::is_licence};

const IDENTIFIER_CHARS_MAX: usize = 200;

/// The kind of a parameter. Each is checked before anything is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Any text.
    Text,
    /// A name in a program.
    Identifier,
    /// A path inside the repository.
    Path,
    /// Paths inside the repository, with commas between them.
    Paths,
    /// The version of a package.
    Version,
    /// One of the choices of the parameter.
    Choice,
    /// A licence by its SPDX identifier.
    Licence,
    /// A year, or the first and the last.
    Year,
}

impl Kind {
    /// What a person is told of it.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Identifier => "a name in a program: letters, digits and `_`, no digit first",
            Self::Path => "a path inside the repository",
            Self::Paths => "paths inside the repository, with commas between them",
            Self::Version => "a version such as `1.0.228`",
            Self::Choice => "one of its choices",
            Self::Licence => {
                "a licence by its SPDX identifier, such as `MIT` or `Apache-2.0 OR MIT`, or `LicenseRef-NAME` for one's own"
            }
            Self::Year => "a year such as `2026`, or two such as `2020-2026`",
        }
    }

    /// What is wrong with a text in this place; `None` when nothing is.
    pub(super) fn fault_in(self, text: &str, choices: &[String]) -> Option<String> {
        let holds = match self {
            Self::Text => !text.trim().is_empty() && !text.contains('\0'),
            Self::Identifier => is_identifier(text),
            Self::Path => path(text).is_some(),
            Self::Paths => paths(text).is_some_and(|paths| !paths.is_empty()),
            Self::Version => Version::parse(text).is_some(),
            Self::Choice => choices.iter().any(|choice| choice == text),
            Self::Licence => is_licence(text),
            Self::Year => is_year(text),
        };
        match (holds, self) {
            (true, _) => None,
            (false, Self::Choice) => Some(format!("is `{}`, not one of {}", shown(text), quoted(choices))),
            (false, _) => Some(format!("is `{}`, not {}", shown(text), self.expected())),
        }
    }
}

/// Names in backticks, with commas between them.
pub(super) fn quoted<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// A path as a person writes it: `./` before and `/` behind say nothing.
pub(super) fn path(text: &str) -> Option<RepoPath> {
    let text = text.trim();
    let text = text.strip_prefix("./").unwrap_or(text);
    RepoPath::parse(text.strip_suffix('/').unwrap_or(text)).ok()
}

/// Paths as a person writes them; `None` when one of them is none.
pub(super) fn paths(text: &str) -> Option<Vec<RepoPath>> {
    text.split(',').map(path).collect()
}

fn is_identifier(text: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let first = text.chars().next().is_some_and(|c| part(c) && !c.is_numeric());
    first && text != "_" && text.chars().all(part) && text.chars().nth(IDENTIFIER_CHARS_MAX).is_none()
}

fn is_year(text: &str) -> bool {
    let year = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('-') {
        Some((first, last)) => year(first) && year(last) && first <= last,
        None => year(text),
    }
}
