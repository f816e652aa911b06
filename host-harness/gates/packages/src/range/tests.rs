use super::*;
use crate::Ecosystem::{Cargo, Maven, Npm, NuGet, Packagist, PyPI, RubyGems};

/// Ecosystem, range, versions that meet it, versions that do not.
const CASES: &[(Ecosystem, &str, &[&str], &[&str])] = &[
    (Cargo, "1.2", &["1.2.0", "1.9.9"], &["2.0.0", "1.1.9", "1.3.0-rc.1"]),
    (Cargo, "=1.2.3", &["1.2.3", "1.2.3+build"], &["1.2.4"]),
    (Cargo, ">=1, <3", &["2.9.9"], &["3.0.0"]),
    (Cargo, "*", &["0.0.1", "1.0.0-alpha"], &[]),
    (Npm, "^1.2.3", &["1.2.3", "1.99.0"], &["2.0.0", "1.2.2", "1.3.0-beta"]),
    (Npm, "^0.2.3", &["0.2.9"], &["0.3.0"]),
    (Npm, "^0.0.3", &["0.0.3"], &["0.0.4"]),
    (Npm, "~1.2", &["1.2.9"], &["1.3.0"]),
    (Npm, "1.x || >=2.5.0 || 5.0.0 - 7.2.3", &["1.0.0", "2.5.0", "99.0.0"], &["2.4.9"]),
    (Npm, "1.2 - 2.3", &["2.3.9", "1.2.0"], &["2.4.0"]),
    (Npm, "> 1.2 <= 2", &["1.3.0", "2.9.9"], &["1.2.9", "3.0.0"]),
    (Npm, ">2.x", &["3.0.0"], &["2.9.0", "3.0.0-rc.0"]),
    (Npm, "", &["1.0.0"], &["1.0.0-beta"]),
    (Npm, "1.2.3-beta.1", &["1.2.3-beta.1"], &["1.2.3-beta.2"]),
    (Npm, "^1.2.3-beta.2", &["1.2.3-beta.4", "1.2.3"], &["1.2.4-beta.2"]),
    (Npm, ">=1.0.0-rc.0 <2", &["1.0.0-rc.0", "1.5.0"], &["2.0.0-rc.0"]),
    (PyPI, ">=1.2,<2", &["1.2", "1.9.post1", "1.2.0"], &["2.0", "2.0rc1"]),
    (PyPI, "~=2.2.1", &["2.2.9"], &["2.3", "2.2"]),
    (PyPI, "==1.1.*", &["1.1", "1.1a1", "1.1.5"], &["1.2"]),
    (PyPI, "==1.1", &["1.1.0", "1.1+local"], &["1.1.post1"]),
    (PyPI, "<2", &["1.9"], &["2.0.dev0", "2.0a1"]),
    (PyPI, "!=1.5", &["1.5.1"], &["1.5"]),
    (PyPI, ">1.7", &["1.7.1"], &["1.7.0.post1", "1.7"]),
    (PyPI, "^2.1", &["2.9"], &["3.0", "2.0"]),
    (PyPI, "^0.3.1", &["0.3.9"], &["0.4"]),
    (PyPI, "1.2.3", &["1.2.3"], &["1.2.4"]),
    (PyPI, "", &["1.0", "1.0a1"], &[]),
    (PyPI, ">=2; python_version < '3'", &["2.1"], &["1.9"]),
    (Packagist, "^1.2", &["1.2.0", "v1.9.0", "1.2.0-beta1"], &["2.0.0", "2.0.0-beta1"]),
    (Packagist, "~1.2", &["1.9.9"], &["2.0.0"]),
    (Packagist, "~1.2.3", &["1.2.9"], &["1.3.0"]),
    (Packagist, "1.0.*", &["1.0.5"], &["1.1.0"]),
    (Packagist, ">=1.0 <1.1 || >=1.2", &["1.0.4", "1.3.0"], &["1.1.0"]),
    (Packagist, "1.0 - 2.0", &["2.0.9"], &["2.1.0"]),
    (Packagist, "^0.3", &["0.3.9"], &["0.4.0"]),
    (Packagist, "^5.0|^6.0", &["5.4.2", "6.0.0"], &["7.0.0"]),
    (Packagist, "v2.3.4", &["2.3.4"], &["2.3.5"]),
    (RubyGems, "~> 2.2", &["2.2", "2.9.1"], &["3.0", "2.1"]),
    (RubyGems, "~> 2.2.0", &["2.2.9"], &["2.3.0"]),
    (RubyGems, ">= 1.0, < 3", &["2.9", "1.0"], &["3.0", "1.0.pre"]),
    (RubyGems, "= 1.2.3", &["1.2.3", "1.2.3.0"], &["1.2.4"]),
    (RubyGems, "!= 1.5", &["1.6"], &["1.5"]),
    (NuGet, "1.2", &["1.2.0", "9.0.0"], &["1.1.9", "1.2.0-beta"]),
    (NuGet, "[1.2]", &["1.2.0.0"], &["1.2.1"]),
    (NuGet, "[1.0,2.0)", &["1.9.9", "1.0"], &["2.0"]),
    (NuGet, "(,1.0]", &["1.0", "0.1"], &["1.0.1"]),
    (NuGet, "[6.0.0, )", &["6.0.0"], &["5.9.9"]),
];

#[test]
fn versions_meet_what_is_wanted_as_their_ecosystem_says() {
    for (ecosystem, wanted, inside, outside) in CASES {
        for version in *inside {
            assert_eq!(meets(*ecosystem, wanted, version), Some(true), "{ecosystem:?} `{wanted}` {version}");
        }
        for version in *outside {
            assert_eq!(meets(*ecosystem, wanted, version), Some(false), "{ecosystem:?} `{wanted}` {version}");
        }
    }
}

#[test]
fn what_can_not_be_told_is_not_told() {
    for (ecosystem, wanted, version) in [
        (Npm, "latest", "1.0.0"),
        (Npm, "https://example.com/a.tgz", "1.0.0"),
        (Packagist, "dev-master", "dev-master"),
        (Maven, "[1,2)", "1.5"),
        (PyPI, "what", "1"),
        (PyPI, ">=1+local", "2"),
        (Cargo, "1.2", "one"),
    ] {
        assert_eq!(meets(ecosystem, wanted, version), None, "{wanted}");
    }
}

#[test]
fn one_version_is_told_from_many() {
    for (ecosystem, wanted, expected) in [
        (Cargo, "=1.2.3", Some("1.2.3")),
        (Cargo, "1.2.3", None),
        (Cargo, "=1.2", None),
        (Npm, "1.2.3", Some("1.2.3")),
        (Npm, "1.2", None),
        (Npm, "latest", None),
        (PyPI, "==1.2", Some("1.2")),
        (PyPI, "==1.*", None),
        (PyPI, ">=1", None),
        (Maven, "1.2", Some("1.2")),
        (Maven, "[1.2]", Some("1.2")),
        (Maven, "1.+", None),
        (Maven, "LATEST", None),
        (NuGet, "13.0.1", Some("13.0.1")),
        (NuGet, "1.*", None),
        (RubyGems, "1.2", Some("1.2")),
        (RubyGems, "~> 1.2", None),
        (Packagist, "1.2.x", None),
        (Packagist, "v1.2.3", Some("v1.2.3")),
    ] {
        assert_eq!(exact(ecosystem, wanted), expected, "{wanted}");
    }
}
