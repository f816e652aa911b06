//! What stands outside while an attempt is made: folders that must stay as they are,
//! secrets, listeners, a process, a terminal. Each attempt has its own.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tempfile::TempDir;

use super::{
    attempt::{Bounds, Marks},
    attempts::BELOW_SYSTEM,
    listener::Ears,
    snapshot::Snapshot,
    stage::{Planted, Stage},
    victim::Victim,
};

const MIB: u64 = 1024 * 1024;
/// What a check may use here.
pub const BOUNDS: Bounds = Bounds {
    memory_bytes: 128 * MIB,
    processes: 64,
    cpu_seconds: 1,
    disk_bytes: 48 * MIB,
    file_bytes: 16 * MIB,
    files: 70_000,
    output_bytes: 2 * MIB,
};

/// The attempt that looks for what the Runner left open.
const LEFT_OPEN: &str = "write-inherited-descriptor";

/// What stands outside.
pub struct Scene {
    /// What the attempt is told of it.
    pub marks: Marks,
    /// Where the Runner keeps what it makes for the sandbox.
    pub work: PathBuf,
    folder: TempDir,
    planted: Vec<Planted>,
    ears: Ears,
    victim: Victim,
    terminal: Option<Terminal>,
    before: Snapshot,
    /// A folder that is left open without closing it for programs. Only for the attempt
    /// that looks for it: those that run at the same time get it, too.
    _left_open: Option<File>,
}

struct Terminal {
    master: File,
    _slave: File,
    path: PathBuf,
}

impl Scene {
    /// Sets one for an attempt.
    pub fn set(name: &str, stage: &Stage) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(&format!("escapes-{name}-")).tempdir_in(base(name))?;
        let token = format!("token-{}", folder.path().file_name().unwrap_or_default().display());
        let mut planted = stage.planted.clone();
        lay(folder.path(), &token, &mut planted)?;
        let secrets =
            ["another process", "another process' arguments", "another process' input"].map(Planted::new);
        let victim =
            Victim::start(&stage.program(), secrets.each_ref().map(|planted| planted.secret.as_str()))?;
        planted.extend(secrets);
        let (ears, listeners) = Ears::open(folder.path(), &token)?;
        let terminal = Terminal::open().ok();
        let at = |name: &str| folder.path().join(name);
        let marks = Marks {
            token,
            pid_namespace: stage.pid_namespace.clone(),
            outside: at("outside"),
            checkout: at("checkout"),
            home: at("home"),
            state: at("state"),
            cache: at("cache"),
            privileged: stage.privileged.as_ref().map(|(_, privileged)| privileged.clone()),
            listeners,
            victim: victim.id(),
            terminal: terminal.as_ref().map_or_else(PathBuf::new, |terminal| terminal.path.clone()),
            shared_memory: stage.shared_memory,
            limits: BOUNDS,
        };
        let left_open = (name == LEFT_OPEN).then(|| leave_open(&marks.outside)).transpose()?;
        let (work, before) = (at("work"), snapshot(&marks));
        Ok(Self { marks, work, folder, planted, ears, victim, terminal, before, _left_open: left_open })
    }

    /// The planted secrets that stand in a text, by their places.
    pub fn secrets_in(&self, text: &str) -> Vec<&'static str> {
        let told = self.planted.iter().filter(|planted| !planted.secret.is_empty());
        told.filter(|planted| text.contains(&planted.secret)).map(|planted| planted.place).collect()
    }

    /// What is not as it was.
    pub fn touched(&self) -> Vec<String> {
        self.before.differs(&snapshot(&self.marks))
    }

    /// Who heard of the attempt.
    pub fn heard(&mut self) -> Vec<&'static str> {
        let mut heard = self.ears.heard(&self.marks.token);
        if self.terminal.as_mut().is_some_and(|terminal| terminal.shows(&self.marks.token)) {
            heard.push("a terminal");
        }
        heard
    }

    /// Whether the process outside came to harm.
    pub fn struck(&mut self) -> bool {
        self.victim.was_struck()
    }

    /// Whether a text says where the checkout or the change lie.
    pub fn is_placed_by(&self, text: &str) -> bool {
        let folders = [&self.marks.checkout, &self.work];
        folders.iter().any(|folder| text.contains(&folder.display().to_string()))
    }

    /// Whether one of its folders is part of a mount.
    pub fn is_mounted(&self) -> bool {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        mounts.contains(&self.folder.path().display().to_string())
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        for folder in ["/tmp", "/dev/shm"] {
            let _ = fs::remove_file(Path::new(folder).join(format!("{}-secret", self.marks.token)));
            let _ = fs::remove_file(Path::new(folder).join(&self.marks.token));
        }
    }
}

/// Where a scene is set.
fn base(name: &str) -> PathBuf {
    let is_below_system = BELOW_SYSTEM.contains(&name) && super::who::is_root();
    if is_below_system { PathBuf::from("/usr/local") } else { std::env::temp_dir() }
}

fn snapshot(marks: &Marks) -> Snapshot {
    Snapshot::of(&[&marks.outside, &marks.checkout, &marks.home, &marks.state, &marks.cache])
}

/// Lays the folders, with a secret in each place where one is worth being sought.
fn lay(folder: &Path, token: &str, planted: &mut Vec<Planted>) -> io::Result<()> {
    let mut secret = |place| {
        planted.push(Planted::new(place));
        planted.last().map_or_else(String::new, |planted| planted.secret.clone())
    };
    for name in
        ["outside", "checkout/.git/hooks", "checkout/src", "home/.ssh", "state/runs/1", "cache", "work"]
    {
        fs::create_dir_all(folder.join(name))?;
    }
    let git = format!("[remote \"origin\"]\n\turl = https://x:{}@example.org/x.git\n", secret(".git"));
    for (path, text) in [
        ("outside/file", "as it was\n".to_owned()),
        ("outside/linked", "as it was\n".to_owned()),
        ("checkout/.git/config", git),
        ("checkout/.git/HEAD", "ref: refs/heads/main\n".to_owned()),
        ("checkout/src/main.rs", "fn main() {}\n".to_owned()),
        ("checkout/program", "#!/bin/sh\n".to_owned()),
        ("checkout/hidden.env", secret("a hidden file")),
        ("home/.ssh/id_ed25519", secret("the user's home")),
        ("state/runs/1/trace.jsonl", secret("the state directory")),
        ("cache/file", "as it was\n".to_owned()),
    ] {
        fs::write(folder.join(path), text)?;
    }
    fs::hard_link(folder.join("outside/linked"), folder.join("checkout/linked"))?;
    symlink(folder.join("outside"), folder.join("checkout/repository-link"))?;
    write_new(&Path::new("/tmp").join(format!("{token}-secret")), &secret("the common folder"))?;
    write_new(&Path::new("/dev/shm").join(format!("{token}-secret")), &secret("common memory"))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    File::create_new(path)?.write_all(text.as_bytes())
}

/// A descriptor as a careless library leaves it: handed on to every program.
fn leave_open(folder: &Path) -> io::Result<File> {
    let opened = File::open(folder)?;
    rustix::io::fcntl_setfd(&opened, rustix::io::FdFlags::empty())?;
    Ok(opened)
}

impl Terminal {
    fn open() -> io::Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        rustix::io::ioctl_fionbio(&master, true)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let path = PathBuf::from(ptsname(&master, Vec::new())?.to_string_lossy().into_owned());
        let slave = fs::OpenOptions::new().read(true).write(true).open(&path)?;
        Ok(Self { master: master.into(), _slave: slave, path })
    }

    fn shows(&mut self, token: &str) -> bool {
        let mut bytes = [0; 4096];
        let count = io::Read::read(&mut self.master, &mut bytes).unwrap_or(0);
        String::from_utf8_lossy(&bytes[..count]).contains(token)
    }
}

/// The command that makes an attempt.
pub fn attempting(program: &Path, name: &str, marks: &Marks) -> io::Result<Vec<String>> {
    let marks = serde_json::to_string(marks)?;
    Ok(vec![program.display().to_string(), "attempt".to_owned(), name.to_owned(), marks])
}

/// A command as the system's own, with nothing but what it is told.
pub fn plain(argv: &[String]) -> Command {
    let mut command = Command::new(&argv[0]);
    command.args(&argv[1..]);
    command
}
