//! What a program is held in: namespaces of its own, a root of its own in which the
//! machine's programs are read-only and the workspace is an overlay, no network, no
//! power, and bounds on all that it can use.

mod advice;
mod cache;
#[cfg(target_os = "linux")]
pub(super) mod linux;
mod probe;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

#[cfg(target_os = "linux")]
use cap_std::{ambient_authority, fs::Dir};
use policy::{Code, config::SandboxConfig};
use serde::{Deserialize, Serialize};

pub use probe::{Probe, probe};

use crate::{KernelError, workspace::Staged};
#[cfg(target_os = "linux")]
use crate::{secret::ignored::rules, workspace::stage};

/// Where the workspace stands inside.
pub const WORKSPACE: &str = "/work";
/// The home of what runs inside.
pub const HOME: &str = "/home/check";
/// The name of the user inside.
pub const USER: &str = "check";
/// What a part that did not hold begins with, in the lists of parts.
pub const MISSING: &str = "missing: ";

/// Where the programs of a system lie, below the root.
const SYSTEM: &[&str] = &["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// What below `/usr` is the machine's own configuration, and may hold its secrets.
const OF_THE_MACHINE: [&str; 1] = ["/usr/local/etc"];

/// A sandbox for one program. It holds nothing secret: it is handed on as an argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// What makes it.
    pub backend: Backend,
    /// The checkout, under everything that is written to the workspace; never written to.
    pub checkout: PathBuf,
    /// The change of the run, as `Workspace::stage` laid it ready.
    pub staged: PathBuf,
    /// What is shown of the machine beyond its programs.
    pub shown: Vec<Shown>,
    /// Paths within the workspace that are hidden behind something empty.
    pub hidden: Vec<String>,
    /// Variables that stand in place of those of the command.
    pub environment: BTreeMap<String, String>,
    /// Folders that are sought for programs before all others.
    pub path: Vec<PathBuf>,
    /// What it may use.
    pub bounds: Bounds,
    /// What becomes of what it writes to the workspace.
    pub writes: Writes,
}

/// What becomes of what is written to the workspace. Nothing of it ever gets there by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Writes {
    /// It is gone with the sandbox.
    Dropped,
    /// The same; but how it ended by itself, it is noted before.
    Noted,
}

/// What makes a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// The Runner's own program.
    Native,
    /// The program `bwrap`.
    Bubblewrap,
}

/// A folder or file of the machine that is shown inside at the same path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The path, outside and inside.
    pub path: PathBuf,
    /// How it can be used there.
    pub access: Access,
}

/// How what is shown can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// It can be read.
    Read,
    /// It seems to be writable: what is written is gone with the sandbox.
    Overlaid,
    /// Nothing of it is shown; an empty, private folder stands there.
    Empty,
}

/// What all that runs in a sandbox may use together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Memory.
    pub memory_bytes: u64,
    /// Processes and threads.
    pub processes: u64,
    /// Processor time.
    pub cpu_seconds: u64,
    /// Bytes written, in the workspace, `/tmp`, home and `/dev/shm` together.
    pub disk_bytes: u64,
    /// Size of one file.
    pub file_bytes: u64,
}

impl Sandbox {
    /// The sandbox for a change, as the operator configured it. `backend` is what
    /// [`probe`] found.
    pub fn new(staged: &Staged, config: &SandboxConfig, backend: Backend) -> Result<Self, KernelError> {
        let mut sandbox = Self {
            backend,
            checkout: staged.checkout().to_owned(),
            staged: staged.folder(),
            shown: Vec::new(),
            hidden: config.hidden.clone(),
            environment: BTreeMap::new(),
            path: Vec::new(),
            bounds: Bounds::from(config),
            writes: Writes::Dropped,
        };
        for place in OF_THE_MACHINE.map(Path::new) {
            sandbox.add_existing(place, Access::Empty);
        }
        cache::show(&config.caches, &mut sandbox);
        for path in &config.read_only {
            sandbox.shown.push(Shown { path: showable(Path::new(path))?, access: Access::Read });
        }
        Ok(sandbox)
    }

    /// The same, and what is written to the workspace is noted.
    #[cfg(target_os = "linux")]
    pub fn noting(mut self) -> Result<Self, KernelError> {
        let checkout = Dir::open_ambient_dir(&self.checkout, ambient_authority());
        let checkout = checkout.map_err(KernelError::io("open", self.checkout.display()))?;
        let laid = rules::exclude(&checkout).map_or(Ok(()), |text| stage::lay_exclude(&self.staged, &text));
        laid.map_err(KernelError::io("lay ready what git ignores in", self.staged.display()))?;
        self.writes = Writes::Noted;
        Ok(self)
    }

    /// The same, and what is written to the workspace is noted.
    #[cfg(not(target_os = "linux"))]
    pub fn noting(mut self) -> Result<Self, KernelError> {
        self.writes = Writes::Noted;
        Ok(self)
    }
}

/// Refuses a configuration that names a folder which can't be shown.
pub fn refuse_unshowable(config: &SandboxConfig) -> Result<(), KernelError> {
    config.read_only.iter().try_for_each(|path| showable(Path::new(path)).map(drop))
}

/// Whether what lies at a path is shown to checks: what is the system's, and what the
/// configuration names.
pub fn shows(config: &SandboxConfig, path: &Path) -> bool {
    let within = |folder: &Path| folder.canonicalize().is_ok_and(|folder| path.starts_with(folder));
    let is_covered = OF_THE_MACHINE.iter().any(|place| within(Path::new(place)));
    let of_system = SYSTEM.iter().any(|name| within(&Path::new("/").join(name)));
    (of_system && !is_covered) || config.read_only.iter().any(|folder| within(Path::new(folder)))
}

/// What is shown must not take the place of what the sandbox is made of, nor be a door: a
/// socket can be spoken to although it is read-only.
pub(super) fn showable(path: &Path) -> Result<PathBuf, KernelError> {
    let failed = || KernelError::io("show", path.display());
    let found = path.canonicalize().map_err(failed())?;
    let metadata = found.metadata().map_err(failed())?;
    let own = ["/proc", "/sys", "/dev", "/etc", "/tmp", WORKSPACE, HOME].map(Path::new);
    let covers = own.iter().any(|own| own.starts_with(&found));
    let lies_in = ["/proc", "/sys", "/dev", WORKSPACE, HOME].iter().any(|own| found.starts_with(own));
    let what = match (covers || lies_in, metadata.is_dir() || metadata.is_file()) {
        (true, _) => "stands where the sandbox has something of its own",
        (_, false) => "is neither a folder nor a file",
        _ => return Ok(found),
    };
    let message =
        format!("`{}` can't be shown: it {what}\nhint: mend `read_only` in `[sandbox]`", path.display());
    Err(KernelError::new(Code::SandboxUnavailable, message))
}

impl From<&SandboxConfig> for Bounds {
    fn from(config: &SandboxConfig) -> Self {
        Self {
            memory_bytes: config.memory_bytes,
            processes: config.processes,
            cpu_seconds: config.cpu_seconds,
            disk_bytes: config.disk_bytes,
            file_bytes: config.file_bytes,
        }
    }
}
