//! Rules, as data.

mod allow;
mod cases;
mod fault;
mod load;
mod raw;
mod rule;

pub(crate) use allow::{Allow, Candidate};
pub use fault::{CaseFault, RuleFault};
pub use load::{RuleFile, Rules};
pub(crate) use rule::Plan;
pub use rule::{Case, Format, Rule};
