use agent_contract::RepoPath;

use crate::{Dependence, Ecosystem, Package, draft::package};

/// What Go's vulnerability database calls what comes with Go itself.
const NAMES: [&str; 2] = ["stdlib", "toolchain"];

/// The Go that a `go.mod` asks for: the higher of what its `go` and `toolchain` lines say.
#[derive(Debug, Default)]
pub(super) struct Language(Option<(String, u32)>);

impl Language {
    /// Takes a `go` or `toolchain` line; `toolchain default` says nothing.
    pub(super) fn take(&mut self, text: &str, line: u32) {
        let Some(version) = version(text) else { return };
        if self
            .0
            .as_ref()
            .is_none_or(|(before, _)| super::order(&whole(before)) < super::order(&whole(&version)))
        {
            self.0 = Some((version, line));
        }
    }

    /// The standard library and the tools, as packages.
    pub(super) fn packages(&self, path: &RepoPath) -> Vec<Package> {
        let Some((version, line)) = &self.0 else { return Vec::new() };
        let one = |name: &str| Package {
            dependence: Dependence::Direct,
            ..package(Ecosystem::Go, name, version, path, *line)
        };
        NAMES.map(one).into()
    }
}

/// A version of Go as semver has it: `1.22`, `1.22.1`, `1.23.0-rc.2` for `go1.23rc2`.
fn version(text: &str) -> Option<String> {
    let text = text.strip_prefix("go").unwrap_or(text);
    // A toolchain may have a name of its own behind its version.
    let text = text.split(['-', '+']).next()?;
    let numbers = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (numbers, early) = text.split_at(numbers);
    let sound = numbers.split('.').all(|part| part.parse::<u32>().is_ok());
    let word = ["alpha", "beta", "rc"].iter().find_map(|word| Some((*word, early.strip_prefix(word)?)));
    match (sound, word) {
        (true, None) if early.is_empty() => Some(numbers.to_owned()),
        (true, Some((word, count))) => Some(format!("{}-{word}.{count}", whole(numbers))),
        _ => None,
    }
}

/// With all three numbers.
fn whole(version: &str) -> String {
    match version.split('.').count() {
        _ if version.contains('-') => version.to_owned(),
        1 => format!("{version}.0.0"),
        2 => format!("{version}.0"),
        _ => version.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_of_both_lines_counts() {
        for (lines, wanted) in [
            (&["1.22"][..], Some(("1.22", 1))),
            (&["1.21", "go1.22.4"], Some(("1.22.4", 2))),
            (&["1.22.4", "go1.21.9"], Some(("1.22.4", 1))),
            (&["1.22.4", "default"], Some(("1.22.4", 1))),
            (&["1.21", "go1.23rc2-custom"], Some(("1.23.0-rc.2", 2))),
            (&["go1.9.7-fork"], Some(("1.9.7", 1))),
            (&["local"], None),
        ] {
            let mut language = Language::default();
            for (number, line) in (1..).zip(lines) {
                language.take(line, number);
            }
            assert_eq!(
                language.0.as_ref().map(|(version, line)| (version.as_str(), *line)),
                wanted,
                "{lines:?}"
            );
        }
    }
}
