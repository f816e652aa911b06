//! Taking a capability back from outside of the process that runs the agent: a word left in
//! the folder of the run.

use std::{fs, path::Path};

use crate::KernelError;

/// What takes back everything.
pub const ALL: &str = "all";

/// Where words are left in the folder of a run.
pub const FOLDER: &str = "revoked";

/// Leaves word that a capability of a run is taken back.
pub fn write(run_folder: &Path, capability_id: &str) -> Result<(), KernelError> {
    let folder = run_folder.join(FOLDER);
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join(capability_id), ""));
    written.map_err(KernelError::io("write into", folder.display()))
}

/// What was taken back so far, by the words in their folder. One that can't be read takes
/// back everything.
pub fn read(folder: &Path) -> Vec<String> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(_) => return vec![ALL.to_owned()],
        Ok(entries) => entries,
    };
    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
