//! The reference Runner: loads an agent for one run, decides each of its calls, has
//! the Kernel act, records, and issues the verdict. It is the enforcement point.

mod settings;

pub mod agent;
mod bindings;
mod embedded;

pub mod control;
pub mod event;
mod limiter;
mod meter;
mod stop;
pub mod telling;
mod way;

pub mod approver;
mod decision;
mod done;
mod effect;
mod fixing;
mod gate;
mod gating;
mod grants;
mod holding;
mod host;
pub mod keeping;
mod lookup;
mod memory;
mod models;
mod outside;
mod plan;
mod points;
mod publishing;
mod reading;
mod standing;
mod state;

pub mod explain;

mod artifacts;
mod attesting;
mod checks;
mod placement;
mod places;
mod placing;
pub mod replay;
mod result;
mod run;
pub mod scanning;
mod secrets;
pub mod setup;
mod simulating;
mod start_error;
mod transcript;
pub mod updating;

pub use agent::{Agent, LoadError};
pub use control::Control;
pub use event::Events;
pub use models::Earlier;
pub use run::run;
pub use setup::Setup;
pub use start_error::StartError;
