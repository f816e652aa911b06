use agent_contract::gate::GateOutcome;

use crate::{Evidence, Judgement};

/// Every check of this very tree ran and passed, and there was at least one.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    if evidence.checks_expected.is_empty() {
        return (
            GateOutcome::Fail,
            vec!["no check was asked for, so nothing shows that the change works".to_owned()],
        );
    }
    let missing = evidence
        .checks_expected
        .iter()
        .filter(|name| !evidence.checks.iter().any(|check| check.name == **name));
    let missing = missing.map(|name| format!("check `{name}` was never run"));
    let broken = evidence.checks.iter().filter(|check| !check.passed());
    let broken = broken.map(|check| format!("check `{}`: {}", check.name, check.outcome));
    let reasons: Vec<_> = missing.chain(broken).collect();
    match reasons.is_empty() {
        true => (GateOutcome::Pass, vec![format!("{} checks passed", evidence.checks.len())]),
        false => (GateOutcome::Fail, reasons),
    }
}
