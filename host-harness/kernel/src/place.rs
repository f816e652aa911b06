//! Where things are on this machine.

use std::path::PathBuf;

use policy::Code;

use crate::KernelError;

/// The state directory that holds where none is named.
pub fn state_folder() -> Result<PathBuf, KernelError> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("CODE_ASSIST_STATE_DIR")
        .or_else(|| variable("XDG_STATE_HOME").map(|folder| folder.join("code-assist")))
        .or_else(|| variable("HOME").map(|home| home.join(".local/state/code-assist")))
        .ok_or_else(|| KernelError::new(Code::KernelFailed, "no state directory: neither `HOME` nor `XDG_STATE_HOME` is set\nhint: name one with `--state-dir`"))
}

/// Where the key of this machine is kept, that signs its ledgers.
pub fn key_file() -> Option<PathBuf> {
    ours("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("ledger-key.pem"))
}

/// Where it is remembered, apart from them, what the ledgers of this machine were last.
pub fn checkpoints_folder() -> Option<PathBuf> {
    ours("XDG_DATA_HOME", ".local/share").map(|folder| folder.join("checkpoints"))
}

/// Our folder of a kind, for the user.
fn ours(variable: &str, in_home: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let kind = set(variable).or_else(|| set("HOME").map(|home| home.join(in_home)))?;
    Some(kind.join("code-assist"))
}

/// The trace that whoever started this program carries on: `traceparent` and `tracestate`.
pub fn trace_context() -> Option<(String, Option<String>)> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Some((variable("TRACEPARENT")?, variable("TRACESTATE")))
}

/// A new folder for files that only live for a while. It stays.
pub fn scratch(name: &str) -> Result<PathBuf, KernelError> {
    let folder = std::env::temp_dir().join(format!("{name}-{}", uuid::Uuid::now_v7().simple()));
    std::fs::create_dir_all(&folder).map_err(KernelError::io("create", folder.display()))?;
    Ok(folder)
}

/// Writes a file of a folder that is ours.
pub fn lay(folder: &std::path::Path, name: &str, text: &str) -> Result<(), KernelError> {
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(folder);
    let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, text));
    written.map_err(KernelError::io("write", path.display()))
}

/// The user who started the program: the name that the system gives it, else its number.
/// The environment is not asked, for whoever starts the program can set it.
#[cfg(unix)]
pub fn user() -> String {
    let uid = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid.to_string()).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| format!("uid-{uid}"))
}

/// The user who started the program, by the name in the environment.
#[cfg(not(unix))]
pub fn user() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

/// Bytes that nobody can guess.
pub fn random<const COUNT: usize>() -> Result<[u8; COUNT], KernelError> {
    use ring::rand::SecureRandom as _;
    let mut bytes = [0; COUNT];
    let filled = ring::rand::SystemRandom::new().fill(&mut bytes);
    filled.map(|()| bytes).map_err(|_| KernelError::new(Code::KernelFailed, "the system has no randomness"))
}
