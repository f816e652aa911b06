//! Known tools beside the scanners of ours: found on this machine, asked who they are, and
//! run in a sandbox on a copy of the files.

mod run;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use adapters::{Adapter, Identity, Pin};
use agent_contract::{
    RepoPath,
    gate::{GateName, Source},
};
use kernel::{
    Itself,
    process::{bench::Program, sandbox::Backend},
};
use policy::config::{SandboxConfig, ToolConfig};

use crate::{Opening, set::State};

/// What holds the tools of a Runner.
#[derive(Debug, Clone)]
pub struct Holds {
    /// The sandbox, as the operator has it.
    pub config: SandboxConfig,
    /// What makes it, or what of it is missing.
    pub backend: Result<Backend, String>,
    /// Where copies of the files are made.
    pub within: PathBuf,
    /// The program that does the parts that need a process of their own.
    pub itself: Itself,
}

/// A tool that is there and can be run.
#[derive(Debug)]
pub struct Tool {
    adapter: Adapter,
    program: Program,
    pins: Vec<Pin>,
    rules: Option<String>,
    data: Option<String>,
    show: Vec<PathBuf>,
    holds: Holds,
    backend: Backend,
    identity: Mutex<Option<Identity>>,
}

/// What came of looking for a tool.
pub(crate) enum Sought {
    /// It is there.
    Tool(Box<Tool>),
    /// The gate can't do without it, and why it is not to be had.
    Lacking(State),
    /// The gate can do without it, and why it is not to be had.
    Passed(String),
    /// Nobody asks for its gate.
    Unasked,
}

/// The gate that the findings of a known tool count for, where nobody says otherwise.
pub fn gate_of(name: &str) -> Option<GateName> {
    let known = adapters::embedded().ok()?;
    known.iter().find(|adapter| adapter.name() == name)?.gates().first().copied()
}

/// Looks for a tool, and says which gate its findings count for.
pub(crate) fn seek(config: &ToolConfig, opening: &Opening) -> Result<(GateName, Sought), String> {
    let adapter = adapter(config, opening)?;
    let gate = gate(config, &adapter)?;
    if !opening.gates.contains(&gate) {
        return Ok((gate, Sought::Unasked));
    }
    let sought = match found(config, adapter, opening) {
        Ok(tool) => Sought::Tool(Box::new(tool)),
        Err(State::Absent(reason)) if config.optional => {
            Sought::Passed(format!("{reason}; the gate can do without it"))
        }
        Err(state) => Sought::Lacking(state),
    };
    Ok((gate, sought))
}

fn adapter(config: &ToolConfig, opening: &Opening) -> Result<Adapter, String> {
    let name = config.name.as_str();
    if let Some(file) = &config.definition {
        let bytes =
            (opening.read)(Path::new(file))?.ok_or_else(|| format!("tools: there is no file `{file}`"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("tools: `{file}` is not UTF-8"))?;
        let adapter = Adapter::load(file, &text).map_err(|fault| format!("tools: {fault}"))?;
        let same = adapter.name() == name;
        return if same { Ok(adapter) } else { Err(format!("tools: `{file}` does not define `{name}`")) };
    }
    let known = adapters::embedded().map_err(|fault| format!("tools: {fault}"))?;
    let names: Vec<_> = known.iter().map(|adapter| adapter.name().to_owned()).collect();
    known.into_iter().find(|adapter| adapter.name() == name).ok_or_else(|| {
        let name = name.escape_debug();
        format!(
            "tools: nothing is known of `{name}`\nhint: known are {}; a `definition` brings another",
            names.join(", ")
        )
    })
}

fn gate(config: &ToolConfig, adapter: &Adapter) -> Result<GateName, String> {
    let serves = adapter.gates();
    match config.gate {
        Some(gate) if !serves.contains(&gate) => {
            Err(format!("tools: `{}` can't serve the `{gate}` gate", adapter.name()))
        }
        Some(gate) => Ok(gate),
        None => serves.first().copied().ok_or_else(|| format!("tools: `{}` serves no gate", adapter.name())),
    }
}

fn found(config: &ToolConfig, adapter: Adapter, opening: &Opening) -> Result<Tool, State> {
    let name = adapter.name().to_owned();
    let sought = config.program.as_deref().unwrap_or(adapter.program());
    let program = Program::found(sought)
        .ok_or_else(|| State::Absent(format!("`{name}` is not there: `{sought}` is no program here")))?;
    if let Some(expected) =
        config.sha256.as_ref().filter(|sha256| !sha256.eq_ignore_ascii_case(&program.sha256))
    {
        return Err(State::Broken(format!(
            "`{name}` is not what the operator vouches for: the SHA-256 of `{}` is {}, not {expected}",
            program.path.display(),
            program.sha256
        )));
    }
    if let Some(host) = adapter.network().first() {
        let reason = format!("`{name}` has to reach `{host}`, and no program in a sandbox reaches a host");
        return Err(State::Absent(reason));
    }
    let holds = opening.holds.clone();
    let backend = holds.backend.clone().map_err(|missing| {
        State::Absent(format!("`{name}` is not run, because nothing here can hold it: {missing}"))
    })?;
    let pin = config.sha256.clone().zip(config.version.clone());
    Ok(Tool {
        program,
        pins: pin.map(|(sha256, version)| Pin { sha256, version }).into_iter().collect(),
        rules: config.rules.as_deref().map(placed).transpose()?,
        data: config.data.as_deref().map(placed).transpose()?,
        show: config.show.iter().map(PathBuf::from).collect(),
        holds,
        backend,
        adapter,
        identity: Mutex::default(),
    })
}

/// Where something of the operator's lies, as the tool sees it.
fn placed(path: &str) -> Result<String, State> {
    let found = kernel::workspace::existing(Path::new(path)).map_err(|error| State::Absent(error.message))?;
    Ok(found.to_string_lossy().into_owned())
}

impl Tool {
    /// Its name.
    pub fn name(&self) -> &str {
        self.adapter.name()
    }

    /// Whether a file is one of those that it is given one by one.
    pub fn is_given(&self, path: &RepoPath) -> bool {
        self.adapter.is_given(path)
    }

    /// The program that it is.
    pub fn source(&self) -> Source {
        let identity = self.identity.lock().unwrap_or_else(PoisonError::into_inner);
        let version = identity.as_ref().map_or_else(|| "unknown".to_owned(), |found| found.version.clone());
        Source { name: self.name().to_owned(), version, sha256: self.program.sha256.clone() }
    }

    fn is_known(&self, identity: Identity) {
        *self.identity.lock().unwrap_or_else(PoisonError::into_inner) = Some(identity);
    }
}
