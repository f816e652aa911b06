//! Documents that have a bill of materials' name and are not CycloneDX.

use finding::RepoPath;
use serde_json::Value;

/// What such a document is.
pub(super) enum Foreign {
    /// It is, or should be, CycloneDX.
    No,
    /// It is SPDX that lacks what it has to have.
    Broken(String),
    /// It is SPDX, or some other list of parts.
    Sound,
}

/// What has to be in a document of SPDX 2, and in each of its packages.
const DOCUMENT: [&str; 5] = ["SPDXID", "dataLicense", "name", "documentNamespace", "creationInfo"];
const CREATION: [&str; 2] = ["created", "creators"];
const PACKAGE: [&str; 3] = ["SPDXID", "name", "downloadLocation"];

/// Tells what a document is that can't be read as CycloneDX.
pub(super) fn foreign(path: &RepoPath, bytes: &[u8]) -> Foreign {
    let named = path.as_str().to_ascii_lowercase().ends_with(".spdx.json");
    let text = String::from_utf8_lossy(bytes);
    let value = match agent_contract::document::parse_value(text.trim_start_matches('\u{feff}')) {
        Ok(value) => value,
        Err(fault) if named => return Foreign::Broken(fault.to_string()),
        Err(_) => return Foreign::No,
    };
    if value.get("bomFormat").is_some() {
        return Foreign::No;
    }
    let lacking = match (value.get("spdxVersion"), value.get("@graph")) {
        (Some(version), _) => second(version, &value),
        (None, Some(graph)) => (!graph.is_array()).then(|| "its `@graph` is no list".to_owned()),
        (None, None) if named => Some("it lacks `spdxVersion`".to_owned()),
        (None, None) => None,
    };
    lacking.map_or(Foreign::Sound, Foreign::Broken)
}

/// What a document of SPDX 2 lacks.
fn second(version: &Value, value: &Value) -> Option<String> {
    let known = version.as_str().is_some_and(|version| version.starts_with("SPDX-2."));
    if !known {
        return Some("its `spdxVersion` is none that is known".to_owned());
    }
    let packages =
        value.get("packages").map(|list| list.as_array().ok_or("`packages` is no list".to_owned()));
    let packages = match packages.transpose() {
        Ok(packages) => packages.into_iter().flatten(),
        Err(reason) => return Some(reason),
    };
    lacks(value, &DOCUMENT, "it")
        .or_else(|| lacks(&value["creationInfo"], &CREATION, "its `creationInfo`"))
        .or_else(|| packages.into_iter().find_map(|package| lacks(package, &PACKAGE, "a package of it")))
}

fn lacks(value: &Value, fields: &[&str], whose: &str) -> Option<String> {
    let empty = |field: &&&str| value.get(**field).is_none_or(|value| value.is_null() || value == "");
    fields.iter().find(empty).map(|field| format!("{whose} lacks `{field}`"))
}
