use crate::{Adapter, Unsound};

macro_rules! tools {
    ($($name:literal),+ $(,)?) => {
        &[$((concat!("tools/", $name, ".toml"), include_str!(concat!("../tools/", $name, ".toml")))),+]
    };
}

const TOOLS: &[(&str, &str)] = tools![
    "actionlint",
    "ast-grep",
    "cargo-audit",
    "cargo-deny",
    "checkov",
    "detect-secrets",
    "gitleaks",
    "grype",
    "hadolint",
    "kingfisher",
    "kube-linter",
    "npm-audit",
    "osv-scanner",
    "pip-audit",
    "semgrep",
    "syft",
    "trivy",
    "trufflehog",
    "zizmor",
];

/// The tools that are known without the operator's help.
pub fn embedded() -> Result<Vec<Adapter>, Unsound> {
    TOOLS.iter().map(|(file, text)| Adapter::load(file, text)).collect()
}
