//! OpenVEX: who says that a vulnerability does not concern a product, and why.
//!
//! A document has no power by lying in a tree: who runs the gate hands over those that count.

mod document;
mod purl;

use serde::{Deserialize, Serialize};

pub use document::{Component, Document, Statement, VexError, Vulnerability};

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

/// A package with a vulnerability, as a statement may name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The advisory's id, and those that others gave it.
    pub ids: Vec<String>,
    /// The package, as a package URL with its version.
    pub purl: String,
}

/// What the last of the documents' statements says of a package's vulnerability. `products` are
/// the package URLs of what is being judged itself, of which the package is a part.
pub fn answer<'d>(about: &About, products: &[String], documents: &'d [Document]) -> Option<&'d Statement> {
    let mut last: Option<(u64, &Statement)> = None;
    for document in documents {
        for statement in document.statements.iter().filter(|statement| statement.speaks_of(about, products)) {
            let time = document.time_of(statement);
            if last.is_none_or(|(latest, _)| time >= latest) {
                last = Some((time, statement));
            }
        }
    }
    last.map(|(_, statement)| statement)
}

impl Status {
    /// Whether the vulnerability needs no mending.
    pub fn settles(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}
