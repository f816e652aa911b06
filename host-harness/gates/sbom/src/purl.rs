//! From package URLs to packages.

use packages::{Ecosystem, PackageId};

/// The package that a package URL names; none where its kind is not known here. What stands
/// behind `?` and `#` is left out.
pub(crate) fn read(purl: &str) -> Option<PackageId> {
    let rest = purl.strip_prefix("pkg:")?.trim_start_matches('/');
    let rest = rest.split(['?', '#']).next()?;
    let (kind, rest) = rest.split_once('/')?;
    let ecosystem = ECOSYSTEMS.into_iter().find(|known| known.purl().eq_ignore_ascii_case(kind))?;
    let (name, version) = rest.rsplit_once('@').filter(|(name, _)| !name.is_empty())?;
    let name = decoded(name);
    let name = match ecosystem {
        Ecosystem::Maven => name.rsplit_once('/').map(|(group, name)| format!("{group}:{name}"))?,
        Ecosystem::PyPI => name.to_ascii_lowercase().replace(['_', '.'], "-"),
        _ => name,
    };
    Some(PackageId { ecosystem, name, version: decoded(version) })
}

const ECOSYSTEMS: [Ecosystem; 8] = [
    Ecosystem::Cargo,
    Ecosystem::Npm,
    Ecosystem::PyPI,
    Ecosystem::Go,
    Ecosystem::Maven,
    Ecosystem::NuGet,
    Ecosystem::Packagist,
    Ecosystem::RubyGems,
];

fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let value = hex.filter(|_| *byte == b'%').and_then(|two| u8::from_str_radix(two, 16).ok());
        out.push(value.unwrap_or(*byte));
        rest = if value.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ecosystem_is_read() {
        for (ecosystem, name, version, wanted) in [
            (Ecosystem::Cargo, "serde", "1.0.0", "pkg:cargo/serde@1.0.0"),
            (Ecosystem::Npm, "@types/node", "1.0.0", "pkg:npm/%40types/node@1.0.0"),
            (Ecosystem::PyPI, "typing-extensions", "4.0+x", "pkg:pypi/typing-extensions@4.0%2Bx"),
            (Ecosystem::Go, "github.com/a/b", "v1.2.3", "pkg:golang/github.com/a/b@v1.2.3"),
            (Ecosystem::Maven, "org.slf4j:slf4j-api", "2.0", "pkg:maven/org.slf4j/slf4j-api@2.0"),
            (Ecosystem::Packagist, "symfony/yaml", "6.0", "pkg:composer/symfony/yaml@6.0"),
        ] {
            let id = PackageId { ecosystem, name: name.to_owned(), version: version.to_owned() };
            assert_eq!(read(wanted), Some(id));
        }
    }

    #[test]
    fn what_is_no_package_url_is_none() {
        for text in ["", "pkg:", "pkg:npm/x", "pkg:rpm/x@1", "npm/x@1", "pkg:maven/x@1", "pkg:npm/%4"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
