//! Files that a run leaves in a folder that the caller names.

use std::path::Path;

use crate::KernelError;

/// Makes sure that files can be written into a folder, which is made when it is missing.
pub fn prepare(folder: &Path) -> Result<(), KernelError> {
    let probe = folder.join(".code-assist.part");
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&probe, ""))
        .and_then(|()| std::fs::remove_file(&probe));
    written.map_err(KernelError::io("write into", folder.display()))
}

/// Writes files into a folder, which is made when it is missing. Each file appears
/// whole or not at all.
pub fn write(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), KernelError> {
    std::fs::create_dir_all(folder).map_err(KernelError::io("create", folder.display()))?;
    files.iter().try_for_each(|(name, bytes)| {
        let (path, part) = (folder.join(name), folder.join(format!(".{name}.part")));
        let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, &path));
        written.map_err(KernelError::io("write", path.display()))
    })
}
