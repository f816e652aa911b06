//! How a model is put to work: what it is told, what it may do, how often, and when to
//! stop. Nothing of what it says is believed; what it does goes through the host.

mod bounds;
mod desk;
mod line;
mod opening;
mod planner;
mod prompt;
mod review;
mod roles;
mod shown;
mod spoken;
mod tool;
mod work;

pub use bounds::Bounds;
pub use prompt::{PROMPTS, Prompt};
pub use roles::{Model, Roles};

pub(crate) use desk::{Desk, told};
pub(crate) use line::Line;
pub(crate) use opening::{named, opening, words};
pub(crate) use planner::plan;
pub(crate) use review::{review, unseen};
pub(crate) use shown::data;
pub(crate) use work::{Mind, work};
