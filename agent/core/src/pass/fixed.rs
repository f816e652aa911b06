//! What a fixing check changed, as changes.

use agent_contract::{
    Failure,
    check::{CheckOutcome, CheckResult, FixedFile},
    fault::shown,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::host::Change;

/// The changes of a fixing check. One that fails by itself may have put right what it can:
/// linters do so.
pub(super) fn changes(result: CheckResult) -> Result<Vec<Change>, Failure> {
    let name = shown(&result.name);
    let ended = matches!(result.outcome, CheckOutcome::Passed | CheckOutcome::Failed);
    match result.fixed {
        Some(files) if ended => files.into_iter().map(|file| change(&name, file)).collect(),
        Some(_) => {
            let message = format!("check `{name}` put nothing right: {}", result.outcome);
            Err(Failure { hints: vec![result.output], ..Failure::new("check-failed", message) })
        }
        None => {
            let message = format!("check `{name}` handed over nothing that it fixed: {}", result.outcome);
            let hint = "the request says `\"fixes\": true` of a check that fixes".to_owned();
            Err(Failure { hints: vec![hint, result.output], ..Failure::new("check-fixes-nothing", message) })
        }
    }
}

fn change(check: &str, file: FixedFile) -> Result<Change, Failure> {
    let FixedFile { path, content, base64, mode, deleted, .. } = file;
    let odd =
        || Failure::new("answer-malformed", format!("what check `{check}` made of `{path}` can't be read"));
    let bytes = match (deleted, content, base64) {
        (true, None, None) => return Ok(Change::Delete { path }),
        (false, Some(text), None) => text.into_bytes(),
        (false, None, Some(text)) => STANDARD.decode(text).map_err(|_| odd())?,
        _ => return Err(odd()),
    };
    Ok(Change::Write { path, bytes, mode })
}
