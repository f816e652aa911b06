//! What the tests share: the guests, the program, folders.

mod world;

pub mod played;

pub use world::{PATCH, World, assert_exit, said};

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// A program that keeps what is its user's own in a folder of the test.
pub trait AtHome {
    /// The program in a folder, which is its user's home.
    fn at_home(&mut self, folder: &Path) -> &mut Self;
}

impl AtHome for Command {
    fn at_home(&mut self, folder: &Path) -> &mut Self {
        let home = folder.join("home");
        self.current_dir(folder).env("XDG_CONFIG_HOME", &home).env("XDG_DATA_HOME", &home)
    }
}

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The component of a hostile guest.
pub fn guest(name: &str) -> Vec<u8> {
    let path = Path::new(env!("GUESTS")).join(format!("{name}.wasm"));
    fs::read(&path).unwrap_or_else(|error| panic!("no guest `{name}`: {error}"))
}

/// The names of all guests.
pub fn guests() -> Vec<String> {
    let entries = fs::read_dir(env!("GUESTS")).expect("the guests are built");
    let names = entries.filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned));
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Everything beneath a folder: each path with its content, its mode and, for a link, its target.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    walk(folder, folder, &mut files).expect("the folder can be read");
    files
}

fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let (path, kind) = {
            let entry = entry?;
            (entry.path(), entry.file_type()?)
        };
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        if kind.is_dir() {
            walk(root, &path, files)?;
        } else if kind.is_symlink() {
            files.insert(format!("{name}@"), fs::read_link(&path)?.display().to_string().into_bytes());
        } else {
            let mark = if is_executable(&path)? { "*" } else { "" };
            files.insert(format!("{name}{mark}"), fs::read(&path)?);
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(path)?.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => fs::copy(entry.path(), target).map(drop)?,
        }
    }
    Ok(())
}
