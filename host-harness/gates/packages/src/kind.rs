use agent_contract::RepoPath;

use crate::Ecosystem::{self, Cargo, Go, Maven, Npm, NuGet, Packagist, PyPI, RubyGems};

/// What a file is, told from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    CargoManifest,
    CargoLock,
    NpmManifest,
    NpmLock,
    PnpmLock,
    PnpmWorkspace,
    YarnLock,
    BunLock,
    BunBinary,
    Requirements,
    SetupCfg,
    Pyproject,
    Pipfile,
    PipfileLock,
    PoetryLock,
    UvLock,
    PdmLock,
    GoMod,
    GoSum,
    Pom,
    GradleBuild,
    GradleProperties,
    GradleLock,
    GradleCatalogue,
    GradleVerification,
    NugetLock,
    DotnetProject,
    NugetConfig,
    NugetCentral,
    ComposerManifest,
    ComposerLock,
    Gemfile,
    GemfileLock,
    Gemspec,
}

/// Folders into which a tool puts others' packages, each in a folder of its own.
const INSTALLED: &[&str] =
    &["node_modules", "bower_components", "jspm_packages", "site-packages", "dist-packages"];

/// Whether a file is a manifest or a lock file that is read here, told from its name.
pub fn reads(path: &RepoPath) -> bool {
    kind(path).is_some()
}

/// Why a file is not read here, told from its name; none where it is.
pub fn passes_over(path: &RepoPath) -> Option<&'static str> {
    match (by_path(path), kind(path)) {
        (None, _) => Some("it is neither a manifest nor a lock file"),
        (Some(_), None) => Some("it is the manifest of an installed package, of which lock files tell"),
        (Some(_), Some(_)) => None,
    }
}

/// What a file is; none where it is neither a manifest nor a lock file, and where it is the
/// manifest of an installed package. A lock file is read wherever it lies.
pub(crate) fn kind(path: &RepoPath) -> Option<Kind> {
    by_path(path).filter(|kind| kind.is_lock() || !is_installed(path))
}

/// Whether a file came with an installed package: it lies in a folder that has a package's name,
/// in one that packages are installed into.
pub(crate) fn is_installed(path: &RepoPath) -> bool {
    let parts: Vec<&str> = path.components().collect();
    let below = |at: usize| match &parts[at + 1..] {
        [scope, name, _, ..] if scope.starts_with('@') => is_name(name),
        [name, _, ..] => is_name(name) && !name.starts_with('@'),
        _ => false,
    };
    (0..parts.len()).any(|at| INSTALLED.contains(&parts[at]) && below(at))
}

fn is_name(folder: &str) -> bool {
    !folder.starts_with('.')
}

fn by_path(path: &RepoPath) -> Option<Kind> {
    let name = name(path);
    by_name(name).or_else(|| by_ending(path, name))
}

/// The file's own name.
pub(crate) fn name(path: &RepoPath) -> &str {
    path.components().next_back().unwrap_or_default()
}

fn by_name(name: &str) -> Option<Kind> {
    Some(match name {
        "Cargo.toml" => Kind::CargoManifest,
        "Cargo.lock" => Kind::CargoLock,
        "package.json" => Kind::NpmManifest,
        "package-lock.json" | "npm-shrinkwrap.json" => Kind::NpmLock,
        "pnpm-lock.yaml" => Kind::PnpmLock,
        "pnpm-workspace.yaml" => Kind::PnpmWorkspace,
        "yarn.lock" => Kind::YarnLock,
        "bun.lock" => Kind::BunLock,
        "bun.lockb" => Kind::BunBinary,
        "setup.cfg" => Kind::SetupCfg,
        "pyproject.toml" => Kind::Pyproject,
        "Pipfile" => Kind::Pipfile,
        "Pipfile.lock" => Kind::PipfileLock,
        "poetry.lock" => Kind::PoetryLock,
        "uv.lock" => Kind::UvLock,
        "pdm.lock" => Kind::PdmLock,
        "go.mod" => Kind::GoMod,
        "go.sum" => Kind::GoSum,
        "pom.xml" => Kind::Pom,
        "build.gradle" | "build.gradle.kts" => Kind::GradleBuild,
        "gradle.properties" => Kind::GradleProperties,
        "gradle.lockfile" | "buildscript-gradle.lockfile" => Kind::GradleLock,
        "verification-metadata.xml" => Kind::GradleVerification,
        "packages.lock.json" => Kind::NugetLock,
        "packages.config" => Kind::NugetConfig,
        "Directory.Packages.props" => Kind::NugetCentral,
        "Directory.Build.props" | "Directory.Build.targets" => Kind::DotnetProject,
        "composer.json" => Kind::ComposerManifest,
        "composer.lock" => Kind::ComposerLock,
        "Gemfile" | "gems.rb" => Kind::Gemfile,
        "Gemfile.lock" | "gems.locked" => Kind::GemfileLock,
        _ => return None,
    })
}

fn by_ending(path: &RepoPath, name: &str) -> Option<Kind> {
    let (stem, ending) = name.rsplit_once('.')?;
    match ending {
        "csproj" | "fsproj" | "vbproj" => Some(Kind::DotnetProject),
        "gemspec" => Some(Kind::Gemspec),
        "lockfile" if path.as_str().contains("gradle/dependency-locks/") => Some(Kind::GradleLock),
        "txt" | "in" if is_requirements(path, stem) => Some(Kind::Requirements),
        "toml" if name.ends_with(".versions.toml") => Some(Kind::GradleCatalogue),
        _ => None,
    }
}

fn is_requirements(path: &RepoPath, stem: &str) -> bool {
    let beneath = path.parent().is_some_and(|folder| name(&folder) == "requirements");
    beneath
        || ["requirements", "constraints"].iter().any(|word| {
            stem == *word
                || [b'-', b'_', b'.'].iter().any(|separator| {
                    let bytes = stem.as_bytes();
                    stem.starts_with(word) && bytes.get(word.len()) == Some(separator)
                        || stem.ends_with(word) && bytes.get(bytes.len() - word.len() - 1) == Some(separator)
                })
        })
}

impl Kind {
    /// Where its packages are known.
    pub(crate) const fn ecosystem(self) -> Ecosystem {
        match self {
            Self::CargoManifest | Self::CargoLock => Cargo,
            Self::NpmManifest
            | Self::NpmLock
            | Self::PnpmLock
            | Self::PnpmWorkspace
            | Self::YarnLock
            | Self::BunLock
            | Self::BunBinary => Npm,
            Self::Requirements
            | Self::SetupCfg
            | Self::Pyproject
            | Self::Pipfile
            | Self::PipfileLock
            | Self::PoetryLock
            | Self::UvLock
            | Self::PdmLock => PyPI,
            Self::GoMod | Self::GoSum => Go,
            Self::Pom
            | Self::GradleBuild
            | Self::GradleProperties
            | Self::GradleLock
            | Self::GradleCatalogue
            | Self::GradleVerification => Maven,
            Self::NugetLock | Self::DotnetProject | Self::NugetConfig | Self::NugetCentral => NuGet,
            Self::ComposerManifest | Self::ComposerLock => Packagist,
            Self::Gemfile | Self::GemfileLock | Self::Gemspec => RubyGems,
        }
    }

    /// Whether it is a lock file.
    pub(crate) const fn is_lock(self) -> bool {
        matches!(
            self,
            Self::CargoLock
                | Self::NpmLock
                | Self::PnpmLock
                | Self::YarnLock
                | Self::BunLock
                | Self::BunBinary
                | Self::PipfileLock
                | Self::PoetryLock
                | Self::UvLock
                | Self::PdmLock
                | Self::GoSum
                | Self::GradleLock
                | Self::NugetLock
                | Self::ComposerLock
                | Self::GemfileLock
        )
    }

    /// Whether the tool of a manifest of this kind keeps a lock file, whatever the manifest says.
    pub(crate) const fn always_has_lock(self) -> bool {
        matches!(
            self,
            Self::CargoManifest
                | Self::NpmManifest
                | Self::Pipfile
                | Self::GoMod
                | Self::ComposerManifest
                | Self::Gemfile
        )
    }

    /// Whether a manifest of this kind has its packages in a lock file of that kind.
    pub(crate) const fn is_locked_by(self, lock: Kind) -> bool {
        match lock {
            Self::CargoLock => matches!(self, Self::CargoManifest),
            Self::NpmLock | Self::PnpmLock | Self::YarnLock | Self::BunLock | Self::BunBinary => {
                matches!(self, Self::NpmManifest)
            }
            Self::PipfileLock => matches!(self, Self::Pipfile),
            Self::PoetryLock | Self::UvLock | Self::PdmLock => matches!(self, Self::Pyproject),
            Self::GoSum => matches!(self, Self::GoMod),
            Self::GradleLock => matches!(self, Self::GradleBuild),
            Self::NugetLock => matches!(self, Self::DotnetProject),
            Self::ComposerLock => matches!(self, Self::ComposerManifest),
            Self::GemfileLock => matches!(self, Self::Gemfile | Self::Gemspec),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_names() {
        let of = |path: &str| kind(&RepoPath::parse(path).unwrap());
        for path in
            ["requirements.txt", "a/requirements-dev.txt", "dev_requirements.in", "requirements/ci.txt"]
        {
            assert_eq!(of(path), Some(Kind::Requirements), "{path}");
        }
        for (path, expected) in [
            ("node_modules/a/package-lock.json", Some(Kind::NpmLock)),
            ("node_modules/@s/a/yarn.lock", Some(Kind::YarnLock)),
            ("node_modules/package.json", Some(Kind::NpmManifest)),
            ("node_modules/@s/package.json", Some(Kind::NpmManifest)),
            ("node_modules/.a/package.json", Some(Kind::NpmManifest)),
            (".venv/requirements.txt", Some(Kind::Requirements)),
            (".tox/a/Pipfile.lock", Some(Kind::PipfileLock)),
            ("vendor/a/composer.json", Some(Kind::ComposerManifest)),
            (".venv/lib/site-packages/poetry.lock", Some(Kind::PoetryLock)),
            (".venv/lib/site-packages/a/pyproject.toml", None),
            ("node_modules/@s/a/package.json", None),
            ("node_modules/.pnpm/a@1/node_modules/a/package.json", None),
        ] {
            assert_eq!(of(path), expected, "{path}");
            assert_eq!(passes_over(&RepoPath::parse(path).unwrap()).is_none(), expected.is_some(), "{path}");
        }
        assert_eq!(of("a/b.csproj"), Some(Kind::DotnetProject));
        assert_eq!(of("gradle/libs.versions.toml"), Some(Kind::GradleCatalogue));
        for path in ["notes.txt", "node_modules/a/package.json", "src/lib.rs", "myrequirements.txt"] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}
