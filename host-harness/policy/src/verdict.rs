//! What a run's records add up to. The agent's own account can make the outcome
//! worse, never better.

use agent_contract::{
    Report, RunMode,
    check::{CheckOutcome, CheckResult},
    gate::{GateOutcome, GateResult},
    report::{Conclusion, Reason},
    request::Until,
    result::{Outcome, Verdict},
};

use crate::Code;

/// Why a run was ended before its agent was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The code.
    pub code: Code,
    /// What happened.
    pub message: String,
}

/// What the Runner knows at the end of a run.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The mode.
    pub mode: RunMode,
    /// Where the run was to end before its end.
    pub until: Option<Until>,
    /// Whether answers of a model were recorded beforehand.
    pub recorded: bool,
    /// Why the run was ended early, if it was.
    pub stopped: Option<&'a Stopped>,
    /// The agent's account, if it came to give one.
    pub report: Option<&'a Report>,
    /// Every refusal, in order.
    pub refusals: &'a [Reason],
    /// The last result of every check.
    pub checks: &'a [CheckResult],
    /// Checks of the request that were never run.
    pub checks_missing: &'a [String],
    /// Every gate.
    pub gates: &'a [GateResult],
    /// Files that the run changed.
    pub changed_files: usize,
    /// What is wrong between records and workspace, if anything is.
    pub unrecorded: &'a [String],
    /// Why the change could not be placed where it belongs, if it could not.
    pub unplaced: Option<&'a Stopped>,
}

/// The outcome and the verdict.
pub fn reach(facts: &Facts) -> (Outcome, Verdict) {
    // What came first explains what follows from it: a stopped run has no checks, a
    // refused one no change.
    let stages: [&[Finder]; 5] =
        [&[unrecorded, stopped], &[refused, reported], &[checks, nothing], &[gates], &[unplaced]];
    let found =
        stages.iter().map(|stage| stage.iter().flat_map(|finding| finding(facts)).collect::<Finding>());
    let first = found.into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    let all = beside_checks(facts, first);
    let outcome = all.first().map_or(Outcome::Succeeded, |(outcome, _)| *outcome);
    let mut reasons: Vec<Reason> = Vec::new();
    for (_, reason) in all {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let unready = unready(facts);
    let production_ready = outcome == Outcome::Succeeded && unready.is_none();
    reasons.extend(unready.filter(|_| outcome == Outcome::Succeeded));
    (outcome, Verdict { production_ready, reasons })
}

/// A check that failed does not hide what the gates found in the files: both stand in the way.
fn beside_checks(facts: &Facts, found: Finding) -> Finding {
    let of_checks = |(_, reason): &(Outcome, Reason)| {
        reason.code.starts_with("check-") || reason.code == Code::GateFailed.as_str()
    };
    let finds =
        |gate: &GateResult| gate.required && gate.outcome == GateOutcome::Fail && gate.faults().count() > 0;
    match !found.is_empty() && found.iter().all(of_checks) && facts.gates.iter().any(finds) {
        true => gates(facts).into_iter().chain(found).collect(),
        false => found,
    }
}

/// Why not even a success is fit for production.
fn unready(facts: &Facts) -> Option<Reason> {
    let (code, message) = match facts {
        _ if facts.until.is_some() => (Code::PlanOnly, "a plan changes nothing".to_owned()),
        _ if facts.mode != RunMode::ProductionChange => {
            (Code::ModeNotProduction, format!("a {} is never production-ready", facts.mode))
        }
        _ if facts.recorded => {
            (Code::ModelRecorded, "the model's answers were recorded beforehand".to_owned())
        }
        _ => return None,
    };
    Some(Reason::new(code.as_str(), message))
}

type Finding = Vec<(Outcome, Reason)>;
type Finder = fn(&Facts) -> Finding;

fn stopped(facts: &Facts) -> Finding {
    facts.stopped.map(|stop| (outcome_of(stop.code), reason(stop))).into_iter().collect()
}

fn reason(stop: &Stopped) -> Reason {
    Reason::new(stop.code.as_str(), stop.message.clone())
}

/// Findings that the verdict tells of a gate, at the most.
const HINTS_MAX: usize = 20;

/// Codes that are decisions, wherever they come up.
const REFUSED: [&str; 5] = ["capability-", "agent-id-", "approval-", "point-", "policy-"];

/// The outcome of a run that was stopped, or whose change was not placed, with a code.
pub fn outcome_of(code: Code) -> Outcome {
    match code {
        Code::Interrupted => Outcome::Interrupted,
        Code::ComponentImports | Code::ComponentDigest | Code::ChangeUnrecorded => Outcome::Integrity,
        Code::TraceUnwritable | Code::ComponentInvalid | Code::RequestInvalid | Code::RepositoryUnusable => {
            Outcome::Invalid
        }
        Code::PrimitiveUnavailable
        | Code::SandboxUnavailable
        | Code::ContainerUnavailable
        | Code::RemoteUnreachable => Outcome::Unavailable,
        Code::SecretLeaving
        | Code::SecretHeld
        | Code::BranchForbidden
        | Code::HardBaseBranch
        | Code::RemoteUnknown
        | Code::ForgeBranch => Outcome::Refused,
        code if REFUSED.iter().any(|family| code.as_str().starts_with(family)) => Outcome::Refused,
        _ => Outcome::Failed,
    }
}

fn unrecorded(facts: &Facts) -> Finding {
    let reason = |message: &String| Reason::new(Code::ChangeUnrecorded.as_str(), message.clone());
    facts.unrecorded.iter().map(|message| (Outcome::Integrity, reason(message))).collect()
}

/// A denied step is never a success, even where the agent says that it could do without.
fn refused(facts: &Facts) -> Finding {
    // A plan says itself what it could not have.
    if facts.until.is_some() {
        return Vec::new();
    }
    let outcome = |reason: &Reason| match reason.code == Code::PrimitiveUnavailable.as_str() {
        true => Outcome::Unavailable,
        false => Outcome::Refused,
    };
    facts.refusals.iter().map(|reason| (outcome(reason), reason.clone())).collect()
}

fn reported(facts: &Facts) -> Finding {
    let Some(report) = facts.report else { return Vec::new() };
    let outcome = match report.conclusion {
        Conclusion::Proposed if facts.until.is_none() => return Vec::new(),
        Conclusion::Planned if facts.until.is_some() && report.plan.is_some() => return Vec::new(),
        Conclusion::Proposed | Conclusion::Planned => return vec![(Outcome::Failed, misread())],
        Conclusion::Failed | Conclusion::Refused => Outcome::Failed,
        Conclusion::Unavailable => Outcome::Unavailable,
    };
    let unsaid = || vec![Reason::new("agent-gave-up", "the agent gave up without a reason")];
    let reasons = if report.reasons.is_empty() { unsaid() } else { report.reasons.clone() };
    // The Runner's own words for a refusal or a gate say more than the agent's.
    let gated = |reason: &Reason| {
        reason.code == Code::GateFailed.as_str() && facts.gates.iter().any(GateResult::fails)
    };
    let told =
        |reason: &Reason| gated(reason) || facts.refusals.iter().any(|refusal| refusal.code == reason.code);
    reasons.into_iter().filter(|reason| !told(reason)).map(|reason| (outcome, reason)).collect()
}

/// It did something other than what was asked for.
fn misread() -> Reason {
    Reason::new("agent-gave-up", "the agent gave a plan for a change, or a change for a plan")
}

fn nothing(facts: &Facts) -> Finding {
    let planned = facts.until.is_some();
    if planned && facts.changed_files > 0 {
        let message = "the run changed files, and only a plan was asked for";
        return vec![(Outcome::Failed, Reason::new(Code::PlanOnly.as_str(), message))];
    }
    if planned || facts.changed_files > 0 {
        return Vec::new();
    }
    vec![(Outcome::Failed, Reason::new(Code::NothingChanged.as_str(), "the run changed no file"))]
}

fn checks(facts: &Facts) -> Finding {
    if facts.until.is_some() {
        return Vec::new();
    }
    let broken = facts.checks.iter().filter(|check| !check.passed()).map(|check| {
        let (outcome, code) = match check.outcome {
            CheckOutcome::Unavailable => (Outcome::Unavailable, "check-unavailable"),
            _ => (Outcome::Failed, Code::CheckFailed.as_str()),
        };
        (outcome, Reason::new(code, message_of(check)))
    });
    let unheld = facts.checks.iter().filter(|_| facts.mode == RunMode::ProductionChange).filter_map(unheld);
    let missing = facts.checks_missing.iter().map(|name| {
        (Outcome::Failed, Reason::new(Code::CheckMissing.as_str(), format!("check `{name}` was never run")))
    });
    broken.chain(unheld).chain(missing).collect()
}

/// A check that passed without the whole sandbox proves nothing for production.
fn unheld(check: &CheckResult) -> Option<(Outcome, Reason)> {
    let missing = check.sandbox.iter().find(|part| part.starts_with("missing"))?;
    let message = format!("check `{}` ran without the whole sandbox: {missing}", check.name);
    Some((Outcome::Unavailable, Reason::new(Code::SandboxUnavailable.as_str(), message)))
}

fn message_of(check: &CheckResult) -> String {
    match (check.outcome, check.exit_code) {
        (CheckOutcome::Failed, Some(code)) => format!("check `{}` exited {code}", check.name),
        (outcome, _) => match check.signal {
            Some(signal) => format!("check `{}`: {outcome}, by signal {signal}", check.name),
            None => format!("check `{}`: {outcome}", check.name),
        },
    }
}

fn gates(facts: &Facts) -> Finding {
    let failing = facts.gates.iter().filter(|gate| gate.fails());
    failing
        .map(|gate| {
            let message = format!("gate `{}`: {}", gate.gate, gate.outcome);
            let reason = Reason { hints: hints(gate), ..Reason::new(Code::GateFailed.as_str(), message) };
            (Outcome::GateFailed, reason)
        })
        .collect()
}

/// What a gate says, and the first of what stands in its way.
fn hints(gate: &GateResult) -> Vec<String> {
    gate.reasons.iter().cloned().chain(gate.faults().take(HINTS_MAX)).collect()
}

fn unplaced(facts: &Facts) -> Finding {
    facts.unplaced.map(|stop| (outcome_of(stop.code), reason(stop))).into_iter().collect()
}
