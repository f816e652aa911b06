//! A path inside the repository, parsed once.

use std::sync::Arc;

use schemars::json_schema;

use crate::{closed::parsed_string, fault::Malformed, pattern::END};

/// A relative path below the repository's root: no `..`, no `.git`, no way out.
///
/// Components are separated by `/` on every system. A copy costs nothing: trees of a hundred
/// thousand files are handed about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<str>);

const PATH_BYTES_MAX: usize = 4096;
const NAME_BYTES_MAX: usize = 255;

impl RepoPath {
    /// Parses a path that a stranger wrote.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match fault_in(text) {
            None => Ok(Self(text.into())),
            Some(reason) => {
                Err(Malformed { text: text.to_owned(), expected: "a path inside the repository", reason })
            }
        }
    }

    /// The path with `/` between its components.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The components, outermost first.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The folder that holds it; `None` for an entry of the root.
    pub fn parent(&self) -> Option<RepoPath> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.into()))
    }

    /// Whether `self` is `folder` or lies beneath it.
    pub fn is_within(&self, folder: &RepoPath) -> bool {
        self.0.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The path one component deeper.
    pub fn join(&self, name: &str) -> Result<Self, Malformed> {
        Self::parse(&format!("{}/{name}", self.0))
    }
}

fn fault_in(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    if text.is_empty() {
        return Some("it is empty");
    }
    if bytes.len() > PATH_BYTES_MAX {
        return Some("it is longer than 4096 bytes");
    }
    if bytes.contains(&0) {
        return Some("it holds a NUL");
    }
    if text.contains('\\') {
        return Some("it holds a backslash; components are separated by `/`");
    }
    if text.starts_with('/') || (bytes.len() > 1 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic()) {
        return Some("it is absolute");
    }
    text.split('/').find_map(fault_in_component)
}

fn fault_in_component(name: &str) -> Option<&'static str> {
    match name {
        "" => Some("it has an empty component"),
        "." | ".." => Some("it has a `.` or `..` component"),
        _ if name.len() > NAME_BYTES_MAX => Some("a component is longer than 255 bytes"),
        _ if is_git_directory(name) => Some("it leads into `.git`"),
        _ => None,
    }
}

/// Whether some file system would take `name` for `.git`: other case, trailing
/// dots and spaces, ignorable code points, streams and short names included.
fn is_git_directory(name: &str) -> bool {
    // Most names are neither: they begin otherwise, and hold nothing that is ignorable.
    if name.is_ascii() && !name.starts_with(['.', 'g', 'G']) {
        return false;
    }
    let visible: String = name.chars().filter(|c| !is_ignorable(*c)).collect();
    let stem = visible.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']);
    stem.eq_ignore_ascii_case(".git") || stem.eq_ignore_ascii_case("git~1")
}

/// Code points that HFS+ leaves out when it compares names.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

fn pattern() -> String {
    let unseen = r"[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]*";
    let spelled =
        |letters: &[&str]| letters.iter().map(|letter| format!("{letter}{unseen}")).collect::<String>();
    let (dot_git, short) =
        (spelled(&[r"\.", "[gG]", "[iI]", "[tT]"]), spelled(&["[gG]", "[iI]", "[tT]", "~", "1"]));
    let git = format!(r"{unseen}({dot_git}|{short})([. ]{unseen})*(:|/|{END})");
    let component = r"[^/\\\u0000]{1,255}";
    format!(r"^(?![A-Za-z]:)(?!([^/]*/)*(\.\.?(/|{END})|{git})){component}(/{component})*{END}")
}

parsed_string!(
    RepoPath,
    json_schema!({
        "type": "string",
        "description": "A relative path inside the repository, components separated by `/`.",
        "minLength": 1,
        "maxLength": PATH_BYTES_MAX,
        "pattern": pattern(),
        "$comment": "Lengths are counted in bytes of UTF-8: 4096 in all, 255 in a component."
    })
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_inside_the_repository_are_taken() {
        for text in [
            "a",
            "a/b.rs",
            ".gitignore",
            ".github/workflows/ci.yml",
            "naïve café",
            "a b/c",
            ".gitx",
            "git~2",
            "..a/b..",
        ] {
            assert_eq!(RepoPath::parse(text).map(|path| path.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        let too_long = "a/".repeat(2048) + "a";
        for text in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../a",
            "a/../b",
            "./a",
            "a//b",
            "a/",
            "a\0b",
            "a\\b",
            "C:/x",
            "c:x",
            ".git",
            ".git/config",
            "a/.git/hooks/x",
            ".GIT/config",
            ".git./x",
            ".git /x",
            "GIT~1/x",
            ".g\u{200c}it/config",
            ".git::$INDEX_ALLOCATION/x",
            too_long.as_str(),
        ] {
            assert!(RepoPath::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn within_compares_whole_components() {
        let path = |text| RepoPath::parse(text).unwrap();
        assert!(path("src/a.rs").is_within(&path("src")));
        assert!(path("src").is_within(&path("src")));
        assert!(!path("src2/a.rs").is_within(&path("src")));
    }
}
