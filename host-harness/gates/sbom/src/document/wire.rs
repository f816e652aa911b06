//! The document as it is written. Fields are in the order of the format's own description.

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) bom_format: &'static str,
    pub(super) spec_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) serial_number: Option<String>,
    pub(super) version: u32,
    pub(super) metadata: Metadata,
    pub(super) components: Vec<Component>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) compositions: Vec<Composition>,
}

impl Document {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

#[derive(Serialize)]
pub(super) struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timestamp: Option<String>,
    pub(super) tools: Tools,
    pub(super) component: Component,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) properties: Vec<Property>,
}

#[derive(Serialize)]
pub(super) struct Tools {
    pub(super) components: Vec<Component>,
}

#[derive(Serialize, Default)]
pub(super) struct Component {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<String>,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) licenses: Vec<LicenceChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) purl: Option<String>,
    #[serde(rename = "externalReferences", skip_serializing_if = "Vec::is_empty")]
    pub(super) external_references: Vec<ExternalReference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) properties: Vec<Property>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hash {
    pub(super) alg: &'static str,
    pub(super) content: String,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum LicenceChoice {
    Licence { license: Licence },
    Expression { expression: String },
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Licence {
    Id(String),
    Name(String),
}

#[derive(Serialize)]
pub(super) struct ExternalReference {
    pub(super) url: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency {
    #[serde(rename = "ref")]
    pub(super) reference: String,
    pub(super) depends_on: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Composition {
    pub(super) aggregate: &'static str,
    pub(super) dependencies: Vec<String>,
}
