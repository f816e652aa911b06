//! OpenVEX: who says that a vulnerability does not concern a product, and why.
//!
//! A document has no power by lying in a tree: who runs the gate hands over those that count.

mod document;
mod purl;
mod statements;

use serde::{Deserialize, Serialize};

pub use document::{Component, Document, Statement, VexError, Vulnerability};
pub use statements::{Settled, Statements, write};

/// What is said of a vulnerability in a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It does not concern it.
    NotAffected,
    /// It does.
    Affected,
    /// It did, and no longer does.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
}

/// Why a product is not affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Justification {
    /// The component is not there.
    ComponentNotPresent,
    /// The code in question is not there.
    VulnerableCodeNotPresent,
    /// The code in question is never run.
    VulnerableCodeNotInExecutePath,
    /// Nobody can make it do harm.
    VulnerableCodeCannotBeControlledByAdversary,
    /// Something else stands before it.
    InlineMitigationsAlreadyExist,
}

impl Justification {
    /// Its name in OpenVEX.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ComponentNotPresent => "component_not_present",
            Self::VulnerableCodeNotPresent => "vulnerable_code_not_present",
            Self::VulnerableCodeNotInExecutePath => "vulnerable_code_not_in_execute_path",
            Self::VulnerableCodeCannotBeControlledByAdversary => {
                "vulnerable_code_cannot_be_controlled_by_adversary"
            }
            Self::InlineMitigationsAlreadyExist => "inline_mitigations_already_exist",
        }
    }
}

/// A package with a vulnerability, as a statement may name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The advisory's id, and those that others gave it.
    pub ids: Vec<String>,
    /// The package, as a package URL with its version.
    pub purl: String,
}

/// What the last of the documents' statements up to now says of a package's vulnerability.
/// `products` are the package URLs of what is being judged itself, of which the package is a part.
pub fn answer<'d>(
    about: &About,
    products: &[String],
    documents: &'d [Document],
    now_ms: u64,
) -> Option<&'d Statement> {
    last(about, products, documents, now_ms).map(|(_, statement)| statement)
}

/// The last statement, with the document that it stands in.
fn last<'d>(
    about: &About,
    products: &[String],
    documents: &'d [Document],
    now_ms: u64,
) -> Option<(&'d Document, &'d Statement)> {
    let all = documents
        .iter()
        .flat_map(|document| document.statements.iter().map(move |statement| (document, statement)));
    all.filter(|(_, statement)| statement.speaks_of(about, products))
        .filter(|(document, statement)| document.time_of(statement) <= now_ms)
        .max_by_key(|(document, statement)| document.time_of(statement))
}

impl Status {
    /// Whether the vulnerability needs no mending.
    pub fn settles(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}
