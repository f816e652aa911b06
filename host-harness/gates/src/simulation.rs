use agent_contract::gate::GateOutcome;

use crate::{Evidence, Judgement};

/// The container of this very tree came up, where the repository has one.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Some(file) = evidence.container_file else {
        return (GateOutcome::NotApplicable, vec!["the repository has no container file".to_owned()]);
    };
    match evidence.simulated {
        Some(true) => (GateOutcome::Pass, vec![format!("the container of `{file}` came up")]),
        Some(false) => (GateOutcome::Fail, vec![format!("the container of `{file}` did not come up")]),
        None => (
            GateOutcome::Fail,
            vec![format!("`{file}` was not simulated on this tree\nhint: ask for it with `--simulate`")],
        ),
    }
}
