//! From an inventory to a CycloneDX 1.6 document: the same inventory, the same bytes.

mod component;
mod graph;
mod wire;

use std::collections::BTreeMap;

use packages::{Inventory, Manifest, PackageId};
use sha2::{Digest as _, Sha256};

use self::wire::{Document, Metadata, Property, Tools};

/// What a document is made from.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// What it is about.
    pub subject: &'a Subject,
    /// What that is built from.
    pub inventory: &'a Inventory,
    /// The tool that makes it.
    pub tool: &'a Tool,
    /// When, where that is to be told: an RFC 3339 time. Without it the bytes depend on the
    /// tree alone.
    pub timestamp: Option<&'a str>,
    /// What packages are under, from elsewhere.
    pub known: &'a BTreeMap<PackageId, String>,
}

/// The repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// What it is under, as it says.
    pub licence: Option<String>,
    /// Its address.
    pub repository: Option<String>,
    /// The SHA-256 of its tree, in hexadecimal.
    pub tree_sha256: Option<String>,
}

impl Subject {
    /// The repository as its manifest at the root has it. Where none has a name it is called
    /// by a word that is the same in every checkout.
    pub fn of(inventory: &Inventory) -> Self {
        let at_root = || inventory.manifests.iter().filter(|manifest| manifest.path.parent().is_none());
        let root = at_root().find(|manifest| manifest.name.is_some()).or_else(|| at_root().next());
        let said = |value: fn(&Manifest) -> &Option<String>| root.and_then(|root| value(root).clone());
        Self {
            name: said(|manifest| &manifest.name).unwrap_or_else(|| ROOT.to_owned()),
            version: said(|manifest| &manifest.version),
            licence: said(|manifest| &manifest.licence),
            ..Self::default()
        }
    }
}

/// A tool by name and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
}

/// What the repository itself is referred to by. No package URL is like it.
const ROOT: &str = "repository";

/// Makes the document: JSON with a line end. A timestamp that is none is left out.
pub fn document(making: &Making<'_>) -> Vec<u8> {
    let parts = component::parts(making);
    let timestamp = making.timestamp.filter(|time| crate::format::is_date_time(time));
    let mut document = Document {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: None,
        version: 1,
        metadata: Metadata {
            timestamp: timestamp.map(str::to_owned),
            tools: Tools { components: vec![component::tool(making.tool)] },
            component: component::root(making.subject),
            properties: properties(making),
        },
        dependencies: graph::dependencies(making.inventory, &parts),
        compositions: graph::compositions(making.inventory),
        components: parts.into_values().map(|part| part.component).collect(),
    };
    let digest = Sha256::digest(document.to_bytes());
    document.serial_number = Some(serial_number(&digest));
    document.to_bytes()
}

fn properties(making: &Making<'_>) -> Vec<Property> {
    let tree = making.subject.tree_sha256.iter();
    let tree = tree.map(|digest| Property { name: "code-assist:tree-sha256", value: digest.clone() });
    let files = making.inventory.read.iter();
    let mut files: Vec<&str> = files.map(|path| path.as_str()).collect();
    files.sort_unstable();
    let read = files.into_iter().map(|file| Property { name: "code-assist:read", value: file.to_owned() });
    tree.chain(read).collect()
}

/// A UUID of version 8, which is free for such use, from a digest.
fn serial_number(digest: &[u8]) -> String {
    let mut hex = String::from("urn:uuid:");
    for (at, byte) in digest.iter().take(16).enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            hex.push('-');
        }
        let byte = match at {
            6 => byte & 0x0f | 0x80,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        hex.push_str(&format!("{byte:02x}"));
    }
    hex
}
