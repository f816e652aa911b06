use std::collections::BTreeMap;

use finding::Finding;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{About, Justification, Status, purl::names};
use crate::{
    advisory::{instant, timestamp},
    hex,
};

const CONTEXT: &str = "https://openvex.dev/ns/v0.2.0";

/// Why a document can't be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VexError {
    /// It is not OpenVEX.
    #[error("can't read the OpenVEX document: {0}")]
    Malformed(String),
    /// It says less than OpenVEX asks for.
    #[error("the OpenVEX statement about `{vulnerability}` lacks {missing}")]
    Incomplete {
        /// The vulnerability.
        vulnerability: String,
        /// What is missing.
        missing: &'static str,
    },
}

/// An OpenVEX document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    #[serde(rename = "@context")]
    context: String,
    /// Its id.
    #[serde(rename = "@id")]
    pub id: String,
    /// Who says so.
    pub author: String,
    /// What they are to the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// When it was said.
    pub timestamp: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_updated: Option<String>,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tooling: Option<String>,
    /// What is said.
    pub statements: Vec<Statement>,
}

/// A statement about a vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    #[serde(rename = "@id", default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    /// What it is about.
    pub vulnerability: Vulnerability,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_updated: Option<String>,
    /// Of which products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Component>,
    /// What is said.
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    supplier: Option<String>,
    /// How that was found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_notes: Option<String>,
    /// Why the product is not affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<Justification>,
    /// Why it is not, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact_statement: Option<String>,
    /// What to do where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_statement: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action_statement_timestamp: Option<String>,
}

/// A vulnerability by its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vulnerability {
    #[serde(rename = "@id", default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Its main name.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Other names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// A product, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its id, mostly a package URL.
    #[serde(rename = "@id", default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    identifiers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    hashes: BTreeMap<String, String>,
    /// Its parts that are meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subcomponents: Vec<Component>,
}

impl Document {
    /// Reads one. It has to be valid: half a statement is none.
    pub fn read(bytes: &[u8]) -> Result<Self, VexError> {
        let malformed = |reason: &str| VexError::Malformed(reason.to_owned());
        let document: Self =
            serde_json::from_slice(bytes).map_err(|error| VexError::Malformed(error.to_string()))?;
        if !document.context.starts_with("https://openvex.dev/ns") {
            return Err(malformed("its context is not OpenVEX's"));
        }
        if document.statements.is_empty() || document.version == 0 || document.author.trim().is_empty() {
            return Err(malformed("it has no statement, version or author"));
        }
        if instant(&document.timestamp).is_none() {
            return Err(malformed("its timestamp is none"));
        }
        document.statements.iter().try_for_each(Statement::check)?;
        Ok(document)
    }

    /// Writes statements: the same ones, the same bytes.
    pub fn new(author: &str, at_ms: u64, mut statements: Vec<Statement>) -> Result<Self, VexError> {
        statements.sort();
        statements.dedup();
        if statements.is_empty() {
            return Err(VexError::Malformed("there is nothing to state".to_owned()));
        }
        statements.iter().try_for_each(Statement::check)?;
        let mut document = Self {
            context: CONTEXT.to_owned(),
            id: String::new(),
            author: author.to_owned(),
            role: None,
            timestamp: timestamp(at_ms),
            last_updated: None,
            version: 1,
            tooling: Some(concat!("code-assist ", env!("CARGO_PKG_VERSION")).to_owned()),
            statements,
        };
        document.id =
            format!("https://openvex.dev/docs/public/vex-{}", hex(&Sha256::digest(document.bytes())));
        Ok(document)
    }

    /// The document as JSON.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// When a statement of it was made.
    pub fn time_of(&self, statement: &Statement) -> u64 {
        let own = statement.last_updated.as_deref().or(statement.timestamp.as_deref());
        let whole = self.last_updated.as_deref().unwrap_or(&self.timestamp);
        own.and_then(instant).or_else(|| instant(whole)).unwrap_or(0)
    }
}

impl Statement {
    /// That a package has a vulnerability which nobody has looked into.
    pub fn new(about: &About) -> Self {
        let mut ids = about.ids.iter().cloned();
        let name = ids.next().unwrap_or_default();
        let aliases = ids.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        Self {
            id: None,
            version: None,
            vulnerability: Vulnerability { id: None, name, description: None, aliases },
            timestamp: None,
            last_updated: None,
            products: vec![Component::package(&about.purl)],
            status: Status::UnderInvestigation,
            supplier: None,
            status_notes: None,
            justification: None,
            impact_statement: None,
            action_statement: None,
            action_statement_timestamp: None,
        }
    }

    /// What a finding about a package says, with the waiver that it has: who lets a vulnerability
    /// be for a time does not say that it is not there.
    pub fn of(about: &About, finding: &Finding) -> Self {
        let mut statement = Self::new(about);
        statement.status = Status::Affected;
        statement.status_notes = Some(finding.message.clone());
        statement.action_statement = Some(match &finding.waiver {
            Some(waiver) => {
                format!("{} lets it be until {}: {}", waiver.owner, waiver.expires, waiver.reason)
            }
            None => finding.remedy.clone(),
        });
        statement
    }

    /// That it is not affected, and why.
    pub fn not_affected(mut self, justification: Option<Justification>, impact: &str) -> Self {
        self.status = Status::NotAffected;
        self.justification = justification;
        self.impact_statement = (!impact.is_empty()).then(|| impact.to_owned());
        self.action_statement = None;
        self
    }

    /// Whether this is about a package's vulnerability.
    pub fn speaks_of(&self, about: &About, products: &[String]) -> bool {
        let vulnerability = &self.vulnerability;
        let mut names = std::iter::once(&vulnerability.name).chain(&vulnerability.aliases);
        names.any(|name| about.ids.contains(name))
            && self.products.iter().any(|one| one.means(about, products))
    }

    fn check(&self) -> Result<(), VexError> {
        let lacks =
            |missing| Err(VexError::Incomplete { vulnerability: self.vulnerability.name.clone(), missing });
        if self.status == Status::NotAffected
            && self.justification.is_none()
            && self.impact_statement.is_none()
        {
            return lacks("a justification or an impact statement");
        }
        if self.status == Status::Affected && self.action_statement.is_none() {
            return lacks("an action statement");
        }
        let known = |component: &Component| component.id.is_some() || !component.identifiers.is_empty();
        let parts = self.products.iter().flat_map(|product| &product.subcomponents);
        if !self.products.iter().chain(parts).all(known) {
            return lacks("an id of a product");
        }
        let times = [&self.timestamp, &self.last_updated, &self.action_statement_timestamp];
        if times.into_iter().flatten().any(|time| instant(time).is_none()) {
            return lacks("a timestamp that is one");
        }
        Ok(())
    }
}

impl Component {
    fn package(purl: &str) -> Self {
        let identifiers = BTreeMap::from([("purl".to_owned(), purl.to_owned())]);
        Self { id: Some(purl.to_owned()), identifiers, hashes: BTreeMap::new(), subcomponents: Vec::new() }
    }

    fn is(&self, actual: &str) -> bool {
        let ids = self.id.iter().chain(self.identifiers.get("purl"));
        ids.into_iter().any(|id| names(id, actual))
    }

    /// Whether it is the package, or a product of which the package is a part that is meant.
    fn means(&self, about: &About, products: &[String]) -> bool {
        let ours = || products.iter().any(|product| self.is(product));
        match self.subcomponents.as_slice() {
            [] => self.is(&about.purl) || ours(),
            parts => ours() && parts.iter().any(|part| part.is(&about.purl)),
        }
    }
}
