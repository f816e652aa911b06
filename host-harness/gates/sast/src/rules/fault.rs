/// Why rules were not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// The file is not in the form of rules.
    #[error("rule file `{file}`: {fault}")]
    Malformed {
        /// The file.
        file: String,
        /// What its reader says.
        fault: String,
    },
    /// Something is wrong with a rule.
    #[error("rule `{rule}` of `{file}`: {fault}")]
    Rule {
        /// The rule.
        rule: String,
        /// The file.
        file: String,
        /// What is wrong.
        fault: String,
    },
}
