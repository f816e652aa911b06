//! What a check that fixes hands over to the agent.

use agent_contract::check::{CheckOutcome, CheckResult, FixedFile};
use kernel::{
    KernelError,
    workspace::fixes::{Fixes, Terms, Wrote},
};

use crate::outside::Outside;

/// Adds to a result what the check fixed. Where that can't be handed over the check failed,
/// whatever it says itself: a fix that nobody gets fixes nothing.
pub(crate) fn hand_over(outside: &mut Outside, result: &mut CheckResult, wrote: Wrote) {
    match offered(outside, wrote) {
        Ok(Fixes { files, told }) => {
            let lines = told.iter().map(|line| format!("\n[not handed over: {line}]"));
            result.output.extend(lines.chain((!told.is_empty()).then(|| "\n".to_owned())));
            result.fixed = Some(files);
        }
        Err(KernelError { code, message }) => {
            result.outcome = CheckOutcome::Failed;
            result.output.push_str(&format!("\n[{code}: {message}]\n"));
        }
    }
}

fn offered(outside: &mut Outside, wrote: Wrote) -> Result<Fixes, KernelError> {
    let Outside { workspace, reading, secrets, .. } = outside;
    let terms = Terms {
        shows: &|path| reading.shows(path),
        refuse: &|path, content| {
            secrets.refuse_held("the name of a file that the check left", path.as_str().as_bytes())?;
            secrets.refuse_held(&format!("`{path}`, as the check left it,"), content)
        },
    };
    workspace.fixes(wrote, &terms)
}

/// What crosses with the files.
pub(crate) fn size(files: &[FixedFile]) -> usize {
    let content = |file: &FixedFile| file.content.as_ref().or(file.base64.as_ref()).map_or(0, String::len);
    files.iter().map(|file| content(file) + file.path.as_str().len() + 200).sum()
}
