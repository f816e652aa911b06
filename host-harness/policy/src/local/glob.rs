//! A glob: `*` within a component, `**` across them.

use std::sync::OnceLock;

use globset::{GlobBuilder, GlobMatcher};

/// What makes a glob more than a text.
const SIGNS: [char; 5] = ['*', '?', '[', '{', '\\'];

/// So much is compiled without a doubt: it is done when it is first needed, where
/// nobody could be told of a fault.
const BYTES_MAX: usize = 16_384;
const DEPTH_MAX: usize = 50;

/// A glob that was found to be one.
#[derive(Debug, Clone)]
pub(super) struct Glob {
    text: String,
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    /// No sign at all: this text and no other.
    Exact,
    /// A folder and `**`: all that begins with these bytes.
    Beneath(usize),
    /// Anything else, compiled when it is first needed: a policy has a thousand of
    /// them, and a run looks at a few.
    Pattern(Box<globset::Glob>, OnceLock<Box<GlobMatcher>>),
}

/// What must stand in a text for a glob to match it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure<'a> {
    /// It is this.
    Exact(&'a str),
    /// It begins with this.
    Start(&'a str),
    /// It ends with this.
    End(&'a str),
    /// One of its components is this.
    Component(&'a str),
    /// Nothing is sure.
    Nothing,
}

impl Glob {
    /// Parses a glob.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty glob matches nothing".to_owned());
        }
        let depth = depth(text);
        if text.len() > BYTES_MAX || depth > DEPTH_MAX {
            return Err(format!(
                "a glob has at most {BYTES_MAX} bytes and {DEPTH_MAX} braces in each other, and this one has {} and {depth}",
                text.len()
            ));
        }
        let glob = GlobBuilder::new(text)
            .literal_separator(true)
            .backslash_escape(true)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { text: text.to_owned(), shape: Shape::of(text, glob) })
    }

    /// Whether it matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        match &self.shape {
            Shape::Exact => self.text == text,
            Shape::Beneath(bytes) => text.as_bytes().starts_with(&self.text.as_bytes()[..*bytes]),
            Shape::Pattern(glob, matcher) => {
                matcher.get_or_init(|| Box::new(glob.compile_matcher())).is_match(text)
            }
        }
    }

    /// The longest of what must stand in every text that it matches.
    pub(super) fn sure(&self) -> Sure<'_> {
        if matches!(self.shape, Shape::Exact) {
            return Sure::Exact(&self.text);
        }
        let found = [Sure::Start(self.start()), Sure::End(self.end()), Sure::Component(self.component())];
        let longest = found.into_iter().rev().max_by_key(|sure| sure.len());
        longest.filter(|sure| sure.len() > 0).unwrap_or(Sure::Nothing)
    }

    fn start(&self) -> &str {
        self.text.split(SIGNS).next().unwrap_or_default()
    }

    /// The `/` after `**` is not sure: `**/a` matches `a`.
    fn end(&self) -> &str {
        let after = self.text.rsplit(['*', '?', '[', ']', '{', '}', '\\']).next().unwrap_or_default();
        let before = &self.text[..self.text.len() - after.len()];
        match before.ends_with("**") {
            true => after.strip_prefix('/').unwrap_or(after),
            false => after,
        }
    }

    /// The longest component without a sign. In braces and brackets a `/` may stand for
    /// one of several, so there nothing is sure.
    fn component(&self) -> &str {
        if self.text.contains(['[', '{', '\\']) {
            return "";
        }
        let plain = self.text.split('/').filter(|part| !part.contains(['*', '?']));
        plain.max_by_key(|part| part.len()).unwrap_or_default()
    }
}

/// Several globs, of which one has to match.
#[derive(Debug, Clone, Default)]
pub struct Globs(Vec<Glob>);

impl Globs {
    /// Parses them.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        let fault = |text: &String, fault: String| format!("`{}`: {fault}", text.escape_debug());
        let parse = |text: &String| Glob::parse(text).map_err(|error| fault(text, error));
        texts.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether one of them matches.
    pub fn match_any(&self, text: &str) -> bool {
        self.0.iter().any(|glob| glob.matches(text))
    }
}

impl Shape {
    fn of(text: &str, glob: globset::Glob) -> Self {
        let folder = text.strip_suffix("/**").filter(|folder| !folder.is_empty());
        match folder {
            _ if !text.contains(SIGNS) => Self::Exact,
            Some(folder) if !folder.contains(SIGNS) => Self::Beneath(folder.len() + 1),
            _ => Self::Pattern(Box::new(glob), OnceLock::new()),
        }
    }
}

/// How many braces stand in each other at the most. Those in brackets are plain signs.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut bracket) = (0_usize, 0, None);
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        bracket = match (bracket, sign) {
            // The first sign in brackets does not close them, nor does one after `!`.
            (None, '[') => Some(0),
            (Some(0), '!' | '^') => Some(1),
            (Some(0 | 1), _) => Some(2),
            (Some(_), ']') => None,
            (bracket, _) => bracket,
        };
        match (bracket, sign) {
            (None, '\\') => drop(signs.next()),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

impl Sure<'_> {
    fn len(self) -> usize {
        match self {
            Self::Exact(text) | Self::Start(text) | Self::End(text) | Self::Component(text) => text.len(),
            Self::Nothing => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sure_of_a_glob_is_the_longest_piece_of_it() {
        for (text, sure) in [
            ("deploy/production.env", Sure::Exact("deploy/production.env")),
            ("src/pkg17/**", Sure::Start("src/pkg17/")),
            ("**/*.gen17.rs", Sure::End(".gen17.rs")),
            ("docs/*/page17.md", Sure::End("/page17.md")),
            ("**/Cargo.lock", Sure::End("Cargo.lock")),
            ("**/secret/**", Sure::Component("secret")),
            ("a/**/b?", Sure::Start("a/")),
            ("*.{rs,toml}", Sure::Nothing),
            ("{a/b,c}/deep/*", Sure::Nothing),
            ("**", Sure::Nothing),
            ("*a*", Sure::Nothing),
            ("a\\*b", Sure::Start("a")),
        ] {
            assert_eq!(Glob::parse(text).unwrap().sure(), sure, "{text}");
        }
    }

    #[test]
    fn globs_match_within_components_and_across_them() {
        for (text, yes, no) in [
            ("src/*", "src/a", "src/a/b"),
            ("src/**", "src/a/b", "src"),
            ("**/a", "a", "ba"),
            ("a/**/b", "a/b", "ab"),
            ("a\\*b", "a*b", "axb"),
            ("[!a]", "b", "a"),
            ("{a,b}/c", "b/c", "c"),
        ] {
            let glob = Glob::parse(text).unwrap();
            assert!(glob.matches(yes) && !glob.matches(no), "{text}");
        }
    }

    #[test]
    fn a_glob_that_could_not_be_compiled_is_refused() {
        let braces = |depth: usize| format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
        for text in ["", "a[", "a{b", "a}", &braces(DEPTH_MAX + 1), &"a".repeat(BYTES_MAX + 1)] {
            assert!(Glob::parse(text).is_err(), "{text}");
        }
        assert!(Glob::parse(&braces(DEPTH_MAX)).unwrap().matches("a"));
        for piece in ["?", "[!a-z]", "a**/", "{a,b}", "[{]", "[!]{]", "\u{10ffff}*"] {
            let large = Glob::parse(&piece.repeat(BYTES_MAX / piece.len())).unwrap();
            assert!(!large.matches("/"), "{piece}");
        }
    }
}
