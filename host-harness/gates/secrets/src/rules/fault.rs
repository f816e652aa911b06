/// Why rules don't load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// The file is not of the format.
    #[error("can't read the rule file `{file}`: {reason}")]
    Malformed {
        /// The rule file.
        file: String,
        /// Why.
        reason: String,
    },
    /// A rule or allow-list says something that can't be.
    #[error("can't use `{rule}` of the rule file `{file}`: {reason}")]
    Rule {
        /// The rule file.
        file: String,
        /// The rule, or the allow-list of the file.
        rule: String,
        /// Why.
        reason: String,
    },
    /// A rule of our format without a case that it must match and one that it must miss.
    #[error("the rule `{rule}` of the rule file `{file}` has no `{missing}` case")]
    NoCase {
        /// The rule file.
        file: String,
        /// The rule.
        rule: String,
        /// `match` or `miss`.
        missing: &'static str,
    },
    /// Two rules of one name.
    #[error("the rule `{rule}` of the rule file `{file}` is there already")]
    Twice {
        /// The rule file.
        file: String,
        /// The rule.
        rule: String,
    },
    /// The file wants rules from elsewhere.
    #[error("the rule file `{file}` extends another; name every rule file instead")]
    Extends {
        /// The rule file.
        file: String,
    },
    /// There is no rule at all; a scan by none would find nothing.
    #[error("the rule files hold no rule")]
    Empty,
}

/// A case of a rule that comes out wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the rule `{rule}` of the rule file `{file}` does not {expected} its case {number}")]
pub struct CaseFault {
    /// The rule file.
    pub file: String,
    /// The rule.
    pub rule: String,
    /// `match` or `miss`.
    pub expected: &'static str,
    /// Which of those cases, counted from one.
    pub number: usize,
}
