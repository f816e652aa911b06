//! Programs of others that look into files. Each gets a folder with the files and another
//! one to write to, in a sandbox without a network, and what it said and wrote there is
//! handed back as it is.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use agent_contract::{RepoPath, check::CheckOutcome};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use policy::config::SandboxConfig;

use super::{
    Cancel, Command, Ended, Limit, Limits, Place, Sandbox, find,
    run::run,
    sandbox::{self, Access, Backend, Shown, WORKSPACE},
};
use crate::{
    Itself, KernelError,
    workspace::{
        Staged,
        fixes::{Note, Wrote},
    },
};

/// Where what a program says is kept, below the workspace.
const SAID: &str = "said";
/// Starts a program in a folder, with its two streams apart.
const APART: &str = "cd \"$1\" && shift && exec \"$@\" >\"$SAID/out\" 2>\"$SAID/err\"";
const OUTPUT_BYTES: usize = 4096;

/// A place for programs. What is laid there is gone when it is dropped.
#[derive(Debug)]
pub struct Bench {
    staged: Staged,
    config: SandboxConfig,
    backend: Backend,
}

/// A program of the machine.
#[derive(Debug, Clone)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// The SHA-256 of its file.
    pub sha256: String,
}

/// What a program is to do.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// What it sees of the environment, beyond a path.
    pub environment: &'a BTreeMap<String, String>,
    /// The folder that it starts in, as it sees it.
    pub directory: &'a str,
    /// The file of its report, as it sees it.
    pub report: &'a str,
    /// What is shown to it of the machine, besides the machine's programs.
    pub shown: &'a [PathBuf],
    /// Wall time.
    pub wall: Duration,
}

/// What a program did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// How it ended.
    pub end: End,
    /// What it wrote to its standard output.
    pub out: Vec<u8>,
    /// What it wrote to its error stream.
    pub err: Vec<u8>,
    /// What is in its report, where there is one.
    pub report: Option<Vec<u8>>,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// By itself, with a code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// By the time limit.
    TimedOut,
    /// By writing more than is handed back, or by another limit.
    TooMuch,
    /// It was not run. Why.
    Unheld(String),
}

impl Program {
    /// Finds a program by its name on the search path, or by its path.
    pub fn found(name: &str) -> Option<Self> {
        let path = find::program(name)?;
        let sha256 = policy::blob::sha256(&fs::read(&path).ok()?);
        Some(Self { path, sha256 })
    }

    /// What has to be shown for it to be run, where it does not lie among the machine's programs:
    /// its folder, or the Python environment that it belongs to with the Python of that.
    pub fn shown(&self, config: &SandboxConfig) -> Vec<PathBuf> {
        let is_shown = |path: &Path| path.canonicalize().is_ok_and(|real| sandbox::shows(config, &real));
        if is_shown(&self.path) && sandbox::shows(config, &self.path) {
            return Vec::new();
        }
        let Some(folder) = self.path.parent() else { return Vec::new() };
        let environment = folder.parent().filter(|above| above.join(PYVENV).is_file());
        let python = environment.and_then(python).filter(|python| !is_shown(python));
        std::iter::once(environment.unwrap_or(folder).to_owned()).chain(python).collect()
    }
}

/// What tells of a Python environment where its Python is.
const PYVENV: &str = "pyvenv.cfg";

/// The folder of the Python that an environment was made with.
fn python(environment: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(environment.join(PYVENV)).ok()?;
    let home = text.lines().find_map(|line| line.strip_prefix("home")?.trim().strip_prefix('='))?;
    Path::new(home.trim()).parent().map(Path::to_owned)
}

impl Bench {
    /// An empty one, in a folder within `within`.
    pub fn new(config: &SandboxConfig, backend: Backend, within: &Path) -> Result<Self, KernelError> {
        let staged = Staged::alone(within)?;
        let bench = Self { staged, config: config.clone(), backend };
        bench.make(SAID)?;
        Ok(bench)
    }

    /// The place of a path of the bench, as programs see it.
    pub fn inside(path: &str) -> String {
        format!("{WORKSPACE}/{path}")
    }

    /// Makes a folder.
    pub fn make(&self, path: &str) -> Result<(), KernelError> {
        let place = self.staged.checkout().join(path);
        fs::create_dir_all(&place).map_err(KernelError::io("make", place.display()))
    }

    /// Lays a file. `path` is as programs see it.
    pub fn lay(&self, path: &str, bytes: &[u8]) -> Result<(), KernelError> {
        let below = path.strip_prefix(WORKSPACE).and_then(|below| below.strip_prefix('/'));
        let below = below.and_then(|below| RepoPath::parse(below).ok()).ok_or_else(|| {
            let message = format!("`{}` is no place of a bench", path.escape_debug());
            KernelError::new(policy::Code::KernelFailed, message)
        })?;
        let place = self.staged.checkout().join(below.as_str());
        let made = place.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&place, bytes)).map_err(KernelError::io("write", place.display()))
    }

    /// Runs a program to its end.
    pub fn run(&self, task: &Task, itself: &Itself, cancel: &Cancel) -> Done {
        match self.command(task) {
            Ok(command) => done(run(&command, itself, cancel), task.report),
            Err(error) => Done::silent(End::Unheld(error.message)),
        }
    }

    fn command(&self, task: &Task) -> Result<Command, KernelError> {
        let mut sandbox = Sandbox::new(&self.staged, &self.config, self.backend)?.noting()?;
        for path in task.shown {
            sandbox.shown.push(Shown { path: sandbox::showable(path)?, access: Access::Read });
        }
        sandbox.environment.extend(task.environment.clone());
        sandbox.environment.insert("SAID".to_owned(), Self::inside(SAID));
        let words = ["/bin/sh", "-c", APART, "sh", task.directory].map(str::to_owned);
        let environment = ["PATH", "LANG"]
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), super::allowed_environment(&[]).remove(*name)?)));
        let limits = Limits {
            wall: task.wall,
            output_bytes: OUTPUT_BYTES,
            output_bytes_max: self.config.output_bytes_max,
        };
        Ok(Command {
            argv: words.into_iter().chain(task.argv.iter().cloned()).collect(),
            place: Place::Sandboxed(sandbox),
            environment: environment.collect(),
            limits,
        })
    }
}

impl Done {
    fn silent(end: End) -> Self {
        Self { end, out: Vec::new(), err: Vec::new(), report: None }
    }
}

fn done(ended: Ended, report: &str) -> Done {
    let end = match (ended.outcome, ended.signal, ended.exit_code, ended.exceeded) {
        (CheckOutcome::TimedOut, ..) | (.., Some(Limit::CpuTime)) => End::TimedOut,
        (CheckOutcome::Unavailable, ..) => return Done::silent(End::Unheld(ended.output)),
        (.., Some(_)) => End::TooMuch,
        (_, Some(signal), ..) => End::Signal(signal),
        (_, _, Some(code), _) => End::Code(code),
        _ => return Done::silent(End::Unheld("nobody knows how it ended".to_owned())),
    };
    match ended.wrote {
        Some(Wrote::Noted(notes)) => kept(end, notes, report),
        Some(Wrote::TooMuch(_)) => Done::silent(End::TooMuch),
        Some(Wrote::Unseen(why)) => Done::silent(End::Unheld(why)),
        None => Done::silent(end),
    }
}

/// Of all that a program wrote, its streams and its report.
fn kept(end: End, notes: Vec<Note>, report: &str) -> Done {
    let mut files: BTreeMap<String, Vec<u8>> = notes.into_iter().filter_map(file).collect();
    let mut take = |path: &str| files.remove(path);
    let out = take(&Bench::inside(&format!("{SAID}/out"))).unwrap_or_default();
    let err = take(&Bench::inside(&format!("{SAID}/err"))).unwrap_or_default();
    Done { end, out, err, report: take(report) }
}

fn file(note: Note) -> Option<(String, Vec<u8>)> {
    let Note::File { path, base64, .. } = note else { return None };
    Some((Bench::inside(path.as_str()), BASE64_STANDARD.decode(base64).ok()?))
}
