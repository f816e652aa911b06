//! What can't be asked together, and how much can be asked. A contradiction is named
//! with both its sides; what JSON Schema can tell of these rules is in the schema too.

mod contradictions;
mod limits;
mod schema;

use crate::{Fault, Request};

pub use contradictions::is_merge;
pub use schema::{binding_into_schema, command_into_schema, request_into_schema};

/// Finds the first fault in a request.
pub fn check(request: &Request) -> Result<(), Fault> {
    limits::check(request)?;
    contradictions::check(request)
}
