//! Secrets: what the Runner knows and nobody else is told.

mod json;
mod known;
mod leaving;
mod look;
mod redactor;

pub use known::Known;
pub use leaving::Leaving;
pub use redactor::Redactor;
