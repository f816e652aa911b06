//! Another version of a dependency, in every manifest that asks for it and in the lock
//! files beside them. A lock file that can't be kept right is not changed: a wrong one is
//! worse than none.

mod cargo;
mod cargo_lock;
mod edits;
mod go;
mod json;
mod npm;
mod npm_lock;
mod places;
mod python;
mod python_line;
mod requirement;
mod tables;
mod version;

use agent_contract::{RepoPath, fault::shown};

use super::{
    Kind, RecipeFault,
    bench::{Bench, Worked},
    desk::Desk,
    kind::quoted,
    primitive::{Argument, Arguments, optional, required},
};
use edits::Edits;
use places::Ecosystem;

pub(super) use version::Version;

/// Asks for another version of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bump {
    package: String,
    version: Version,
    ecosystem: Option<Ecosystem>,
    downgrade: Downgrade,
    locks: Locks,
    hashes: Hashes,
    pub paths: Vec<RepoPath>,
}

/// What becomes of a wish for an earlier version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Downgrade {
    Refused,
    Allowed,
}

/// What becomes of lock files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Locks {
    /// They are kept right, or nothing is done.
    Kept,
    /// They are left as they are.
    Left,
}

/// What lock files say of the new version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Hashes {
    checksum: Option<String>,
    integrity: Option<String>,
    resolved: Option<String>,
    go_sum: Option<String>,
    go_mod_sum: Option<String>,
}

impl Bump {
    pub const TAKES: &[Argument] = &[
        required("package", Kind::Text),
        required("version", Kind::Version),
        optional("ecosystem", Kind::Choice),
        optional("allow_downgrade", Kind::Choice),
        optional("lock", Kind::Choice),
        optional("checksum", Kind::Text),
        optional("integrity", Kind::Text),
        optional("resolved", Kind::Text),
        optional("go_sum", Kind::Text),
        optional("go_mod_sum", Kind::Text),
        optional("paths", Kind::Paths),
    ];

    pub fn of(arguments: &Arguments) -> Result<Self, RecipeFault> {
        let package = arguments.needed("package")?;
        if !is_package(&package) {
            return Err(RecipeFault::parameter(
                "package",
                format!("is `{}`, no package's name", shown(&package)),
            ));
        }
        let text = arguments.needed("version")?;
        let version = Version::parse(&text)
            .ok_or_else(|| RecipeFault::parameter("version", format!("is `{}`, no version", shown(&text))))?;
        let hashes = Hashes::of(arguments)?;
        let locks = if arguments.says("lock", "leave") { Locks::Left } else { Locks::Kept };
        if locks == Locks::Left && hashes != Hashes::default() {
            return Err(RecipeFault::new(
                "recipe-parameter-contradiction",
                "`lock` is `leave`, and a hash for the lock file is given",
            )
            .hint("leave one of the two out"));
        }
        Ok(Self {
            package,
            version,
            ecosystem: arguments.text("ecosystem").and_then(Ecosystem::named),
            downgrade: if arguments.says("allow_downgrade", "true") {
                Downgrade::Allowed
            } else {
                Downgrade::Refused
            },
            locks,
            hashes,
            paths: arguments.paths("paths"),
        })
    }

    /// Lock files above the named paths belong to them.
    pub fn reads(&self) -> Vec<RepoPath> {
        places::locks_above(&self.paths)
    }

    /// What it does.
    pub fn told(&self) -> String {
        format!("ask for `{}` {}", self.package, self.version.as_str())
    }

    pub fn work<D: Desk>(&self, bench: &mut Bench<D>) -> Worked<D> {
        let files = bench.files(&self.paths)?;
        let mut asking = Vec::new();
        for ecosystem in
            Ecosystem::ALL.into_iter().filter(|one| self.ecosystem.is_none_or(|named| named == *one))
        {
            let mut edits = Edits::default();
            for path in places::manifests(&files, ecosystem) {
                let text = bench.text(path)?;
                edits.manifest(path, text, |text, edits| ecosystem.manifest(self, path, text, edits))?;
            }
            if edits.mentions > 0 {
                asking.push((ecosystem, edits));
            }
        }
        let (ecosystem, mut edits) = self.only_one(asking)?;
        places::locks(self, bench, ecosystem, &mut edits)?;
        places::unread(self, bench, &files, ecosystem, &mut edits)?;
        Ok(edits.outcome()?)
    }

    fn only_one(&self, mut asking: Vec<(Ecosystem, Edits)>) -> Result<(Ecosystem, Edits), RecipeFault> {
        match (asking.pop(), asking.pop()) {
            (Some(one), None) => Ok(one),
            (Some((one, _)), Some((other, _))) => Err(RecipeFault::parameter(
                "ecosystem",
                format!("is missing: {} ask for `{}`", quoted(&[other.name(), one.name()]), self.package),
            )),
            (None, _) => {
                let message = format!("no manifest asks for `{}`", shown(&self.package));
                Err(RecipeFault::new("recipe-nothing-found", message).hint(
                    "manifests are Cargo.toml, package.json, pyproject.toml, requirements*.txt and go.mod",
                ))
            }
        }
    }
}

impl Hashes {
    fn of(arguments: &Arguments) -> Result<Self, RecipeFault> {
        let base64 = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
        };
        let hex =
            |text: &str| text.len() == 64 && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
        let integrity = |text: &str| {
            let rest = text.strip_prefix("sha512-").filter(|rest| rest.len() == 88);
            rest.or_else(|| text.strip_prefix("sha1-").filter(|rest| rest.len() == 28)).is_some_and(base64)
        };
        let sum = |text: &str| text.strip_prefix("h1:").is_some_and(|rest| rest.len() == 44 && base64(rest));
        let address = |text: &str| {
            let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"\\<>`".contains(&byte);
            text.starts_with("https://") && text.bytes().all(plain)
        };
        let told = |name: &str, holds: &dyn Fn(&str) -> bool, form: &str| match arguments.owned(name) {
            Some(text) if !holds(&text) => {
                Err(RecipeFault::parameter(name, format!("is `{}`, not {form}", shown(&text))))
            }
            text => Ok(text),
        };
        Ok(Self {
            checksum: told("checksum", &hex, "a SHA-256 in 64 small hexadecimal digits")?,
            integrity: told("integrity", &integrity, "`sha512-` and 88 characters of base64")?,
            resolved: told("resolved", &address, "an address that begins with `https://`")?,
            go_sum: told("go_sum", &sum, "`h1:` and 44 characters of base64")?,
            go_mod_sum: told("go_mod_sum", &sum, "`h1:` and 44 characters of base64")?,
        })
    }
}

fn is_package(name: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./@~".contains(&byte);
    name.len() <= 200
        && name.bytes().all(part)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '@' || c == '_')
}
