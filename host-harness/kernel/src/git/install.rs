use std::{fs, io, path::Path};

use cap_std::fs::{Dir, OpenOptions};

use super::{input, own::OwnRepository, repository::Repository};
use crate::KernelError;

/// Brings the objects that were made into the repository. Each comes at once or not at
/// all, and without a reference to it the repository is what it was.
pub(super) fn objects(own: &OwnRepository, repository: &Repository) -> Result<(), KernelError> {
    let folder = own.folder().join("objects");
    let placed = repository.common().open_dir("objects").and_then(|target| place_all(&folder, &target));
    placed.map_err(KernelError::io("write objects to", repository.common_path().display()))
}

fn place_all(folder: &Path, target: &Dir) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_hex(&name, 2) {
            place_folder(&entry.path(), &name, target)?;
        }
    }
    Ok(())
}

fn place_folder(from: &Path, name: &str, target: &Dir) -> io::Result<()> {
    input::make_folder(target, name)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let object = entry.file_name().to_string_lossy().into_owned();
        if is_hex(&object, object.len()) {
            place_object(&entry.path(), &format!("{name}/{object}"), target)?;
        }
    }
    Ok(())
}

/// An object that is there already is the same one: its name is its content's.
fn place_object(from: &Path, to: &str, target: &Dir) -> io::Result<()> {
    if input::look(target, to)?.is_some_and(|metadata| metadata.is_file()) {
        return Ok(());
    }
    // Git clears away what begins like this when it was left behind.
    let passing = format!("{}/tmp_obj_{}", &to[..2], uuid::Uuid::now_v7().simple());
    let mut file = target.open_with(&passing, OpenOptions::new().write(true).create_new(true))?;
    let written = io::copy(&mut fs::File::open(from)?, &mut file).and_then(|_| read_only(&file));
    drop(file);
    let placed = written.and_then(|()| target.rename(&passing, target, to));
    if placed.is_err() {
        let _ = target.remove_file(&passing);
    }
    placed
}

#[cfg(unix)]
fn read_only(file: &cap_std::fs::File) -> io::Result<()> {
    use cap_std::fs::{Permissions, PermissionsExt as _};
    file.set_permissions(Permissions::from_mode(0o444))
}

#[cfg(not(unix))]
fn read_only(_: &cap_std::fs::File) -> io::Result<()> {
    Ok(())
}

fn is_hex(name: &str, length: usize) -> bool {
    name.len() == length && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
