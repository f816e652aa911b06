//! Whether an address is that of an ecosystem's own registry, however it is spelt.

use crate::{Ecosystem, Origin, Package, origin};

/// Where each ecosystem publishes, as host and path.
const fn own(ecosystem: Ecosystem) -> &'static [&'static str] {
    match ecosystem {
        Ecosystem::Cargo => &["github.com/rust-lang/crates.io-index", "index.crates.io", "static.crates.io"],
        Ecosystem::Npm => &["registry.npmjs.org", "registry.npmjs.com", "registry.yarnpkg.com"],
        Ecosystem::PyPI => &["pypi.org", "pypi.python.org", "files.pythonhosted.org"],
        Ecosystem::Go => &["proxy.golang.org"],
        Ecosystem::Maven => &["repo.maven.apache.org/maven2", "repo1.maven.org/maven2"],
        Ecosystem::NuGet => &["api.nuget.org", "www.nuget.org", "nuget.org"],
        Ecosystem::Packagist => &["packagist.org", "repo.packagist.org"],
        Ecosystem::RubyGems => &["rubygems.org", "index.rubygems.org"],
    }
}

/// Whether an address is of the ecosystem's own registry, by whatever transport and in
/// whatever spelling.
pub fn is_own_registry(ecosystem: Ecosystem, address: &str) -> bool {
    let address = canonical(address);
    own(ecosystem).iter().any(|own| {
        let rest = address.strip_prefix(own);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Whether a package is the one that its ecosystem publishes under that name. Other registries
/// than Cargo's are mostly mirrors; Cargo has source replacement for those. What Packagist lists
/// lies in git, so that a release from there is the published one.
pub fn is_published(package: &Package) -> bool {
    let ecosystem = package.id.ecosystem;
    match &package.origin {
        Origin::Registry => true,
        Origin::OtherRegistry(url) => ecosystem != Ecosystem::Cargo || is_own_registry(ecosystem, url),
        Origin::Git { .. } if ecosystem == Ecosystem::Packagist => !is_branch(&package.id.version),
        Origin::Git { url, .. } | Origin::Url(url) => is_own_registry(ecosystem, url),
        Origin::Local => false,
    }
}

/// Whether a version of Composer is a branch.
pub(crate) fn is_branch(version: &str) -> bool {
    version.starts_with("dev-") || version.ends_with("-dev")
}

/// The registry at an address. One that anybody on the way can change stays told by its address.
pub(crate) fn registry(ecosystem: Ecosystem, address: &str) -> Origin {
    let plain = address.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://"));
    match is_own_registry(ecosystem, address) && !plain {
        true => Origin::Registry,
        false => Origin::OtherRegistry(origin::plain(address)),
    }
}

/// Host and path of an address in lower case, without what is the same with and without it.
fn canonical(address: &str) -> String {
    let address = address.trim().to_ascii_lowercase();
    let kinds = ["registry+", "sparse+", "git+", "replaced+"];
    let address = kinds.iter().find_map(|kind| address.strip_prefix(kind)).unwrap_or(&address);
    let address = origin::plain(address);
    let rest = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host =
        [":443", ":80", ":22", ":9418"].iter().find_map(|port| host.strip_suffix(port)).unwrap_or(host);
    let path: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let path = path.join("/");
    let path = path.strip_suffix(".git").unwrap_or(&path);
    let host = host.trim_end_matches('.');
    if path.is_empty() { host.to_owned() } else { format!("{host}/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_the_same_in_every_spelling() {
        for (ecosystem, address, wanted) in [
            (Ecosystem::Cargo, "registry+https://github.com/rust-lang/crates.io-index", true),
            (Ecosystem::Cargo, "https://github.com/rust-lang/crates.io-index/", true),
            (Ecosystem::Cargo, "https://GitHub.com//rust-lang/crates.io-index.git", true),
            (Ecosystem::Cargo, "git@github.com:rust-lang/crates.io-index.git", true),
            (Ecosystem::Cargo, "git+ssh://git@github.com/rust-lang/crates.io-index#abc", true),
            (Ecosystem::Cargo, "sparse+https://index.crates.io", true),
            (Ecosystem::Cargo, "sparse+https://index.crates.io:443/", true),
            (Ecosystem::Cargo, "https://index.crates.io.example/", false),
            (Ecosystem::Cargo, "https://github.com/rust-lang/crates.io-index-copy", false),
            (Ecosystem::Npm, "https://registry.npmjs.org./a/-/a-1.0.0.tgz", true),
            (Ecosystem::Npm, "http://Registry.NPMjs.org/a/-/a-1.0.0.tgz", true),
            (Ecosystem::Npm, "https://npm.example/registry.npmjs.org/a", false),
            (Ecosystem::PyPI, "https://user@pypi.org/simple/", true),
            (Ecosystem::Packagist, "https://packagist.org/downloads/", true),
            (Ecosystem::Packagist, "https://packagist.example/downloads/", false),
            (Ecosystem::RubyGems, "https://rubygems.org/", true),
            (Ecosystem::NuGet, "https://api.nuget.org/v3/index.json", true),
            (Ecosystem::Maven, "https://repo1.maven.org/maven2", true),
            (Ecosystem::Maven, "https://repo1.maven.org/other", false),
            (Ecosystem::Go, "", false),
        ] {
            assert_eq!(is_own_registry(ecosystem, address), wanted, "{ecosystem:?} {address}");
        }
    }
}
