//! What a bundle says about itself, and that it keeps to it.

use std::collections::BTreeMap;

use agent_contract::{document::parse, fault::shown};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{BundleError, MANIFEST, Source, file, text};
use crate::point::rego;

/// What a bundle says about itself.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Which edition of the policy it is, in its makers' words.
    #[serde(default)]
    pub revision: String,
    /// The documents that it owns, as paths below `data`; without any, all.
    #[serde(default)]
    pub roots: Option<Vec<String>>,
    /// Whatever its makers noted.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    #[serde(default)]
    rego_version: Option<u64>,
    #[serde(default)]
    file_rego_versions: BTreeMap<String, u64>,
    #[serde(default)]
    wasm: Vec<Value>,
}

impl Manifest {
    /// Reads a manifest.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        let manifest: Self =
            parse(text(MANIFEST, bytes)?).map_err(|fault| file(MANIFEST, fault.to_string()))?;
        if !manifest.wasm.is_empty() {
            return Err(file(MANIFEST, "asks for WebAssembly, which this Runner does not evaluate"));
        }
        let mut versions = manifest.rego_version.iter().chain(manifest.file_rego_versions.values());
        if versions.any(|version| *version != 1) {
            return Err(file(MANIFEST, "asks for another Rego than v1"));
        }
        let roots = manifest.segments();
        let overlap = |(at, root): (usize, &Vec<&str>)| {
            roots.iter().enumerate().any(|(other_at, other)| at != other_at && other.starts_with(root))
        };
        match roots.iter().enumerate().any(overlap) {
            true => Err(file(MANIFEST, "has roots that overlap")),
            false => Ok(manifest),
        }
    }

    /// Its roots as segments; the root of all has none.
    fn segments(&self) -> Vec<Vec<&str>> {
        let Some(roots) = &self.roots else { return vec![Vec::new()] };
        roots.iter().map(|root| root.split('/').filter(|segment| !segment.is_empty()).collect()).collect()
    }

    /// Refuses modules and documents that lie outside the roots.
    pub(super) fn refuse_outside(&self, sources: &[Source]) -> Result<(), BundleError> {
        let roots = self.segments();
        for module in sources.iter().filter(|source| source.is_module()) {
            let package = rego::package(module)?;
            let package: Vec<_> = package.iter().map(String::as_str).collect();
            if !roots.iter().any(|root| package.starts_with(root)) {
                let place = format!("package {} in {}", package.join("."), module.name);
                return Err(BundleError::Roots { place: shown(&place) });
            }
        }
        outside(&rego::documents(sources)?, &mut Vec::new(), &roots)
    }
}

/// The first document that lies in no root. What only leads to a root is none.
fn outside<'a>(document: &'a Value, path: &mut Vec<&'a str>, roots: &[Vec<&str>]) -> Result<(), BundleError> {
    if roots.iter().any(|root| path.starts_with(root)) {
        return Ok(());
    }
    match document {
        Value::Object(members) if roots.iter().any(|root| root.starts_with(path)) => {
            for (name, value) in members {
                path.push(name);
                outside(value, path, roots)?;
                path.pop();
            }
            Ok(())
        }
        _ => Err(BundleError::Roots { place: shown(&format!("data at /{}", path.join("/"))) }),
    }
}
