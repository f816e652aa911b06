use std::collections::{BTreeMap, BTreeSet};

use agent_contract::{CapabilityName, Failure, RepoPath};
use serde_json::{Value, json};

use super::{Stop, Way, grant::Granted, plan};
use crate::{
    Host, documents,
    host::{CallError, Content},
    mind,
};

/// How much of a request's first message a map may take.
const MAP_TOKENS_MAX: u64 = 1_000;
/// Up to here a repository is shown whole: a map of it would say less and cost as much.
const WHOLE_BYTES_MAX: u64 = 6_000;

/// A part of a document, with where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// The document and the lines.
    pub source: String,
    /// The text.
    pub text: String,
}

/// What is known around a change before it is made.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    /// What the task is, where it stands elsewhere.
    pub task: Option<Excerpt>,
    /// Passages of documents.
    pub passages: Vec<Excerpt>,
    /// What was noted in earlier runs.
    pub memory: Option<String>,
    /// The map of the repository.
    pub map: String,
    /// Files, as they are.
    pub files: BTreeMap<RepoPath, Option<Content>>,
    /// The names of the checks.
    pub checks: Vec<String>,
    /// Whether these files are all that there is.
    pub is_whole: bool,
}

/// A plan with what it is about, and no more.
pub struct Hydrated<H: Host> {
    pub(super) granted: Granted<H>,
    pub(super) around: Surroundings,
}

/// Reads what the change needs: the files of the edits, or, for a model, a map and the
/// files that the task names.
pub fn hydrate<H: Host>(granted: Granted<H>, host: &mut H) -> Result<Hydrated<H>, Stop> {
    granted.progress(host, "hydrate")?;
    let around = match &granted.plan.way {
        Way::Proposal(edits) => {
            let files = files(&granted, host, edits.paths())?;
            Surroundings { files, ..Surroundings::default() }
        }
        Way::Recipe(_) => Surroundings::default(),
        Way::Model if granted.may(CapabilityName::RepoRead) => around(&granted, host)?,
        Way::Model => Surroundings::default(),
    };
    Ok(Hydrated { granted, around })
}

fn files<H: Host>(
    granted: &Granted<H>,
    host: &mut H,
    paths: impl IntoIterator<Item = RepoPath>,
) -> Result<BTreeMap<RepoPath, Option<Content>>, Stop> {
    let mut files = BTreeMap::new();
    for path in paths {
        let content = read(granted, host, &path)?;
        files.insert(path, content);
    }
    Ok(files)
}

/// The map of the repository and the files that the task is about. A repository that is
/// small enough is read whole.
fn around<H: Host>(granted: &Granted<H>, host: &mut H) -> Result<Surroundings, Stop> {
    let request = &granted.plan.request;
    let words: Vec<_> = mind::words(&request.instruction).collect();
    let query = json!({ "words": words, "files": request.files, "tokens_max": MAP_TOKENS_MAX });
    let told = host.map(granted.capability(CapabilityName::RepoRead)?, &query)?;
    let listed: BTreeMap<RepoPath, u64> =
        told["whole"].as_array().into_iter().flatten().filter_map(entry).collect();
    let is_whole = !listed.is_empty() && listed.values().sum::<u64>() <= WHOLE_BYTES_MAX;
    let named = mind::named(&request.instruction, listed.keys()).into_iter();
    let wanted: BTreeSet<RepoPath> = match is_whole {
        true => listed.keys().chain(&request.files).cloned().collect(),
        false => named.chain(&request.files).cloned().collect(),
    };
    let memory = memory(granted, host)?;
    let map = told["text"].as_str().unwrap_or_default().to_owned();
    Ok(Surroundings {
        files: files(granted, host, wanted)?,
        map: if is_whole { String::new() } else { map },
        task: granted
            .task
            .as_ref()
            .map(|task| Excerpt { source: task.reference.clone(), text: task.text.clone() }),
        passages: passages(granted, host)?,
        memory,
        checks: plan::check_names(request),
        is_whole,
    })
}

/// The passages of the named documents that have to do with the task.
fn passages<H: Host>(granted: &Granted<H>, host: &mut H) -> Result<Vec<Excerpt>, Stop> {
    let request = &granted.plan.request;
    let mut texts = Vec::new();
    for path in &request.documents {
        let Some(content) = read(granted, host, path)? else {
            let message = format!("the document `{path}` does not exist");
            return Err(Stop::failed(Failure::new("document-missing", message)));
        };
        texts.push((path.clone(), String::from_utf8_lossy(&content.bytes).into_owned()));
    }
    let documents: Vec<_> = texts.iter().map(|(path, text)| (path.clone(), text.as_str())).collect();
    let task = granted.task.as_ref().map(|task| task.text.as_str()).unwrap_or_default();
    let query = format!("{}\n{task}", request.instruction);
    let found = documents::passages(&query, &documents, documents::Bounds::default());
    Ok(found.into_iter().map(|passage| Excerpt { source: passage.source, text: passage.text }).collect())
}

/// What earlier runs found out, where the Runner keeps that.
fn memory<H: Host>(granted: &Granted<H>, host: &mut H) -> Result<Option<String>, Stop> {
    if !granted.may(CapabilityName::ProtocolInvoke) {
        return Ok(None);
    }
    let capability = granted.capability(CapabilityName::ProtocolInvoke)?;
    let told = host.invoke(capability, plan::MEMORY, "read", &json!({}))?;
    Ok(told["text"].as_str().map(str::to_owned))
}

fn entry(told: &Value) -> Option<(RepoPath, u64)> {
    Some((RepoPath::parse(told["path"].as_str()?).ok()?, told["bytes"].as_u64()?))
}

fn read<H: Host>(granted: &Granted<H>, host: &mut H, path: &RepoPath) -> Result<Option<Content>, Stop> {
    match host.read(granted.capability(CapabilityName::RepoRead)?, path) {
        Ok(content) => Ok(Some(content)),
        Err(CallError::Failed(failure)) if failure.code == "file-missing" => Ok(None),
        Err(error) => Err(error.into()),
    }
}
