//! The bill of materials: CycloneDX 1.6 read and written, what speaks for a build, and the
//! gate that looks at where packages come from.

#![forbid(unsafe_code)]

pub mod attest;
mod bom;
mod document;
mod format;
mod gate;
mod purl;

pub use bom::{
    Affected, Bom, Component, ComponentHash, ComponentLicence, Dependency, Origin, Rating, Vulnerability,
    parse,
};
pub use document::{Making, Subject, Tool, document};
pub use gate::{Options, Sbom};
pub use packages::purl;
