//! Where a model's tools are: each call is a host call, or is answered with why not.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::{CapabilityName, RepoPath, check::CheckResult, fault::shown, operation::FileMode};
use serde_json::{Map, Value, json};

use super::{
    shown::{beginning, data, ending},
    spoken::{self, Spoken},
    tool::Tool,
};
use crate::{
    Host,
    edit::{self, EditSet, Layer, Matched, Matching},
    host::{CallError, Change, Content},
    model::ToolCall,
    pass::{Granted, Stop},
};

const READ_BYTES_MAX: usize = 8_000;
const LINES_MAX: u64 = 400;
const HITS_MAX: u32 = 50;
const ENTRIES_MAX: u32 = 200;
const OUTPUT_BYTES_MAX: usize = 3_000;
const TEXT_BYTES_MAX: usize = 4_000;

/// Failures that no other call of a model mends.
const ENDS: [&str; 5] = ["base-moved", "call-timeout", "kernel-failed", "limit-time", "repository-unusable"];

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Came {
    /// It was done; the text is for the model.
    Done(String),
    /// An edit was made.
    Edited { told: String, done: bool },
    /// An edit fits no file.
    Misfit(edit::Mismatch),
    /// It was not done, for a reason that is the model's.
    Wrong(String),
    /// It was never offered.
    Denied(String),
}

/// The desk of a run.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// What is known of files, as they are now.
    files: BTreeMap<RepoPath, Option<Content>>,
    /// What they were, of those that changed.
    before: BTreeMap<RepoPath, Option<Content>>,
    /// How often the workspace changed.
    pub version: u64,
    /// The checks that can be run.
    pub checks: Vec<String>,
    /// Whether the model was shown all that there is.
    is_whole: bool,
}

impl Desk {
    /// A desk with files that were read.
    pub fn new(files: BTreeMap<RepoPath, Option<Content>>, checks: Vec<String>, is_whole: bool) -> Self {
        Self { files, checks, is_whole, ..Self::default() }
    }

    /// The tools that a model is told of. Who was shown everything need not look for it.
    pub fn shown(&self) -> Vec<Tool> {
        let looks = |tool: &Tool| !matches!(tool, Tool::Edit | Tool::Check);
        self.tools().into_iter().filter(|tool| !(self.is_whole && looks(tool))).collect()
    }

    /// The tools that can be used here.
    pub fn tools(&self) -> Vec<Tool> {
        let mut tools = vec![Tool::List, Tool::Search, Tool::Read, Tool::Symbols, Tool::Edit];
        tools.extend((!self.checks.is_empty()).then_some(Tool::Check));
        tools
    }

    /// Whether a tool of that name is here.
    pub fn has(&self, name: &str) -> bool {
        Tool::named(name).is_some_and(|tool| self.tools().contains(&tool))
    }

    /// The net change so far.
    pub fn changes(&self) -> Vec<Change> {
        let changed = self.before.iter().filter_map(|(path, before)| {
            let now = self.files.get(path).cloned().flatten();
            match (before, now) {
                (before, now) if *before == now => None,
                (_, Some(content)) => {
                    Some(Change::Write { path: path.clone(), bytes: content.bytes, mode: Some(content.mode) })
                }
                (_, None) => Some(Change::Delete { path: path.clone() }),
            }
        });
        changed.collect()
    }

    /// Does what was called for, or says why not. What the Runner refuses ends the run.
    pub fn call<H: Host>(
        &mut self,
        granted: &Granted<H>,
        host: &mut H,
        call: &ToolCall,
    ) -> Result<Came, Stop> {
        let Some(tool) = Tool::named(&call.name).filter(|tool| self.tools().contains(tool)) else {
            return Ok(Came::Denied(format!("there is no tool `{}`", shown(&call.name))));
        };
        let input = match &call.input {
            Ok(input) => input,
            Err(fault) => return Ok(Came::Wrong(format!("the input is no JSON object: {}", fault.message))),
        };
        match self.act(granted, host, tool, input) {
            Ok(came) => Ok(came),
            Err(Halt::Said(why)) => Ok(Came::Wrong(why)),
            Err(Halt::Outside(why)) => Ok(Came::Denied(why)),
            Err(Halt::Call(CallError::Failed(failure))) if !ENDS.contains(&failure.code.as_str()) => {
                Ok(Came::Wrong(format!("{} ({})", failure.message, failure.code)))
            }
            Err(Halt::Call(refused)) => Err(refused.into()),
            Err(Halt::Stop(stop)) => Err(stop),
        }
    }

    fn act<H: Host>(
        &mut self,
        granted: &Granted<H>,
        host: &mut H,
        tool: Tool,
        input: &Map<String, Value>,
    ) -> Result<Came, Halt> {
        let spoken = Spoken::of(input);
        Ok(match tool {
            Tool::List => Came::Done(list(granted, host, &spoken)?),
            Tool::Search => Came::Done(search(granted, host, &spoken)?),
            Tool::Read => Came::Done(self.read(granted, host, &spoken)?),
            Tool::Symbols => Came::Done(symbols(granted, host, &spoken)?),
            Tool::Check => Came::Done(self.check(granted, host, &spoken)?),
            Tool::Edit => self.edit(granted, host, &spoken)?,
        })
    }

    fn read<H: Host>(&mut self, granted: &Granted<H>, host: &mut H, spoken: &Spoken) -> Result<String, Halt> {
        let path = spoken.path("path")?.ok_or_else(|| Halt::lacks("path"))?;
        let Some(content) = self.file(granted, host, &path)? else {
            return Err(Halt::Said(format!("`{path}` does not exist")));
        };
        let Ok(text) = std::str::from_utf8(&content.bytes) else {
            return Err(Halt::Said(format!("`{path}` is no text, {} bytes", content.bytes.len())));
        };
        let total = text.lines().count() as u64;
        let from = spoken.number("from")?.unwrap_or(1).max(1);
        let to = spoken.number("to")?.unwrap_or(u64::MAX).min(from.saturating_add(LINES_MAX - 1));
        let lines: String = text
            .split_inclusive('\n')
            .skip(usize::try_from(from - 1).unwrap_or(usize::MAX))
            .take(usize::try_from((to + 1).saturating_sub(from)).unwrap_or(usize::MAX))
            .collect();
        let part = beginning(&lines, READ_BYTES_MAX);
        let last = from + part.lines().count() as u64;
        Ok(data(&format!("{path} {from}-{} of {total}", last.saturating_sub(1)), part))
    }

    /// A file as it is now.
    fn file<H: Host>(
        &mut self,
        granted: &Granted<H>,
        host: &mut H,
        path: &RepoPath,
    ) -> Result<Option<Content>, Halt> {
        if let Some(known) = self.files.get(path) {
            return Ok(known.clone());
        }
        let read = host.read(granted.capability(CapabilityName::RepoRead)?, path);
        let content = match read {
            Ok(content) => {
                is_shown(granted, host, path)?;
                Some(content)
            }
            Err(CallError::Failed(failure)) if failure.code == "file-missing" => None,
            Err(error) => return Err(error.into()),
        };
        self.files.insert(path.clone(), content.clone());
        Ok(content)
    }

    fn check<H: Host>(&self, granted: &Granted<H>, host: &mut H, spoken: &Spoken) -> Result<String, Halt> {
        let name = spoken.text("name")?.ok_or_else(|| Halt::lacks("name"))?;
        if !self.checks.contains(&name) {
            return Err(Halt::Said(format!("there is no check `{}`", shown(&name))));
        }
        let results = host.run_checks(granted.capability(CapabilityName::RepoCheck)?, &[name])?;
        Ok(results.iter().map(told).collect())
    }

    fn edit<H: Host>(&mut self, granted: &Granted<H>, host: &mut H, spoken: &Spoken) -> Result<Came, Halt> {
        let edits = spoken.edits()?;
        let done = spoken.truth("done")?;
        if edits.is_empty() {
            return Ok(Came::Edited { told: "no edit was named".to_owned(), done });
        }
        let set = EditSet::from_tool(&edits).map_err(|fault| Halt::Said(fault.to_string()))?;
        let mut files = BTreeMap::new();
        for path in set.paths() {
            files.insert(path.clone(), self.file(granted, host, &path)?);
        }
        let edit::Applied { changes, matched } = match edit::apply(&set, &files, Matching::Layered) {
            Ok(applied) => applied,
            Err(mismatch) => return Ok(Came::Misfit(mismatch)),
        };
        if changes.is_empty() {
            return Err(Halt::Said("the edit leaves every file as it is".to_owned()));
        }
        host.write(granted.capability(CapabilityName::RepoWrite)?, &changes)?;
        self.took(&changes);
        Ok(Came::Edited { told: made(&changes, &matched), done })
    }

    /// Takes over what was written.
    pub fn took(&mut self, changes: &[Change]) {
        self.version += 1;
        for change in changes {
            match change {
                Change::Write { path, bytes, mode } => {
                    let before = self.files.get(path).cloned().flatten();
                    let mode = mode.or(before.map(|content| content.mode)).unwrap_or(FileMode::Plain);
                    self.put(path, Some(Content { bytes: bytes.clone(), mode }));
                }
                Change::Delete { path } => self.put(path, None),
                Change::Rename { from, to } => {
                    let content = self.files.get(from).cloned().flatten();
                    self.put(from, None);
                    self.put(to, content);
                }
            }
        }
    }

    fn put(&mut self, path: &RepoPath, content: Option<Content>) {
        let before = self.files.insert(path.clone(), content).flatten();
        self.before.entry(path.clone()).or_insert(before);
    }

    /// Lines added and removed, together.
    pub fn changed_lines(&self) -> u64 {
        let text = |content: Option<&Content>| {
            content.map(|content| String::from_utf8_lossy(&content.bytes).into_owned()).unwrap_or_default()
        };
        let lines = self.before.iter().map(|(path, before)| {
            let (old, new) = (text(before.as_ref()), text(self.files.get(path).and_then(Option::as_ref)));
            let diff = similar::TextDiff::from_lines(old.as_str(), new.as_str());
            diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal).count() as u64
        });
        lines.sum()
    }
}

/// Why a tool did nothing.
pub(crate) enum Halt {
    /// The model's own fault, in words for it.
    Said(String),
    /// It wanted what is not the repository's to give.
    Outside(String),
    /// The host's answer.
    Call(CallError),
    /// The end.
    Stop(Stop),
}

impl Halt {
    /// An argument is missing.
    pub fn lacks(name: &str) -> Self {
        Self::Said(format!("`{name}` is missing"))
    }
}

impl From<CallError> for Halt {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<spoken::Unclear> for Halt {
    fn from(unclear: spoken::Unclear) -> Self {
        match unclear {
            spoken::Unclear::Words(why) => Self::Said(why),
            spoken::Unclear::Outside(why) => Self::Outside(why),
        }
    }
}

/// Refuses what git ignores: that is kept to the machine, and a model is not on it.
fn is_shown<H: Host>(granted: &Granted<H>, host: &mut H, path: &RepoPath) -> Result<(), Halt> {
    let query = json!({ "kind": "file", "text": "*", "folder": path.as_str(), "limit": 1 });
    let found = host.find(granted.capability(CapabilityName::RepoRead)?, &query)?;
    match found["matches"].as_array().is_some_and(|matches| !matches.is_empty()) {
        true => Ok(()),
        false => Err(Halt::Outside(format!("`{path}` is not shown: git ignores it"))),
    }
}

fn list<H: Host>(granted: &Granted<H>, host: &mut H, spoken: &Spoken) -> Result<String, Halt> {
    let folder = spoken.path("folder")?;
    let listing =
        host.list(granted.capability(CapabilityName::RepoRead)?, folder.as_ref(), None, ENTRIES_MAX)?;
    let lines = listing.entries.iter().map(|entry| match entry.kind.as_str() {
        "folder" => format!("{}/\n", shown(entry.path.as_str())),
        _ => format!("{}\n", shown(entry.path.as_str())),
    });
    let more = if listing.next.is_some() { "… and more\n" } else { "" };
    let text = lines.collect::<String>() + more;
    Ok(data(&format!("list {}", folder.map_or_else(|| ".".to_owned(), |path| path.to_string())), &text))
}

fn search<H: Host>(granted: &Granted<H>, host: &mut H, spoken: &Spoken) -> Result<String, Halt> {
    let sought = spoken.text("text")?.ok_or_else(|| Halt::lacks("text"))?;
    let folder = spoken.path("folder")?;
    let capability = granted.capability(CapabilityName::RepoRead)?;
    let hits = host.search(capability, &sought, folder.as_ref(), HITS_MAX)?;
    let lines = hits.hits.iter().map(|hit| format!("{}:{}: {}\n", hit.path, hit.line, hit.text.trim_end()));
    let more = if hits.more { "… and more\n" } else { "" };
    let text = lines.collect::<String>() + more;
    match text.is_empty() {
        true => Ok("nothing holds that text".to_owned()),
        false => Ok(data("search", beginning(&text, TEXT_BYTES_MAX))),
    }
}

fn symbols<H: Host>(granted: &Granted<H>, host: &mut H, spoken: &Spoken) -> Result<String, Halt> {
    let path = spoken.path("path")?.ok_or_else(|| Halt::lacks("path"))?;
    is_shown(granted, host, &path)?;
    let told = host.symbols(granted.capability(CapabilityName::RepoRead)?, &path)?;
    let lines = told["symbols"].as_array().into_iter().flatten().map(|symbol| {
        let text = symbol["signature"].as_str().or(symbol["name"].as_str()).unwrap_or_default();
        format!("{} {text}\n", symbol["line"])
    });
    let text: String = lines.collect();
    match text.is_empty() {
        true => Ok(format!("`{path}` defines nothing that is known here")),
        false => Ok(data(&format!("symbols {path}"), beginning(&text, TEXT_BYTES_MAX))),
    }
}

/// What came of a check, for a model.
pub(crate) fn told(result: &CheckResult) -> String {
    let name = shown(&result.name);
    if result.passed() {
        return format!("check `{name}` passed\n");
    }
    let code = result.exit_code.map(|code| format!(" with exit code {code}")).unwrap_or_default();
    let output = data(&format!("check {}", result.name), ending(&result.output, OUTPUT_BYTES_MAX));
    format!("check `{name}` {}{code}\n{output}", result.outcome)
}

/// What an edit did, in few words; more only where it was not taken as it was written.
fn made(changes: &[Change], matched: &[Matched]) -> String {
    let files: BTreeSet<_> = changes.iter().flat_map(Change::paths).map(ToString::to_string).collect();
    let loosely = matched.iter().filter(|matched| matched.layer != Layer::Exact);
    let loosely = loosely.map(|matched| format!("; {matched}"));
    format!("edited {}{}", files.into_iter().collect::<Vec<_>>().join(", "), loosely.collect::<String>())
}

/// A call as the trace is to know it.
pub(crate) fn noted(call: &ToolCall, came: &Came) -> Option<Value> {
    let why = match came {
        Came::Denied(why) | Came::Wrong(why) => why,
        _ => return None,
    };
    let input = match &call.input {
        Ok(input) => Value::Object(input.clone()).to_string(),
        Err(fault) => fault.raw.clone(),
    };
    Some(json!({ "tool": shown(&call.name), "input": beginning(&input, 500), "why": why }))
}
