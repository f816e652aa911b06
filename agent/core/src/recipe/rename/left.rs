//! Where a name stays because it is no identifier there.

use std::collections::BTreeSet;

use agent_contract::{RepoPath, fault::shown};

use crate::recipe::{
    answer::Found,
    bench::{Bench, Worked},
    desk::Desk,
};

const PLACES_MAX: usize = 8;

/// What a person is told of the places where the name stays: strings, comments, documents,
/// and languages that are not known here.
pub(super) fn told<D: Desk>(
    bench: &mut Bench<D>,
    name: &str,
    paths: &[RepoPath],
    found: &Found,
) -> Worked<D, Option<String>> {
    let renamed: BTreeSet<(&str, u64)> =
        found.matches.iter().map(|found| (found.path.as_str(), found.line)).collect();
    let (lines, more) = bench.lines_with(name, paths)?;
    let left = lines.iter().filter(|(path, line)| !renamed.contains(&(path.as_str(), *line)));
    let left: Vec<_> = left.map(|(path, line)| format!("{}:{line}", shown(path))).collect();
    if left.is_empty() {
        return Ok(None);
    }
    let beyond = match (left.len().saturating_sub(PLACES_MAX), more) {
        (0, false) => String::new(),
        (_, true) => " and more".to_owned(),
        (count, false) => format!(" and {count} more"),
    };
    let named = left.iter().take(PLACES_MAX).cloned().collect::<Vec<_>>().join(", ");
    Ok(Some(format!(
        "`{name}` stays where it is part of a string, a comment, a document or a longer name: {named}{beyond}"
    )))
}

/// Whether bytes hold a name as a word of its own.
pub(super) fn holds_word(bytes: &[u8], name: &str) -> bool {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii();
    memchr::memmem::find_iter(bytes, name.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !before.is_some_and(part) && !bytes.get(at + name.len()).is_some_and(part)
    })
}
