//! From bytes to files: nothing but plain files, each once, none too large, none with a
//! name that leads elsewhere.

use std::io::Read;

use agent_contract::fault::shown;
use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry, EntryType};

use super::{BundleError, Files, file};

const PACKED_BYTES_MAX: usize = 16 * 1024 * 1024;
const BYTES_MAX: usize = 32 * 1024 * 1024;
const FILES_MAX: usize = 1000;
const NAME_BYTES_MAX: usize = 1024;

/// The files of an archive.
pub(super) fn files(bytes: &[u8]) -> Result<Files, BundleError> {
    if bytes.len() > PACKED_BYTES_MAX {
        return Err(BundleError::TooLarge { what: "packed bytes", max: PACKED_BYTES_MAX });
    }
    let unpacked = unpacked(bytes)?;
    let mut files = Files::new();
    for (count, entry) in Archive::new(unpacked.as_slice()).entries().map_err(broken)?.enumerate() {
        if count >= FILES_MAX {
            return Err(BundleError::TooLarge { what: "files", max: FILES_MAX });
        }
        let mut entry = entry.map_err(broken)?;
        let name = name(&entry)?;
        match entry.header().entry_type() {
            EntryType::Directory => continue,
            EntryType::Regular => {}
            _ => return Err(file(&name, "is no plain file")),
        }
        if files.insert(name.clone(), content(&mut entry)?).is_some() {
            return Err(file(&name, "is there twice"));
        }
    }
    Ok(files)
}

/// A small file can unpack to a great one: what is beyond the limit is never made.
fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, BundleError> {
    let mut unpacked = Vec::new();
    let mut reader = MultiGzDecoder::new(bytes).take(BYTES_MAX as u64 + 1);
    reader.read_to_end(&mut unpacked).map_err(broken)?;
    match unpacked.len() > BYTES_MAX {
        true => Err(BundleError::TooLarge { what: "bytes", max: BYTES_MAX }),
        false => Ok(unpacked),
    }
}

fn content(entry: &mut Entry<&[u8]>) -> Result<Vec<u8>, BundleError> {
    let mut content = Vec::new();
    entry.read_to_end(&mut content).map_err(broken)?;
    match content.len() as u64 == entry.size() {
        true => Ok(content),
        false => Err(BundleError::Archive { message: "a file in it is cut off".to_owned() }),
    }
}

/// OPA's own tools write names with a leading `/`, others with `./`; both mean the root of
/// the bundle.
fn name(entry: &Entry<&[u8]>) -> Result<String, BundleError> {
    let bytes = entry.path_bytes();
    let text = String::from_utf8_lossy(&bytes);
    let name = text.strip_prefix('/').or_else(|| text.strip_prefix("./")).unwrap_or(&text);
    let name = match entry.header().entry_type() {
        EntryType::Directory => name.strip_suffix('/').unwrap_or(name),
        _ => name,
    };
    let is_folder_itself = name.is_empty() && entry.header().entry_type() == EntryType::Directory;
    let is_odd = |c: char| c.is_control() || matches!(c, '\\' | ':' | '\u{fffd}');
    let is_step = |component: &str| matches!(component, "" | "." | "..");
    match !is_folder_itself
        && (name.len() > NAME_BYTES_MAX || name.contains(is_odd) || name.split('/').any(is_step))
    {
        true => Err(file(&text, "has a name that could lead elsewhere")),
        false => Ok(name.to_owned()),
    }
}

fn broken(error: std::io::Error) -> BundleError {
    BundleError::Archive { message: shown(&error.to_string()) }
}
