//! Containers: the repository's Dockerfile or compose file, built and started on this
//! machine, looked at, and removed with everything that was made for it.
//!
//! The engine is never given a file of the repository to interpret that could ask for more
//! than a simulation gives: a compose file is read here, and each service is started by a
//! command of our own.

mod compose;
mod composition;
mod dockerfile;
mod engine;
mod health;
mod probe;
mod remove;
mod result;
mod simulate;
mod source;
mod stage;
mod start;

pub(crate) use compose::parse as parse_compose;
pub use engine::{Engine, Kind};
pub use remove::clear;
pub use result::{Built, EngineShown, Health, HealthBy, Log, Outcome, Probed, Removed, Simulated, Started};
pub use simulate::{Simulation, simulate};
pub use stage::Stage;
