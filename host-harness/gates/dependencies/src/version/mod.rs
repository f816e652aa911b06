//! The order of versions, each ecosystem's own. None of them fails: what a grammar does not
//! allow has a place too, because a stranger wrote it and a range has to be decided.

mod alpine;
mod debian;
mod form;
mod list;
mod maven;
mod number;
mod packagist;
mod pypi;
mod rpm;
mod rubygems;
mod semver;

use std::cmp::Ordering;

/// An order of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// semver.org's, for crates.io, npm, Go, Hex and others.
    Semver,
    /// Pub's: semver.org's, with build metadata counting.
    Pub,
    /// PEP 440.
    PyPI,
    /// Maven's.
    Maven,
    /// NuGet's.
    NuGet,
    /// Composer's, by PHP's `version_compare`.
    Packagist,
    /// RubyGems'.
    RubyGems,
    /// dpkg's.
    Debian,
    /// apk's.
    Alpine,
    /// RPM's.
    Rpm,
    /// CRAN's and Hackage's: lists of numbers.
    List,
}

impl Order {
    /// The order of an ecosystem, by its name in OSV, such as `npm` or `Debian:12`; none where
    /// the ecosystem is unknown.
    pub fn of(ecosystem: &str) -> Option<Self> {
        let (name, suffix) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
        Some(match name {
            "crates.io" | "npm" | "Go" | "Hex" | "Bitnami" | "Bioconductor" | "ConanCenter" | "GHC"
            | "Julia" | "SwiftURL" | "GitHub Actions" | "Kubernetes" | "VSCode" | "Linux" | "GSD"
            | "vcpkg" => Self::Semver,
            "Pub" => Self::Pub,
            "PyPI" => Self::PyPI,
            "Maven" => Self::Maven,
            "NuGet" => Self::NuGet,
            "Packagist" => Self::Packagist,
            "RubyGems" => Self::RubyGems,
            "Debian" | "Ubuntu" | "Echo" | "opam" => Self::Debian,
            "Alpine"
            | "Alpaquita"
            | "BellSoft Hardened Containers"
            | "Chainguard"
            | "MinimOS"
            | "Wolfi"
            | "CleanStart" => Self::Alpine,
            "AlmaLinux" | "Azure Linux" | "Mageia" | "openEuler" | "openSUSE" | "Photon OS" | "Red Hat"
            | "Rocky Linux" | "SUSE" => Self::Rpm,
            "CRAN" | "Hackage" => Self::List,
            // These repackage what others publish, and name it behind the colon.
            "Docker Hardened Images" | "Root" | "TuxCare" if !suffix.is_empty() => return Self::of(suffix),
            _ => return None,
        })
    }

    /// Whether a text has the form of a version here. What has not is given a place in the
    /// order too, but one that tells nothing.
    pub fn reads(self, version: &str) -> bool {
        match self {
            Self::Semver | Self::Pub | Self::NuGet => form::is_semver(version),
            Self::PyPI => pypi::reads(version),
            Self::RubyGems => form::is_gem(version),
            Self::Packagist => packagist::reads(version),
            Self::Maven | Self::Debian | Self::Alpine | Self::Rpm | Self::List => form::is_word(version),
        }
    }

    /// Whether a text is a version that is published today, and neither a branch nor one that is
    /// older than the ecosystem's own grammar.
    pub fn is_regular(self, version: &str) -> bool {
        match self {
            Self::PyPI => pypi::is_regular(version),
            Self::Packagist => packagist::is_regular(version),
            other => other.reads(version),
        }
    }

    /// Compares two versions.
    pub fn compare(self, a: &str, b: &str) -> Ordering {
        match self {
            Self::Semver => semver::compare(a, b),
            Self::Pub => semver::compare_pub(a, b),
            Self::PyPI => pypi::compare(a, b),
            Self::Maven => maven::compare(a, b),
            Self::NuGet => semver::compare_nuget(a, b),
            Self::Packagist => packagist::compare(a, b),
            Self::RubyGems => rubygems::compare(a, b),
            Self::Debian => debian::compare(a, b),
            Self::Alpine => alpine::compare(a, b),
            Self::Rpm => rpm::compare(a, b),
            Self::List => list::compare(a, b),
        }
    }
}

/// Compares two versions in the order of their ecosystem; in an unknown one, in semver's.
pub fn compare(ecosystem: &str, a: &str, b: &str) -> Ordering {
    Order::of(ecosystem).unwrap_or(Order::Semver).compare(a, b)
}
