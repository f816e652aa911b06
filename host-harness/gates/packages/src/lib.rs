//! The packages that a repository is built from, as its manifests and lock files have them.

#![forbid(unsafe_code)]

mod cargo;
mod composer;
mod disagree;
mod doc;
mod draft;
mod files;
mod go;
mod kind;
mod lookalike;
mod maven;
mod name;
mod npm;
mod nuget;
mod origin;
mod package;
mod purl;
mod python;
mod range;
mod read;
mod registry;
mod ruby;
mod settle;

pub use disagree::{Disagreement, Discord, added, disagreements, unpinned};
pub use kind::{passes_over, reads};
pub use lookalike::lookalikes;
pub use package::{
    Dependence, Ecosystem, Hash, HashKind, Inventory, Lock, Manifest, Origin, Package, PackageId, Requirement,
};
pub use purl::purl;
pub use range::{exact, meets};
pub use read::read;
pub use registry::{is_own_registry, is_published};
