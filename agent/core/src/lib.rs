//! The agent's mind: pure functions over the host that it is given.

pub mod describe;
pub mod documents;
pub mod edit;
pub mod host;
pub mod memory;
pub mod mind;
pub mod model;
pub mod pass;
pub mod recipe;

use agent_contract::{Fault, Report, Request};

pub use host::Host;

/// Says what is wrong with a request, its proposal included.
pub fn validate(text: &str) -> Result<(), Fault> {
    pass::plan(Request::parse(text)?).map(drop).map_err(pass::PlanFault::into_fault)
}

/// Works on a request, pass by pass, and gives an account of it.
pub fn run(request: Request, host: &mut impl Host) -> Report {
    match pass::all(request, host) {
        Ok(report) => report,
        Err(stop) => stop.into_report(),
    }
}
