//! Licences: what manifests say, what licence files hold, and the gate that asks whether both
//! agree with the policy. The same tree gives the same answer every time.

#![forbid(unsafe_code)]

mod expression;
mod gate;
mod header;
mod said;
mod text;

pub use expression::{Expression, Malformed, Term};
pub use gate::{Headers, Licences, Options, OptionsError};
pub use header::identifiers;
pub use said::{Said, understand};
pub use text::{is_licence_file, recognise, same_wording};
