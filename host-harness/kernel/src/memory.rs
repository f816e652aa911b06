//! The memory of a repository: a file in the state directory that people can read.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use policy::Code;

use crate::{KernelError, input};

/// The whole of it at the most.
const BYTES_MAX: usize = 8 * 1024;

/// The memory of one repository.
#[derive(Debug, Clone)]
pub struct Memory {
    file: PathBuf,
}

impl Memory {
    /// The memory of a repository, in a folder of the state directory.
    pub fn of(folder: &Path, root: &Path) -> Self {
        let name = policy::blob::sha256(root.as_os_str().as_encoded_bytes());
        Self { file: folder.join(format!("{}.md", &name[..32])) }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What it holds; nothing where there is none yet.
    pub fn read(&self) -> Result<String, KernelError> {
        match self.file.exists() {
            true => input::read_text(&self.file, BYTES_MAX as u64),
            false => Ok(String::new()),
        }
    }

    /// Whether a text may be its content.
    pub fn may_hold(text: &str) -> Result<(), KernelError> {
        let odd = |c: char| c.is_control() && c != '\n' && c != '\t';
        let fault = match text {
            _ if text.len() > BYTES_MAX => format!("has {} bytes, more than {BYTES_MAX}", text.len()),
            _ if text.contains(odd) => "holds control characters".to_owned(),
            _ => return Ok(()),
        };
        Err(KernelError::new(Code::ArgumentMalformed, format!("the memory {fault}")))
    }

    /// Replaces what it holds, all of it or nothing.
    pub fn write(&self, text: &str) -> Result<(), KernelError> {
        Self::may_hold(text)?;
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(KernelError::io("create", folder.display()))?;
        let part = self.file.with_extension(format!("{}.part", std::process::id()));
        let written = private().write(true).create(true).truncate(true).open(&part);
        let written = written.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(KernelError::io("write", part.display()))?;
        fs::rename(&part, &self.file).map_err(KernelError::io("write", self.file.display()))
    }
}

/// How a file is opened that nobody else is to read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_what_it_was_given_and_refuses_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::of(&folder.path().join("memory"), Path::new("/a/repository"));
        assert_eq!(memory.read().unwrap(), "");
        memory.write("# Memory\n\n- checks: `unit`\n").unwrap();
        assert_eq!(memory.read().unwrap(), "# Memory\n\n- checks: `unit`\n");
        for odd in ["\u{1b}[31m".to_owned(), "x".repeat(BYTES_MAX + 1)] {
            assert_eq!(memory.write(&odd).unwrap_err().code, Code::ArgumentMalformed);
        }
        assert_eq!(memory.read().unwrap(), "# Memory\n\n- checks: `unit`\n", "nothing is half-written");
        let other = Memory::of(&folder.path().join("memory"), Path::new("/another"));
        assert_eq!(other.read().unwrap(), "");
    }
}
