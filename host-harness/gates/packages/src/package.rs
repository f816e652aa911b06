use std::collections::BTreeSet;

use agent_contract::RepoPath;

/// Where a package is known by its name. Each has a version order of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    /// Rust's crates.io.
    Cargo,
    /// npm, for npm, pnpm and yarn.
    Npm,
    /// PyPI, for pip, Poetry, uv and the rest.
    PyPI,
    /// Go's modules.
    Go,
    /// Maven's repositories, for Maven and Gradle.
    Maven,
    /// NuGet.
    NuGet,
    /// Packagist, for Composer.
    Packagist,
    /// RubyGems.
    RubyGems,
}

impl Ecosystem {
    /// Its name in OSV.
    pub const fn osv(self) -> &'static str {
        match self {
            Self::Cargo => "crates.io",
            Self::Npm => "npm",
            Self::PyPI => "PyPI",
            Self::Go => "Go",
            Self::Maven => "Maven",
            Self::NuGet => "NuGet",
            Self::Packagist => "Packagist",
            Self::RubyGems => "RubyGems",
        }
    }

    /// Its type in a package URL.
    pub const fn purl(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
            Self::PyPI => "pypi",
            Self::Go => "golang",
            Self::Maven => "maven",
            Self::NuGet => "nuget",
            Self::Packagist => "composer",
            Self::RubyGems => "gem",
        }
    }
}

/// A package by name and version. Names are in their ecosystem's normal form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId {
    /// Where it is known.
    pub ecosystem: Ecosystem,
    /// Its name: `serde`, `@types/node`, `org.slf4j:slf4j-api`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A kind of hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashKind {
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// A hash of a package's archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash {
    /// Its kind.
    pub kind: HashKind,
    /// In lower-case hexadecimal.
    pub hex: String,
}

/// Where a package is taken from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The ecosystem's own registry.
    Registry,
    /// Another registry.
    OtherRegistry(String),
    /// A git repository, at a commit where the lock file has one.
    Git {
        /// Its address, without what identifies a person.
        url: String,
        /// The commit.
        commit: Option<String>,
    },
    /// An archive at an address.
    Url(String),
    /// The repository itself, or a folder beside it.
    Local,
}

/// How a package came into a lock file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dependence {
    /// A manifest of the repository names it.
    Direct,
    /// Another package needs it.
    Transitive,
    /// The lock file does not tell.
    Unknown,
}

/// A package in a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// What it is.
    pub id: PackageId,
    /// The lock file, or the manifest that pins it.
    pub path: RepoPath,
    /// The line in it that names it, from one.
    pub line: u32,
    /// Where it is taken from.
    pub origin: Origin,
    /// The hashes of its archive.
    pub hashes: BTreeSet<Hash>,
    /// What its lock file says of its licence.
    pub licence: Option<String>,
    /// How it came in.
    pub dependence: Dependence,
    /// Whether it is for development or tests alone.
    pub development: bool,
    /// What it needs, as far as the lock file resolves it.
    pub needs: BTreeSet<PackageId>,
}

/// What a manifest asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Where the package is known.
    pub ecosystem: Ecosystem,
    /// Its name, in normal form.
    pub name: String,
    /// What it asks for, as it is written: `^1.2`, `>=2,<3`, `*`, or nothing.
    pub wanted: String,
    /// Whether this can only be one version.
    pub exact: bool,
    /// Where it is taken from.
    pub origin: Origin,
    /// The manifest.
    pub path: RepoPath,
    /// The line, from one.
    pub line: u32,
    /// Whether it is for development or tests alone.
    pub development: bool,
    /// Whether a marker, a feature or an override rules it, so that its lock file may lack
    /// it or hold another version.
    pub conditional: bool,
}

/// A lock file of the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lock {
    /// The file.
    pub path: RepoPath,
    /// Where its packages are known.
    pub ecosystem: Ecosystem,
    /// The name and version of everything in it.
    pub holds: BTreeSet<(String, String)>,
}

/// A manifest of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The file.
    pub path: RepoPath,
    /// Where its packages are known.
    pub ecosystem: Ecosystem,
    /// The name of what it describes, where it says one.
    pub name: Option<String>,
    /// The version.
    pub version: Option<String>,
    /// The licence, as it is written.
    pub licence: Option<String>,
    /// What it asks for.
    pub requirements: Vec<Requirement>,
    /// The lock file that belongs to it.
    pub lock: Option<RepoPath>,
    /// Whether the tool that it is for keeps a lock file.
    pub lockable: bool,
}

/// Everything that the manifests and lock files of a tree say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The manifests, by path.
    pub manifests: Vec<Manifest>,
    /// The lock files that were understood, by path.
    pub locks: Vec<Lock>,
    /// The packages, by lock file and id.
    pub packages: Vec<Package>,
    /// What comes with the language itself, of which advisories tell: Go's standard library
    /// and toolchain, in the version that a `go.mod` asks for. No registry gives them out.
    pub platform: Vec<Package>,
    /// The files that were read.
    pub read: Vec<RepoPath>,
    /// Files that can't be understood, and why.
    pub broken: Vec<(RepoPath, String)>,
}
