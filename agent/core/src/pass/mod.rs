//! The passes, from a request to a report. Each is a function from one type to
//! the next; what a pass may do is decided by the type that it is given.

mod changelog;
mod check;
mod commit;
mod context;
mod gate;
mod grant;
mod hydrate;
mod plan;
mod propose;
mod publish;
mod report;
mod simulate;
mod stop;

use agent_contract::{Report, Request};

pub use plan::{PlanFault, Planned, plan};
pub use stop::Stop;

use crate::Host;

/// The passes in their order, as `describe` names them.
pub const NAMES: &[&str] = &[
    "plan",
    "grant",
    "context",
    "hydrate",
    "propose",
    "check",
    "gate",
    "simulate",
    "diff",
    "commit",
    "push",
    "pull_request",
    "notify",
    "report",
];

/// Runs every pass.
pub fn all<H: Host>(request: Request, host: &mut H) -> Result<Report, Stop> {
    let planned = plan(request)?;
    let granted = grant::grant(planned, host)?;
    let informed = context::context(granted, host)?;
    let hydrated = hydrate::hydrate(informed, host)?;
    let proposed = propose::propose(hydrated, host)?;
    let checked = check::check(proposed, host)?;
    let gated = gate::gate(checked, host)?;
    let simulated = simulate::simulate(gated, host)?;
    let committed = commit::commit(simulated, host)?;
    let published = publish::publish(committed, host)?;
    let told = publish::notify(published, host)?;
    report::report(told, host)
}
