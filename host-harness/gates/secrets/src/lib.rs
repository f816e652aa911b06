//! Secrets that lie open: in files, in diffs, in text that is about to leave the machine.
//!
//! One automaton looks for the words without which no rule can match; where one stands, the
//! rest of the rule's pattern is tried from there; what matches goes through the filters.
//! Rules are data, in gitleaks' format or in ours, which holds more and wants cases.

#![forbid(unsafe_code)]

mod automaton;
mod builtin;
mod canary;
mod decode;
mod doubles;
mod filter;
mod lines;
mod mask;
mod pattern;
mod redact;
mod rules;
mod scan;
mod scanner;
mod stream;
mod token;
mod worker;

pub use canary::RULE as CANARY;
pub use decode::Encoding;
pub use mask::masked;
pub use redact::redact;
pub use rules::{Case, CaseFault, Format, Rule, RuleFault, RuleFile, Rules};
pub use scan::{Leak, Overflow};
pub use scanner::{Comments, Options, Scanner};
pub use stream::Stream;
pub use token::characters_per_token;
pub use worker::Worker;
