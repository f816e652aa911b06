use agent_contract::RepoPath;

use crate::{Ecosystem, Origin, Requirement, draft::requirement, origin, registry::registry};

/// Reads a dependency such as `name[extra]>=1,<2; python_version < "3"` or `name @ address`.
pub(super) fn dependency(text: &str, path: &RepoPath, line: u32) -> Option<Requirement> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() || !name.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1.trim_start(),
        None => rest,
    };
    let (wanted, marker) = match rest.starts_with('@') {
        true => rest.split_once(" ;").unwrap_or((rest, "")),
        false => rest.split_once(';').unwrap_or((rest, "")),
    };
    let wanted = wanted.trim();
    let conditional = !marker.trim().is_empty();
    if let Some(address) = wanted.strip_prefix('@') {
        let found = requirement(Ecosystem::PyPI, name, "", path, line);
        return Some(Requirement { origin: address_origin(address.trim()), conditional, ..found });
    }
    let plain = wanted.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(wanted).trim();
    if !plain.is_empty() && !plain.starts_with(['=', '<', '>', '!', '~']) {
        return None;
    }
    Some(Requirement { conditional, ..requirement(Ecosystem::PyPI, name, plain, path, line) })
}

/// Where an address leads: a repository of a version control, a folder, an archive.
pub(super) fn address_origin(address: &str) -> Origin {
    if let Some(rest) = address.strip_prefix("git+") {
        let bare = rest.split('#').next().unwrap_or_default();
        let start = bare.find("://").map_or(0, |at| at + 3);
        let path = bare[start..].find('/').map_or(bare.len(), |at| start + at);
        let (url, reference) =
            bare[path..].rfind('@').map_or((bare, ""), |at| (&bare[..path + at], &bare[path + at + 1..]));
        return Origin::Git { url: origin::plain(url), commit: origin::commit(reference) };
    }
    match address.contains("://") && !address.starts_with("file:") {
        true => Origin::Url(origin::plain(address)),
        false => Origin::Local,
    }
}

/// The registry at an address.
pub(super) fn index(address: &str) -> Origin {
    // Poetry's older lock files name it so.
    match address.starts_with("http://pypi.python.org/") {
        true => Origin::Registry,
        false => registry(Ecosystem::PyPI, address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_read_as_pep_508_writes_them() {
        let path = RepoPath::parse("requirements.txt").unwrap();
        let of = |text: &str| {
            dependency(text, &path, 1).map(|found| (found.name, found.wanted, found.conditional))
        };
        let expect =
            |name: &str, wanted: &str, conditional| Some((name.to_owned(), wanted.to_owned(), conditional));
        assert_eq!(of("A.b [x,y] >= 1, <2 ; python_version<'3'"), expect("a-b", ">= 1, <2", true));
        assert_eq!(of("name"), expect("name", "", false));
        assert_eq!(of("name (==1.0)"), expect("name", "==1.0", false));
        assert_eq!(of("name @ https://h.example/a;b.whl"), expect("name", "", false));
        assert_eq!(of("not a requirement"), None);
        assert_eq!(of("[x]"), None);
    }

    #[test]
    fn addresses_lose_persons_and_keep_commits() {
        let found = address_origin("git+https://me:token@h.example/a/b.git@0123abcd#egg=b");
        let expected =
            Origin::Git { url: "https://h.example/a/b.git".to_owned(), commit: Some("0123abcd".to_owned()) };
        assert_eq!(found, expected);
    }
}
