use std::fmt;

use spdx::{
    LicenseItem, LicenseReq, ParseMode,
    expression::{ExprNode, Operator},
};

/// An SPDX expression.
#[derive(Debug, Clone)]
pub struct Expression {
    parsed: spdx::Expression,
}

/// Why a text is no SPDX expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no SPDX expression: {reason}")]
pub struct Malformed {
    /// The text.
    pub text: String,
    /// Why.
    pub reason: String,
}

/// One licence of an expression.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// Its identifier, with `-only` and `-or-later` where GNU has them.
    pub id: String,
    /// Whether later versions may be taken too.
    pub or_later: bool,
    /// The exception that softens it.
    pub exception: Option<String>,
}

/// Longer texts are no expressions; nobody writes one.
const BYTES_MAX: usize = 4096;

/// Identifiers as SPDX has them, deprecated ones too, since manifests are full of those.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: false,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

impl Expression {
    /// Parses what a stranger wrote.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let failed = |reason: String| Malformed { text: text.chars().take(80).collect(), reason };
        if text.len() > BYTES_MAX {
            return Err(failed(format!("longer than {BYTES_MAX} bytes")));
        }
        let parsed = spdx::Expression::parse_mode(text.trim(), MODE);
        parsed.map(|parsed| Self { parsed }).map_err(|error| failed(error.reason.to_string()))
    }

    /// Its licences, in the order in which they are written.
    pub fn terms(&self) -> impl Iterator<Item = Term> + '_ {
        self.parsed.requirements().map(|held| Term::of(&held.req))
    }

    /// Whether it can be met with terms that may be taken.
    pub fn is_met(&self, mut may: impl FnMut(&Term) -> bool) -> bool {
        self.parsed.evaluate(|held| may(&Term::of(held)))
    }

    /// It with the names that SPDX has now, and with the brackets that it needs.
    fn plain(&self) -> String {
        let mut stack: Vec<(String, Option<Operator>)> = Vec::new();
        for node in self.parsed.iter() {
            let ExprNode::Op(operator) = node else {
                stack.extend(Self::term_of(node).map(|term| (term.to_string(), None)));
                continue;
            };
            let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else { continue };
            let sign = if *operator == Operator::And { "AND" } else { "OR" };
            let side = |(text, inner): (String, Option<Operator>)| match inner {
                Some(Operator::Or) if *operator == Operator::And => format!("({text})"),
                _ => text,
            };
            stack.push((format!("{} {sign} {}", side(left), side(right)), Some(*operator)));
        }
        stack.pop().map(|(text, _)| text).unwrap_or_default()
    }

    fn term_of(node: &ExprNode) -> Option<Term> {
        match node {
            ExprNode::Req(held) => Some(Term::of(&held.req)),
            ExprNode::Op(_) => None,
        }
    }

    /// The identifier, where it is a single licence of the SPDX list and nothing more.
    pub fn single(&self) -> Option<String> {
        let mut terms = self.terms();
        let first = terms.next().filter(|term| terms.next().is_none() && term.exception.is_none())?;
        spdx::license_id(&first.id).map(|_| first.to_string()).filter(|text| !text.ends_with('+'))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.plain())
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Expression {}

impl Term {
    fn of(required: &LicenseReq) -> Self {
        let exception = required.addition.as_ref().map(ToString::to_string);
        match &required.license {
            LicenseItem::Spdx { id, or_later } => {
                let gnu = id.is_gnu() && !id.name.contains("-with-");
                let id = if gnu { gnu_name(id.name, *or_later) } else { id.name.to_owned() };
                Self { or_later: *or_later || id.ends_with("-or-later"), id, exception }
            }
            LicenseItem::Other(other) => Self { id: other.to_string(), or_later: false, exception },
        }
    }

    /// Whether it obliges who builds on it to publish under the same terms, with no exception
    /// for who merely links.
    pub fn is_strong_copyleft(&self) -> bool {
        let strong = ["GPL-", "AGPL-", "SSPL-"].iter().any(|start| self.id.starts_with(start));
        strong && self.exception.is_none() && !self.id.contains("-with-")
    }

    /// Whether it obliges to anything of the kind.
    pub fn is_copyleft(&self) -> bool {
        let listed = spdx::license_id(&self.id).is_some_and(spdx::LicenseId::is_copyleft);
        self.is_strong_copyleft() || listed || self.id.starts_with("EPL-")
    }

    /// The licence without its `-only` or `-or-later`: licence texts don't tell these apart.
    pub fn family(&self) -> &str {
        family(&self.id)
    }

    /// The licence alone, where an exception softens it.
    pub fn without_exception(&self) -> Option<Self> {
        if self.exception.is_some() {
            return Some(Self { exception: None, ..self.clone() });
        }
        let (bare, _) = self.id.split_once("-with-")?;
        Some(Self { id: gnu_name(bare, self.or_later), ..self.clone() })
    }

    /// Whether a name in a policy means this: the term as it is written, or its licence alone.
    pub fn is_named(&self, name: &str) -> bool {
        let plain = if self.or_later && !self.id.ends_with("-or-later") {
            format!("{}+", self.id)
        } else {
            self.id.clone()
        };
        match &self.exception {
            Some(exception) => name == format!("{plain} WITH {exception}"),
            None => name == plain || name == family(&self.id) || name == self.id,
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plus = if self.or_later && !self.id.ends_with("-or-later") { "+" } else { "" };
        write!(f, "{}{plus}", self.id)?;
        self.exception.as_ref().map_or(Ok(()), |exception| write!(f, " WITH {exception}"))
    }
}

/// GNU's licences have two names each since SPDX 3; the old ones are ambiguous.
fn gnu_name(name: &str, or_later: bool) -> String {
    let base = name.trim_end_matches('+');
    let later = or_later || name.ends_with('+');
    match base.ends_with("-only") || base.ends_with("-or-later") {
        true => base.to_owned(),
        false if later => format!("{base}-or-later"),
        false => format!("{base}-only"),
    }
}

/// The name of a licence without its `-only` or `-or-later`.
pub(crate) fn family(id: &str) -> &str {
    id.strip_suffix("-only").or_else(|| id.strip_suffix("-or-later")).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Expression {
        Expression::parse(text).expect(text)
    }

    #[test]
    fn an_expression_is_met_by_one_side_of_or_and_both_sides_of_and() {
        let mit = |term: &Term| term.is_named("MIT");
        assert!(parse("MIT OR GPL-3.0-only").is_met(mit));
        assert!(!parse("MIT AND GPL-3.0-only").is_met(mit));
        assert!(parse("(Apache-2.0 AND BSD-3-Clause) OR MIT").is_met(mit));
    }

    #[test]
    fn old_and_new_names_of_gnu_are_one() {
        for (written, term) in [
            ("GPL-2.0", "GPL-2.0-only"),
            ("GPL-2.0+", "GPL-2.0-or-later"),
            ("LGPL-3.0-or-later", "LGPL-3.0-or-later"),
            ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
            ("Apache-2.0+", "Apache-2.0+"),
        ] {
            let terms: Vec<String> = parse(written).terms().map(|term| term.to_string()).collect();
            assert_eq!(terms, [term], "{written}");
        }
    }

    #[test]
    fn copyleft_is_softened_by_an_exception() {
        let strong = |text: &str| parse(text).terms().all(|term| term.is_strong_copyleft());
        assert!(strong("GPL-3.0-or-later") && strong("AGPL-3.0-only") && strong("SSPL-1.0"));
        assert!(!strong("GPL-2.0-only WITH Classpath-exception-2.0") && !strong("LGPL-2.1-only"));
        assert!(!strong("GPL-2.0-with-classpath-exception"));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for bad in ["", "MIT OR", "MIT Apache-2.0", "Mit-ish", "MIT/Apache-2.0", "((MIT)"] {
            assert!(Expression::parse(bad).is_err(), "{bad}");
        }
        assert!(Expression::parse(&"(".repeat(5000)).is_err());
    }

    #[test]
    fn an_expression_is_shown_with_the_names_of_today_and_the_brackets_that_it_needs() {
        for (written, shown) in [
            ("((MIT) or (GPL-2.0+))", "MIT OR GPL-2.0-or-later"),
            ("(MIT OR ISC) AND (Zlib AND X11)", "(MIT OR ISC) AND Zlib AND X11"),
            ("MIT OR (ISC AND Zlib)", "MIT OR ISC AND Zlib"),
        ] {
            assert_eq!(parse(written).to_string(), shown);
            assert_eq!(parse(shown), parse(written));
        }
    }

    #[test]
    fn a_single_licence_has_an_identifier() {
        assert_eq!(parse("GPL-2.0").single().as_deref(), Some("GPL-2.0-only"));
        assert_eq!(parse("MIT OR ISC").single(), None);
        assert_eq!(parse("LicenseRef-mine").single(), None);
        assert_eq!(parse("GPL-2.0-only WITH Classpath-exception-2.0").single(), None);
    }
}
