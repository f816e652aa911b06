//! Files that a run leaves in a folder that the caller names.

use std::{
    io::{BufWriter, Write},
    path::Path,
};

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
    fill(path, |out| out.write_all(bytes).map_err(KernelError::io("write", path.display())))
}

/// Replaces a file, whole or not at all, by what is written. A link, a pipe and a device stay
/// what they are, and are written through.
pub fn fill<E: From<KernelError>>(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    let fail = || KernelError::io("write", path.display());
    if std::fs::symlink_metadata(path).is_ok_and(|there| !there.is_file()) {
        let mut out = std::fs::File::create(path).map_err(fail())?;
        return fill(&mut out);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let mut out = BufWriter::new(std::fs::File::create_new(&part).map_err(fail())?);
    let filled = fill(&mut out).and_then(|()| {
        let file = out.into_inner().map_err(|error| fail()(error.into_error()))?;
        Ok(file.sync_all().and_then(|()| std::fs::rename(&part, path)).map_err(fail())?)
    });
    filled.inspect_err(|_| drop(std::fs::remove_file(&part)))
}

/// Writes a secret into a file that nobody else can read. One that is there is not replaced.
pub fn create_secret(path: &Path, bytes: &[u8]) -> Result<(), KernelError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written =
        options.open(path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(KernelError::io("create", path.display()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::symlink};

    #[test]
    fn a_file_is_replaced_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, beside) = (folder.path().join("notes.html"), folder.path().join("notes.part"));
        fs::write(&beside, "mine").unwrap();
        for text in ["one", "two"] {
            replace(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        let refused = |_: &mut dyn Write| Err(KernelError::io("write", "x")(std::io::Error::other("no")));
        assert!(fill(&path, refused).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_to_string(&beside).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_link_stays_a_link_and_a_folder_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        symlink(&file, &link).unwrap();
        for text in ["longer", "one"] {
            replace(&link, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(replace(folder.path(), b"x").is_err());
    }
}
