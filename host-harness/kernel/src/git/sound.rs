//! Whether what a commit brings is what git itself would take: `.gitmodules` and
//! `.gitattributes` can hold what harms whoever clones it.

use policy::Code;

use super::own::OwnRepository;
use crate::KernelError;

/// Has git look at the objects that are new, as strictly as it can.
pub(super) fn check(own: &OwnRepository) -> Result<(), KernelError> {
    let look = ["fsck", "--strict", "--no-full", "--no-dangling", "--no-reflogs", "--no-progress"];
    let answer = own.git(&look).answer(&[])?;
    // What is known of the past is not our doing, and is told of without an end.
    let is_new = |line: &&str| {
        let fault = line.strip_prefix("error in ").or_else(|| line.strip_prefix("warning in "));
        fault.is_some_and(|fault| fault.split([' ', ':']).any(|word| is_made_here(own, word)))
    };
    match answer.said.lines().find(is_new) {
        None => Ok(()),
        Some(line) => Err(KernelError::new(
            Code::CommitUnsound,
            format!("git finds fault with what would be committed: {line}\nhint: mend that file"),
        )),
    }
}

fn is_made_here(own: &OwnRepository, id: &str) -> bool {
    super::refs::is_id(id) && own.folder().join("objects").join(&id[..2]).join(&id[2..]).exists()
}
