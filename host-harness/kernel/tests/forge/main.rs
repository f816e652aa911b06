//! GitHub's update path, against a forge on this machine that behaves as the documented
//! API does.

#[path = "../common/github/mod.rs"]
mod github;

mod crash;
mod enterprise;
mod faults;
mod hydrate;
mod limits;
mod lists;
mod refusals;
mod support;
mod task;
mod whole_path;
