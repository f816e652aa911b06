//! What a file's name says about what is in it.

/// Why a file is private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its name says that it holds secrets.
    Named,
    /// The repository ignores it, and its name says nothing.
    Ignored,
}

impl Kind {
    pub(super) fn is_named(self) -> bool {
        self == Self::Named
    }
}

/// Names of files that hold secrets, in small letters.
const NAMES: &[&str] = &[
    ".env",
    ".envrc",
    ".npmrc",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".pgpass",
    "pgpass.conf",
    ".my.cnf",
    ".htpasswd",
    ".dockercfg",
    ".git-credentials",
    ".vault-token",
    ".vault_pass",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "kubeconfig",
    "secrets.yml",
    "secrets.yaml",
    "secrets.json",
    "secrets.toml",
    "secret.yml",
    "secret.yaml",
    "secret.json",
    "service-account.json",
    "serviceaccount.json",
    "local.settings.json",
    "master.key",
];
const ENDS: &[&str] = &[
    ".env",
    ".pem",
    ".key",
    ".p12",
    ".pfx",
    ".jks",
    ".keystore",
    ".ppk",
    ".tfvars",
    ".tfvars.json",
    ".kdbx",
    ".ovpn",
];
const STARTS: &[&str] = &["credentials", "client_secret"];
/// What these endings stand behind is code that is called so, or an example.
const HARMLESS: &[&str] = &[
    ".example",
    ".sample",
    ".template",
    ".tmpl",
    ".dist",
    ".md",
    ".rs",
    ".py",
    ".js",
    ".ts",
    ".tsx",
    ".jsx",
    ".go",
    ".java",
    ".kt",
    ".rb",
    ".php",
    ".c",
    ".h",
    ".cpp",
    ".cs",
    ".swift",
    ".html",
    ".css",
    ".pub",
    ".snap",
    ".pub.pem",
    ".d.ts",
];

/// Folders that tools fill. What they hold can be had from elsewhere, and there is a lot of it.
const FILLED: &[&str] = &[
    "target",
    "node_modules",
    "bower_components",
    "dist",
    "build",
    "out",
    "bin",
    "obj",
    "vendor",
    "venv",
    ".venv",
    "__pycache__",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".cache",
    ".gradle",
    ".next",
    ".nuxt",
    ".parcel-cache",
    ".turbo",
    ".yarn",
    ".pnpm-store",
    "coverage",
    "htmlcov",
    ".nyc_output",
    "site-packages",
    "Pods",
    "DerivedData",
    ".terraform",
    ".direnv",
    "_build",
    ".eggs",
];

/// How editors and people call the copy of a file that they keep.
const BACKUPS: &[&str] = &[
    "~", ".bak", ".backup", ".swp", ".swo", ".orig", ".save", ".old", ".tmp", ".copy", "-bak", "-backup",
    "-old",
];

/// Whether a file's name says that it holds secrets, or that it is a copy of such a file.
pub(super) fn is_named(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let original = original(&name);
    // An editor puts a dot before the name, too, where there may have been none.
    says(original) || original != name && original.strip_prefix('.').is_some_and(says)
}

/// The name of the file that this one is a copy of.
fn original(name: &str) -> &str {
    let marked = name.strip_prefix('#').and_then(|name| name.strip_suffix('#')).unwrap_or(name);
    let plain = BACKUPS.iter().find_map(|end| marked.strip_suffix(end)).filter(|plain| !plain.is_empty());
    plain.map_or(marked, original)
}

fn says(name: &str) -> bool {
    if HARMLESS.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    NAMES.contains(&name)
        || name.starts_with(".env.")
        || ENDS.iter().any(|end| name.ends_with(end))
        || STARTS.iter().any(|start| name.starts_with(start))
}

/// Whether tools fill a folder of this name.
pub(super) fn is_filled(name: &str) -> bool {
    FILLED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_secrets_are_known() {
        for name in [
            ".env",
            ".ENV",
            ".env.local",
            ".env.production",
            "prod.env",
            "server.pem",
            "id_rsa",
            ".npmrc",
            "credentials",
            "credentials.json",
            ".env~",
            ".env.bak",
            "#.env#",
            ".env.swp",
            ".env.orig",
            ".env.save",
            ".env-bak",
            ".env.local.bak~",
            ".id_rsa.swp",
            "server.key.old",
        ] {
            assert!(is_named(name), "{name}");
        }
        for name in [
            ".env.example",
            ".env.sample",
            ".env.template",
            "id_rsa.pub",
            "main.rs",
            "credentials.rs",
            "environment.ts",
            "key.md",
            ".env.example~",
            "notes~",
            "~",
        ] {
            assert!(!is_named(name), "{name}");
        }
    }
}
