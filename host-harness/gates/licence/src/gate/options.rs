use std::collections::BTreeMap;

use finding::Severity;
use packages::PackageId;

use crate::{Expression, Term};

/// The policy for licences, and what is known besides the tree.
#[derive(Clone)]
pub struct Options {
    /// Licences that may be; where there is none, whatever isn't denied may be.
    pub allow: Vec<String>,
    /// Licences that may not be.
    pub deny: Vec<String>,
    /// Packages that may be under some licence all the same: a name, and the licence.
    pub exceptions: BTreeMap<String, String>,
    /// How grave it is that nothing tells a package's licence.
    pub unknown: Severity,
    /// What packages are under, from elsewhere: a registry's cache, vendored sources.
    pub known: BTreeMap<PackageId, String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            deny: Vec::new(),
            exceptions: BTreeMap::new(),
            unknown: Severity::Low,
            known: BTreeMap::new(),
        }
    }
}

/// A policy that names something that isn't there would silently let things pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("licence policy names `{name}`, which is no SPDX licence; write its identifier")]
pub struct OptionsError {
    /// What it names.
    pub name: String,
}

impl Options {
    pub(super) fn check(&self) -> Result<(), OptionsError> {
        let names = self.allow.iter().chain(&self.deny).chain(self.exceptions.values());
        let mut strange = names.filter(|name| Expression::parse(name).is_err());
        strange.next().map_or(Ok(()), |name| Err(OptionsError { name: name.clone() }))
    }

    pub(super) fn denies(&self, term: &Term) -> bool {
        self.deny.iter().any(|name| term.is_named(name))
    }

    pub(super) fn allows(&self, term: &Term) -> bool {
        !self.denies(term) && (self.allow.is_empty() || self.names_allowed(term))
    }

    pub(super) fn names_allowed(&self, term: &Term) -> bool {
        self.allow.iter().any(|name| term.is_named(name))
    }

    /// Whether a package may be under a licence by its own exception.
    pub(super) fn excepts(&self, name: &str, term: &Term) -> bool {
        let excepted = self.exceptions.get(name).and_then(|text| Expression::parse(text).ok());
        excepted.is_some_and(|expression| expression.terms().any(|known| known == *term))
    }
}
