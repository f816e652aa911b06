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

/// Replaces a file, whole or not at all.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), KernelError> {
    let part = path.with_extension("part");
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    written.map_err(KernelError::io("write", path.display()))
}

/// Writes a secret into a file that nobody else can read. One that is there is not replaced.
pub fn create_secret(path: &Path, bytes: &[u8]) -> Result<(), KernelError> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written =
        options.open(path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(KernelError::io("create", path.display()))
}
