use std::path::{Path, PathBuf};

/// Whether a name is a program: on the search path, or a path in `folder`.
pub fn is_program(name: &str, folder: &Path) -> bool {
    if name.is_empty() {
        return false;
    }
    match name.contains('/') {
        true => is_executable(&folder.join(name)),
        false => search_path().iter().any(|place| is_executable(&place.join(name))),
    }
}

/// Where a program lies: by its name on the search path, or at its own path.
pub(super) fn program(name: &str) -> Option<PathBuf> {
    let places = match name.contains('/') {
        true => vec![PathBuf::from(name)],
        false => search_path().into_iter().map(|folder| folder.join(name)).collect(),
    };
    let mut places = places.into_iter().filter_map(|place| std::path::absolute(place).ok());
    places.find(|place| is_executable(place))
}

fn search_path() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
