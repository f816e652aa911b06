//! The rules of CycloneDX 1.6 as data, and what holds a document against them.

mod check;
mod date;
mod grammar;
mod iri;
mod mail;
mod shape;
mod text;

use std::sync::LazyLock;

use agent_contract::Fault;
use serde_json::Value;

use self::shape::Grammar;

const SHAPES: [(&str, &str); 6] = [
    ("bom.shape", include_str!("../formats/cyclonedx-1.6/bom.shape")),
    ("component.shape", include_str!("../formats/cyclonedx-1.6/component.shape")),
    ("declarations.shape", include_str!("../formats/cyclonedx-1.6/declarations.shape")),
    ("model.shape", include_str!("../formats/cyclonedx-1.6/model.shape")),
    ("service.shape", include_str!("../formats/cyclonedx-1.6/service.shape")),
    ("vulnerability.shape", include_str!("../formats/cyclonedx-1.6/vulnerability.shape")),
];

static CYCLONEDX_1_6: LazyLock<Grammar> =
    LazyLock::new(|| grammar::parse(&SHAPES).expect("the format that this crate brings along"));

/// Holds a document against CycloneDX 1.6.
pub(crate) fn check(document: &Value) -> Result<(), Fault> {
    check::check(&CYCLONEDX_1_6, "bom", document)
}

pub(crate) use date::is_date_time;
pub(crate) use iri::{is_iri_reference, is_uri};
pub(crate) use text::{hash_length, is_listed};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_that_is_brought_along_is_whole() {
        grammar::parse(&SHAPES).expect("every name is known and every line is understood");
    }
}
