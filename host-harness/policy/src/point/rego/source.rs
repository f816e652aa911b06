//! What a policy is made of: modules, and data documents.

use agent_contract::{document, fault::shown};
use serde_json::{Map, Value, json};

use super::RegoError;
use crate::{blob::sha256, context::canonical};

/// How many bytes all sources of a policy may have together.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// A file of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its path in the folder or the bundle, with `/` between its components.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Source {
    /// Its text.
    pub(super) fn text(&self) -> Result<&str, RegoError> {
        std::str::from_utf8(&self.bytes).map_err(|error| self.fault(format!("is not UTF-8: {error}")))
    }

    pub(in crate::point) fn is_module(&self) -> bool {
        self.name.ends_with(".rego")
    }

    fn is_data(&self) -> bool {
        self.file() == "data.json"
    }

    fn file(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    fn fault(&self, message: impl Into<String>) -> RegoError {
        RegoError::Source { name: shown(&self.name), message: message.into() }
    }
}

/// Whether a file of a folder belongs to its policy. The YAML that OPA would read does,
/// so that it is refused and not passed over.
pub fn is_source(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    name.ends_with(".rego") || ["data.json", "data.yaml", "data.yml"].contains(&file)
}

/// Sorts sources by name, and refuses what no policy can be made of.
pub(super) fn sorted(mut sources: Vec<Source>) -> Result<Vec<Source>, RegoError> {
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    if sources.iter().map(|source| source.bytes.len()).sum::<usize>() > BYTES_MAX {
        return Err(RegoError::TooLarge { bytes_max: BYTES_MAX });
    }
    if let Some(twice) = sources.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(twice[0].fault("is given twice"));
    }
    if let Some(other) = sources.iter().find(|source| !source.is_module() && !source.is_data()) {
        return Err(other.fault("is neither a module (`.rego`) nor a data document (`data.json`)"));
    }
    match sources.iter().any(Source::is_module) {
        true => Ok(sources),
        false => Err(RegoError::NoModules),
    }
}

/// The digest of sorted sources.
pub(super) fn digest(sources: &[Source]) -> String {
    let files = sources.iter().map(|source| json!({ "name": source.name, "sha256": sha256(&source.bytes) }));
    sha256(canonical(&files.collect::<Vec<_>>()).as_bytes())
}

/// The data documents as one. Each stands where its folder says.
pub(in crate::point) fn documents(sources: &[Source]) -> Result<Value, RegoError> {
    let mut whole = Value::Object(Map::new());
    for source in sources.iter().filter(|source| source.is_data()) {
        let read = document::parse_value(source.text()?).map_err(|fault| source.fault(fault.to_string()))?;
        let folders = source.name.rsplit_once('/').map_or("", |(folders, _)| folders);
        let placed = folders.rsplit('/').filter(|folder| !folder.is_empty());
        let placed = placed.fold(read, |inner, folder| json!({ folder: inner }));
        if !placed.is_object() {
            return Err(source.fault("is no JSON object"));
        }
        merge(&mut whole, placed).map_err(|at| {
            source.fault(format!("says something else than another data document at `/{}`", shown(&at)))
        })?;
    }
    Ok(whole)
}

/// Two documents that both have a value in one place clash, whatever the values are.
fn merge(whole: &mut Value, other: Value) -> Result<(), String> {
    let (Value::Object(whole), Value::Object(other)) = (whole, other) else { return Err(String::new()) };
    for (name, value) in other {
        match whole.get_mut(&name) {
            Some(there) => merge(there, value).map_err(|below| match below.as_str() {
                "" => name,
                below => format!("{name}/{below}"),
            })?,
            None => drop(whole.insert(name, value)),
        }
    }
    Ok(())
}
