//! What tools write, each read by a function of its own: everything that it reports, or a fault.

use finding::sarif::{Document, Fault, Node};
use serde::Deserialize;

use crate::parsed::{Context, Parsed};

mod audit;
mod code;
mod common;
mod lint;
mod rust;
mod scan;
mod secrets;

/// What a report is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    Sarif,
    Cyclonedx,
    Gitleaks,
    Trufflehog,
    Kingfisher,
    DetectSecrets,
    OsvScanner,
    CargoAudit,
    CargoDeny,
    NpmAudit,
    PipAudit,
    Trivy,
    Grype,
    Semgrep,
    AstGrep,
    Hadolint,
    Checkov,
    KubeLinter,
    Zizmor,
    Actionlint,
}

type Read = fn(&Node, &Context) -> Result<Parsed, Fault>;

impl Format {
    /// Reads a whole output.
    pub fn parse(self, output: &[u8], context: &Context) -> Result<Parsed, Fault> {
        let read: Read = match self {
            Self::Sarif => return common::sarif(output, context),
            Self::CargoDeny => return rust::deny(output, context),
            Self::Trufflehog => return secrets::trufflehog(output, context),
            Self::Cyclonedx => common::cyclonedx,
            Self::Gitleaks => secrets::gitleaks,
            Self::Kingfisher => secrets::kingfisher,
            Self::DetectSecrets => secrets::detect_secrets,
            Self::OsvScanner => audit::osv,
            Self::CargoAudit => rust::audit,
            Self::NpmAudit => audit::npm,
            Self::PipAudit => audit::pip,
            Self::Trivy => scan::trivy,
            Self::Grype => scan::grype,
            Self::Semgrep => code::semgrep,
            Self::AstGrep => code::ast_grep,
            Self::Hadolint => lint::hadolint,
            Self::Checkov => lint::checkov,
            Self::KubeLinter => lint::kube_linter,
            Self::Zizmor => lint::zizmor,
            Self::Actionlint => lint::actionlint,
        };
        let document = Document::parse(output)?;
        read(&document.root(), context)
    }
}

/// A document on each line. A last line without its end is half a document.
fn lines(output: &[u8]) -> Result<Vec<Document>, Fault> {
    let output = output.trim_ascii();
    let lines = output.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.map(Document::parse).collect()
}

/// Texts one after another, with `, ` between.
fn joined(nodes: &[Node]) -> Result<String, Fault> {
    Ok(nodes.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?.join(", "))
}

/// What is known of a vulnerable package, as one sentence.
fn vulnerable(package: &str, version: &str, id: &str, title: &str) -> String {
    let title = title.lines().next().unwrap_or_default().trim();
    let colon = if title.is_empty() { "" } else { ": " };
    format!("`{package}` {version} has `{id}`{colon}{title}")
}

/// The remedy for a vulnerable package.
fn update(package: &str, fixed: &str) -> Option<String> {
    (!fixed.is_empty()).then(|| format!("update `{package}` to {fixed}"))
}

/// Package and advisory: what a finding is about wherever the manifest says it.
fn subject(package: &str, version: &str, id: &str) -> Vec<u8> {
    format!("{package}\0{version}\0{id}").into_bytes()
}
