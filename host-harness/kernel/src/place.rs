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
