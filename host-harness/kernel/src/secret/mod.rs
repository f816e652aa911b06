//! Secrets: what the Runner knows and nobody else is told.

mod guard;
pub(crate) mod ignored;
mod json;
mod known;
mod leaving;
mod look;
mod redactor;
mod secrets;
mod source;
mod vault;

pub use guard::guard_process;
pub use known::Known;
pub use leaving::Leaving;
pub use redactor::Redactor;
pub use secrets::{Lent, Place, Secrets, files, places};
pub use source::Source;
pub(crate) use source::one_line;
pub use vault::{Kept, Vault};
