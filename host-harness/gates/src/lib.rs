//! The production gates. Each looks at what the Runner recorded and at the files themselves,
//! never at what the agent said; one that this Runner does not have is unavailable, which
//! never passes.

mod audit_trace;
mod checks;
mod documents;
mod evidence;
pub mod frame;
mod judge;
mod scanners;
mod set;
mod simulation;
pub mod tools;
mod tree;
mod vex;
mod waivers;

pub use documents::{Document, Making, documents};
pub use evidence::Evidence;
pub use judge::Standards;
pub use policy::recorded::Changed;
pub use scanners::{ADVISORIES, masked};
pub use set::{Opening, Reads, Set};
pub use tree::{Checkout, Index, Now, Revision};
pub use waivers::{Waivers, waivers};

/// Serves whoever asks about sources by rules, in a process of its own, and what that has to
/// do before it is confined.
pub use sast::{prepare as prepare_sources, serve as serve_sources};

use std::collections::BTreeSet;

use agent_contract::gate::{GateName, GateOutcome, GateResult};

use frame::Subject;

type Judgement = (GateOutcome, Vec<String>);

/// What gates are run with.
pub struct Run<'a> {
    /// What is recorded.
    pub evidence: &'a Evidence<'a>,
    /// The files; none where a run has none to look at.
    pub subject: &'a Subject<'a>,
    /// The scanners.
    pub set: &'a Set,
    /// What fails.
    pub standards: &'a Standards<'a>,
    /// The gates that must pass.
    pub required: &'a BTreeSet<GateName>,
}

/// What came of gates.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// Of each, in the order of the contract.
    pub results: Vec<GateResult>,
    /// What is said of the vulnerabilities that were found, as OpenVEX, where there are any.
    pub vex: Option<Vec<u8>>,
}

/// Runs gates and says what came of each.
pub fn run(gates: &BTreeSet<GateName>, run: &Run) -> Judged {
    let ways: Vec<_> = gates.iter().flat_map(|gate| run.set.ways(*gate).map(|way| (*gate, way))).collect();
    let mut seen = frame::look(run.subject, &ways);
    let waived = run.standards.waivers.apply(&mut seen, run.subject);
    let word = run.set.word();
    let abouts = word.map(|word| word.settle(seen.get_mut(&GateName::Dependencies), run.subject));
    let mut results: Vec<_> = gates
        .iter()
        .map(|gate| {
            let required = run.required.contains(gate);
            match seen.remove(gate) {
                Some(seen) => judge::files(*gate, required, seen, run),
                None => {
                    let (outcome, reasons) = records(*gate, run);
                    GateResult::new(*gate, required, outcome, reasons)
                }
            }
        })
        .collect();
    waived.tell(&mut results);
    let said = word.zip(abouts).map(|(word, abouts)| word.said(&results, &abouts));
    let vex = match said.transpose() {
        Ok(vex) => vex.flatten(),
        Err(fault) => {
            unsaid(&mut results, fault);
            None
        }
    };
    Judged { results, vex }
}

/// What was found and can't be stated is not known to whoever reads the evidence.
fn unsaid(results: &mut [GateResult], fault: String) {
    for result in results.iter_mut().filter(|result| result.gate == GateName::Dependencies) {
        result.outcome = GateOutcome::Error;
        result.reasons = vec![format!("the findings can't be stated as OpenVEX: {fault}")];
    }
}

fn records(gate: GateName, run: &Run) -> Judgement {
    match gate {
        GateName::AuditTrace => audit_trace::judge(run.evidence),
        GateName::Checks => checks::judge(run.evidence),
        GateName::Simulation => simulation::judge(run.evidence),
        _ => (GateOutcome::Unavailable, vec![format!("this Runner has no `{gate}` gate")]),
    }
}
