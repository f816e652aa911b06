//! The JSON Schemas of the documents that outsiders see.

use schemars::{Schema, generate::SchemaSettings};

/// A document with a schema of its own.
pub struct Document {
    /// Its name: `request`, `result`...
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Its schema.
    pub schema: fn() -> Schema,
}

/// Every document, in the order of a run.
pub const DOCUMENTS: &[Document] = &[
    Document { name: "request", title: "Request", schema: of::<crate::Request> },
    Document { name: "report", title: "Report", schema: of::<crate::Report> },
    Document { name: "result", title: "Result", schema: of::<crate::RunResult> },
];

fn of<T: schemars::JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}
