//! The passes, from a request to a report. Each is a function from one type to
//! the next; what a pass may do is decided by the type that it is given.

mod bench;
mod changelog;
mod check;
mod commit;
mod context;
mod draft;
mod fixed;
mod gate;
mod grant;
mod hydrate;
mod mend;
mod plan;
mod propose;
mod publish;
mod report;
mod review;
mod simulate;
mod stop;

use agent_contract::{Report, Request};

pub use grant::Granted;
pub use plan::{PlanFault, Planned, Way, plan};
pub use stop::Stop;

pub(crate) use hydrate::Surroundings;

use crate::Host;

/// The passes in their order, as `describe` names them.
pub const NAMES: &[&str] = &[
    "plan",
    "grant",
    "context",
    "hydrate",
    "draft",
    "propose",
    "check",
    "mend",
    "review",
    "gate",
    "simulate",
    "diff",
    "commit",
    "push",
    "pull_request",
    "notify",
    "report",
];

/// Runs every pass. What does not hold goes back to be mended, as often as it may.
pub fn all<H: Host>(request: Request, host: &mut H) -> Result<Report, Stop> {
    let planned = plan(request)?;
    let granted = grant::grant(planned, host)?;
    let informed = context::context(granted, host)?;
    let hydrated = hydrate::hydrate(informed, host)?;
    let drafted = match draft::draft(hydrated, host)? {
        draft::Draft::ForPeople(report) => return Ok(*report),
        draft::Draft::ToDo(drafted) => *drafted,
    };
    let mut proposed = propose::propose(drafted, host)?;
    let gated = loop {
        let checked = match check::check(proposed, host)? {
            mend::Trial::Holds(checked) => checked,
            mend::Trial::Broken(broken) => {
                proposed = mend::mend(*broken, host)?;
                continue;
            }
        };
        let reviewed = match review::review(checked, host)? {
            mend::Trial::Holds(reviewed) => reviewed,
            mend::Trial::Broken(broken) => {
                proposed = mend::mend(*broken, host)?;
                continue;
            }
        };
        match gate::gate(reviewed, host)? {
            mend::Trial::Holds(gated) => break gated,
            mend::Trial::Broken(broken) => proposed = mend::mend(*broken, host)?,
        }
    };
    let simulated = simulate::simulate(gated, host)?;
    let committed = commit::commit(simulated, host)?;
    let published = publish::publish(committed, host)?;
    let told = publish::notify(published, host)?;
    report::report(told, host)
}
