//! The agent's mind: pure functions over the host that it is given.

pub mod describe;
pub mod edit;
pub mod host;
pub mod pass;

use agent_contract::{Fault, Report, Request};

pub use host::Host;

/// Says what is wrong with a request, its proposal included. That there is nobody to
/// propose a change is no fault of the request.
pub fn validate(text: &str) -> Result<(), Fault> {
    match pass::plan(Request::parse(text)?) {
        Ok(_) | Err(pass::PlanFault::NothingProposed) => Ok(()),
        Err(fault) => Err(fault.into_fault()),
    }
}

/// Works on a request, pass by pass, and gives an account of it.
pub fn run(request: Request, host: &mut impl Host) -> Report {
    match pass::all(request, host) {
        Ok(report) => report,
        Err(stop) => stop.into_report(),
    }
}
