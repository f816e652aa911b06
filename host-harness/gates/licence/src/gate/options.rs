use std::collections::BTreeMap;

use finding::{Found, Severity};
use packages::PackageId;

use crate::{Expression, Term};

/// The policy for licences, and what is known besides the tree.
#[derive(Clone, Default)]
pub struct Options {
    /// Licences that may be; where there is none, whatever isn't denied may be.
    pub allow: Vec<String>,
    /// Licences that may not be.
    pub deny: Vec<String>,
    /// Packages that may be under some licence all the same: a name, and the licence.
    pub exceptions: BTreeMap<String, String>,
    /// How grave it is that nothing tells a package's licence. Where nobody says, it is low,
    /// and high where there is an allow list: what is not known is not on it.
    pub unknown: Option<Severity>,
    /// What packages are under, from elsewhere: a registry's cache, vendored sources.
    pub known: BTreeMap<PackageId, String>,
}

/// A policy that names something that isn't there would silently let things pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "licence policy names `{name}` in `{list}`, which is not one SPDX licence\nhint: write the identifier of one, such as `Apache-2.0`"
)]
pub struct OptionsError {
    /// What it names.
    pub name: String,
    /// Where.
    pub list: &'static str,
}

impl Options {
    /// Whether everything that the policy names is there. Lists name single licences; an
    /// exception may be any expression.
    pub fn check(&self) -> Result<(), OptionsError> {
        let single = |name: &&String| !is_single(name);
        let strange = |list, name: Option<&String>| {
            name.map_or(Ok(()), |name| Err(OptionsError { name: name.clone(), list }))
        };
        strange("allow", self.allow.iter().find(single))?;
        strange("deny", self.deny.iter().find(single))?;
        strange("exceptions", self.exceptions.values().find(|name| Expression::parse(name).is_err()))
    }

    /// How grave it is that nothing tells a licence.
    pub(super) fn weight_of_unknown(&self) -> Severity {
        self.unknown.unwrap_or(if self.allow.is_empty() { Severity::Low } else { Severity::High })
    }

    /// A finding about a licence that is not known, as grave as an allow list makes it.
    pub(super) fn weighed(&self, mut found: Found) -> Found {
        if self.unknown.is_none() && !self.allow.is_empty() {
            found.severity = found.severity.max(Severity::High);
        }
        found
    }

    /// Whether a licence is denied: by its name, or with an exception where its licence alone is,
    /// unless the allow list names just this one.
    pub(super) fn denies(&self, term: &Term) -> bool {
        let denied = |term: &Term| self.deny.iter().any(|name| term.is_named(name));
        let bare = || term.without_exception().is_some_and(|bare| denied(&bare));
        denied(term) || (!self.names_allowed(term) && bare())
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

/// Whether a name is matched by some licence at all: expressions of several never are.
fn is_single(name: &str) -> bool {
    let Ok(expression) = Expression::parse(name) else { return false };
    let mut terms = expression.terms();
    matches!((terms.next(), terms.next()), (Some(term), None) if term.is_named(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_does_not_lift_a_denial_unless_it_is_allowed_by_name() {
        let softened = "GPL-3.0-only WITH Classpath-exception-2.0";
        for (deny, allow, said, denied) in [
            ("GPL-3.0", None, softened, true),
            ("GPL-3.0-only", None, softened, true),
            ("GPL-3.0", Some(softened), softened, false),
            ("GPL-3.0", Some("GPL-3.0"), softened, true),
            (softened, Some(softened), softened, true),
            (softened, None, "GPL-3.0-only", false),
            ("GPL-2.0", None, softened, false),
            ("GPL-2.0", None, "GPL-2.0-with-classpath-exception", true),
        ] {
            let allow = allow.map(str::to_owned).into_iter().collect();
            let options = Options { allow, deny: vec![deny.to_owned()], ..Options::default() };
            let term = Expression::parse(said).expect("an expression").terms().next().expect("a term");
            assert_eq!(options.denies(&term), denied, "{deny} {said}");
        }
    }

    #[test]
    fn a_list_that_names_no_single_licence_is_refused() {
        for (name, sound) in [
            ("MIT", true),
            ("GPL-3.0", true),
            ("GPL-3.0-only", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("LicenseRef-Ours", true),
            ("nonsense", false),
            ("", false),
            ("MIT OR Apache-2.0", false),
            ("mit", false),
        ] {
            let allow = Options { allow: vec![name.to_owned()], ..Options::default() };
            let deny = Options { deny: vec![name.to_owned()], ..Options::default() };
            assert_eq!((allow.check().is_ok(), deny.check().is_ok()), (sound, sound), "{name}");
        }
    }
}
