//! Rules as they are written, read into types that hold no rule without its cases.

mod fault;
mod set;
mod written;

pub use fault::RuleFault;
pub(crate) use set::is_known;
pub use set::{RuleFile, Rules};
pub(crate) use written::{Case, Condition, Is, Pattern, Rule};
