//! What a push takes along.

use policy::Code;

use super::{faithful, objects, own::OwnRepository};
use crate::{KernelError, secret::Leaving};

/// Has the commit's message and each file that it brings looked at.
pub(super) fn check(own: &OwnRepository, commit: &str, leaving: &Leaving) -> Result<(), KernelError> {
    let absent = || {
        let message = format!("`{}` is no commit of this repository", commit.escape_debug());
        KernelError::new(Code::ArgumentMalformed, message)
    };
    let object = objects::read(own, &[commit.to_owned()])?.pop().flatten();
    let object = object.filter(|object| object.kind == "commit").ok_or_else(absent)?;
    leaving.check(&object.content).map_err(|error| named("the commit's message", error))?;
    let brought = faithful::brought(own, commit)?;
    let ids: Vec<_> = brought.iter().map(|(_, id)| id.clone()).collect();
    for ((path, _), blob) in brought.iter().zip(objects::read(own, &ids)?) {
        // What is not there can't leave: git will say so.
        let content = blob.map(|blob| blob.content).unwrap_or_default();
        leaving.check(&content).map_err(|error| named(&format!("`{}`", path.escape_debug()), error))?;
    }
    Ok(())
}

fn named(what: &str, error: KernelError) -> KernelError {
    KernelError::new(error.code, format!("{what} can't be pushed: {}", error.message))
}
