//! Known tools in the place of, or beside, the embedded scanners.
//!
//! A tool is a definition: how it proves who it is, how it is started so that nothing in
//! the tree has power over it, and what its output and its end mean. Nothing is run here.
//! Who runs it asks [`Adapter::asks`] and [`Adapter::identity`], then [`Adapter::plan`],
//! and gives what came of it to [`Adapter::judge`]: findings, or why there are none to be
//! had. A tool that is missing, broken, silenced or somebody else is never a pass.

#![forbid(unsafe_code)]

mod adapter;
mod definition;
mod embedded;
mod format;
mod identity;
mod judge;
mod parsed;
mod plan;
mod target;

pub use adapter::{Adapter, Unsound};
pub use definition::CanaryRun;
pub use embedded::embedded;
pub use finding::{Found, sarif};
pub use identity::{Identity, Pin, Unfit};
pub use judge::{Judged, Judgement};
pub use plan::{Plan, Refusal};
pub use target::{Ended, Exit, Invocation, Laid, Output, Target};
