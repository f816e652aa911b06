//! The passes, from a request to a report. Each is a function from one type to
//! the next; what a pass may do is decided by the type that it is given.

mod changelog;
mod check;
mod commit;
mod gate;
mod grant;
mod hydrate;
mod plan;
mod propose;
mod report;
mod stop;

use agent_contract::{Report, Request};

pub use plan::{PlanFault, Planned, plan};
pub use stop::Stop;

use crate::Host;

/// The passes in their order, as `describe` names them.
pub const NAMES: &[&str] =
    &["plan", "grant", "hydrate", "propose", "check", "gate", "diff", "commit", "report"];

/// Runs every pass.
pub fn all<H: Host>(request: Request, host: &mut H) -> Result<Report, Stop> {
    let planned = plan(request)?;
    let granted = grant::grant(planned, host)?;
    let hydrated = hydrate::hydrate(granted, host)?;
    let proposed = propose::propose(hydrated, host)?;
    let checked = check::check(proposed, host)?;
    let gated = gate::gate(checked, host)?;
    let committed = commit::commit(gated, host)?;
    report::report(committed, host)
}
