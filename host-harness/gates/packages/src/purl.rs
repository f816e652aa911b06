use crate::{Ecosystem, Origin, Package};

/// A package's address by the package-url specification.
pub fn purl(package: &Package) -> String {
    let kind = package.id.ecosystem.purl();
    let (space, name) = parts(package);
    let mut text = format!("pkg:{kind}/");
    for segment in space.split('/').filter(|segment| !segment.is_empty()) {
        text.push_str(&encoded(segment, ""));
        text.push('/');
    }
    text.push_str(&encoded(&name, ""));
    if !package.id.version.is_empty() {
        text.push('@');
        text.push_str(&encoded(&package.id.version, ""));
    }
    if let Some((key, value)) = qualifier(&package.origin) {
        text.push_str(&format!("?{key}={}", encoded(&value, "/")));
    }
    text
}

/// The namespace and the name, in the form that the type asks for.
fn parts(package: &Package) -> (String, String) {
    let name = package.id.name.as_str();
    let split = |at: Option<usize>| at.map_or(("", name), |at| (&name[..at], &name[at + 1..]));
    let (space, rest) = match package.id.ecosystem {
        Ecosystem::Maven => split(name.find(':')),
        Ecosystem::Npm | Ecosystem::Packagist | Ecosystem::Go => split(name.rfind('/')),
        _ => ("", name),
    };
    match package.id.ecosystem {
        Ecosystem::Npm | Ecosystem::Packagist | Ecosystem::Go => (space.to_lowercase(), lower(package, rest)),
        _ => (space.to_owned(), rest.to_owned()),
    }
}

/// Old packages of npm have capitals, and are others without them.
fn lower(package: &Package, name: &str) -> String {
    match package.id.ecosystem {
        Ecosystem::Npm => name.to_owned(),
        _ => name.to_lowercase(),
    }
}

fn qualifier(origin: &Origin) -> Option<(&'static str, String)> {
    match origin {
        Origin::Registry | Origin::Local => None,
        Origin::OtherRegistry(url) => Some(("repository_url", url.clone())),
        Origin::Url(url) => Some(("download_url", url.clone())),
        Origin::Git { url, commit } => {
            let commit = commit.as_ref().map(|commit| format!("@{commit}")).unwrap_or_default();
            Some(("vcs_url", format!("git+{url}{commit}")))
        }
    }
}

/// Percent-encoded but for letters, digits, `.-_~:` and what is allowed beside.
fn encoded(text: &str, allowed: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain =
            byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) || allowed.as_bytes().contains(&byte);
        match plain {
            true => found.push(char::from(byte)),
            false => found.push_str(&format!("%{byte:02X}")),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use agent_contract::RepoPath;

    use super::*;
    use crate::draft;

    #[test]
    fn packages_have_addresses_by_the_specification() {
        let path = RepoPath::parse("lock").unwrap();
        for (ecosystem, name, version, expected) in [
            (Ecosystem::Npm, "@angular/animation", "12.3.1", "pkg:npm/%40angular/animation@12.3.1"),
            (Ecosystem::Npm, "foobar", "12.3.1", "pkg:npm/foobar@12.3.1"),
            (Ecosystem::PyPI, "Django_package", "1.11.1.dev1", "pkg:pypi/django-package@1.11.1.dev1"),
            (Ecosystem::Cargo, "rand", "0.7.2+x", "pkg:cargo/rand@0.7.2%2Bx"),
            (
                Ecosystem::Maven,
                "org.apache.xmlgraphics:batik-anim",
                "1.9.1",
                "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1",
            ),
            (
                Ecosystem::Go,
                "github.com/BurntSushi/toml",
                "v1.0.0",
                "pkg:golang/github.com/burntsushi/toml@v1.0.0",
            ),
            (Ecosystem::Packagist, "laravel/laravel", "5.5.0", "pkg:composer/laravel/laravel@5.5.0"),
            (
                Ecosystem::NuGet,
                "EnterpriseLibrary.Common",
                "6.0.1304",
                "pkg:nuget/enterpriselibrary.common@6.0.1304",
            ),
            (
                Ecosystem::RubyGems,
                "ruby-advisory-db-check",
                "0.12.4",
                "pkg:gem/ruby-advisory-db-check@0.12.4",
            ),
        ] {
            assert_eq!(purl(&draft::package(ecosystem, name, version, &path, 1)), expected);
        }
    }

    #[test]
    fn what_is_not_of_the_registry_says_where_it_is_from() {
        let path = RepoPath::parse("lock").unwrap();
        let mut package = draft::package(Ecosystem::Cargo, "a", "1.0.0", &path, 1);
        package.origin =
            Origin::Git { url: "https://h.example/a.git".to_owned(), commit: Some("0123abcd".to_owned()) };
        assert_eq!(purl(&package), "pkg:cargo/a@1.0.0?vcs_url=git%2Bhttps://h.example/a.git%400123abcd");
        package.origin = Origin::OtherRegistry("https://r.example/?x&y=1#z".to_owned());
        assert_eq!(purl(&package), "pkg:cargo/a@1.0.0?repository_url=https://r.example/%3Fx%26y%3D1%23z");
    }
}
