use crate::{Ecosystem, Origin, origin, registry::is_own_registry};

/// What a specification in a manifest comes to: the package's own name where it is an alias,
/// the range, and the origin.
pub(super) struct Source {
    pub(super) name: Option<String>,
    pub(super) wanted: String,
    pub(super) origin: Origin,
}

/// Reads a specification.
pub(super) fn specification(text: &str) -> Source {
    let text = text.trim();
    let plain = |origin: Origin, wanted: &str| Source { name: None, wanted: wanted.to_owned(), origin };
    if let Some(alias) = text.strip_prefix("npm:") {
        return match alias.char_indices().skip(1).find(|(_, c)| *c == '@') {
            Some((at, _)) => {
                let (name, wanted) = (alias[..at].to_owned(), alias[at + 1..].to_owned());
                Source { name: Some(name), wanted, origin: Origin::Registry }
            }
            // `npm:^1` of berry is a range, `npm:name` is an alias.
            None if alias.starts_with(|c: char| c.is_ascii_alphabetic() || c == '@') => {
                Source { name: Some(alias.to_owned()), wanted: String::new(), origin: Origin::Registry }
            }
            None => plain(Origin::Registry, alias),
        };
    }
    let local = ["file:", "link:", "portal:", "workspace:", "./", "../", "~/", "/"];
    if local.iter().any(|start| text.starts_with(start)) {
        return plain(Origin::Local, text);
    }
    if let Some(found) = git(text) {
        return plain(found, &without_person(text));
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        let url = origin::plain(text);
        return plain(Origin::Url(url.clone()), &url);
    }
    plain(Origin::Registry, text)
}

fn without_person(text: &str) -> String {
    let (address, fragment) =
        text.split_once('#').map_or((text, None), |(address, rest)| (address, Some(rest)));
    let plain = origin::plain(address);
    fragment.map_or(plain.clone(), |fragment| format!("{plain}#{fragment}"))
}

fn git(text: &str) -> Option<Origin> {
    let starts = ["git+", "git://", "ssh://", "git@"];
    let address = text.split('#').next().unwrap_or_default();
    if starts.iter().any(|start| text.starts_with(start))
        || address.starts_with("http") && address.ends_with(".git")
    {
        return Some(origin::git(text));
    }
    for (start, host) in
        [("github:", "github.com"), ("gitlab:", "gitlab.com"), ("bitbucket:", "bitbucket.org")]
    {
        if let Some(rest) = text.strip_prefix(start) {
            return Some(origin::git(&format!("https://{host}/{rest}")));
        }
    }
    let mut parts = address.split('/');
    let two = parts.next().is_some_and(|owner| {
        !owner.is_empty() && !owner.starts_with('@') && !owner.contains([':', ' ', '<', '>'])
    }) && parts.next().is_some_and(|name| !name.is_empty() && !name.contains(' '))
        && parts.next().is_none();
    two.then(|| origin::git(&format!("https://github.com/{text}")))
}

/// Where an archive comes from that a lock file says was resolved.
pub(super) fn resolved(text: &str) -> Origin {
    if text.starts_with("file:") || text.starts_with("link:") {
        return Origin::Local;
    }
    if let Some(found) = git(text) {
        return found;
    }
    let url = origin::plain(text);
    let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if is_own_registry(Ecosystem::Npm, &url) {
        return Origin::Registry;
    }
    if host == "codeload.github.com" {
        return codeload(&url).unwrap_or(Origin::Url(url));
    }
    match url.split_once("/-/") {
        // The name stands between the registry and its archives.
        Some((before, _)) => Origin::OtherRegistry(registry(before)),
        None if host.is_empty() => Origin::Local,
        None => Origin::Url(url),
    }
}

fn registry(before: &str) -> String {
    let (above, _) = before.rsplit_once('/').unwrap_or((before, ""));
    match above.rsplit_once('/') {
        Some((top, scope)) if scope.starts_with('@') => top.to_owned(),
        _ => above.to_owned(),
    }
}

/// `https://codeload.github.com/owner/name/tar.gz/commit`.
fn codeload(url: &str) -> Option<Origin> {
    let mut parts = url.strip_prefix("https://codeload.github.com/")?.split('/');
    let (owner, name, _, commit) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(Origin::Git { url: format!("https://github.com/{owner}/{name}"), commit: origin::commit(commit) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_tells_where_a_package_is_taken_from() {
        let of = |text: &str| {
            let found = specification(text);
            (found.name, found.wanted, found.origin)
        };
        assert_eq!(of("^1.2"), (None, "^1.2".to_owned(), Origin::Registry));
        assert_eq!(of("npm:@a/b@^2").0.as_deref(), Some("@a/b"));
        assert_eq!(of("npm:^2"), (None, "^2".to_owned(), Origin::Registry));
        assert_eq!(of("workspace:*").2, Origin::Local);
        let git = |url: &str, commit: Option<&str>| Origin::Git {
            url: url.to_owned(),
            commit: commit.map(str::to_owned),
        };
        assert_eq!(of("a/b#main").2, git("https://github.com/a/b", None));
        assert_eq!(
            of("git+ssh://git@github.com/a/b.git#0123abcd").2,
            git("ssh://github.com/a/b.git", Some("0123abcd"))
        );
        assert_eq!(of("https://u:p@h.example/a.tgz").2, Origin::Url("https://h.example/a.tgz".to_owned()));
    }

    #[test]
    fn an_archive_tells_its_registry() {
        let other = |url: &str| Origin::OtherRegistry(url.to_owned());
        assert_eq!(resolved("https://registry.npmjs.org/a/-/a-1.0.0.tgz"), Origin::Registry);
        assert_eq!(resolved("https://npm.example/x/a/-/a-1.0.0.tgz"), other("https://npm.example/x"));
        assert_eq!(resolved("https://npm.example/@s/a/-/a-1.0.0.tgz"), other("https://npm.example"));
    }
}
