use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::process::sandbox::{HOME, Sandbox, USER};

const PATH_LEAST: &str = "/usr/local/bin:/usr/bin:/bin";
/// Variables that name folders of the machine which are not there inside, unless a cache
/// brings them.
const PLACES: &[&str] = &[
    "TMPDIR",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "GOPATH",
    "GOCACHE",
    "GOMODCACHE",
    "GOROOT",
    "JAVA_HOME",
    "MAVEN_HOME",
    "GRADLE_USER_HOME",
    "NVM_DIR",
    "PNPM_HOME",
    "PYENV_ROOT",
    "VIRTUAL_ENV",
];

/// Where a program lies outside; seen before the machine is gone from view.
pub(super) fn outside(name: &OsStr) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let is_name = !name.to_string_lossy().contains('/');
    let place = || env::split_paths(&path).map(|folder| folder.join(name)).find(|place| is_executable(place));
    if is_name { place() } else { Some(PathBuf::from(name)).filter(|place| place.is_absolute()) }
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// What a command sees of the environment, once the machine is gone from view.
pub(super) fn environment(sandbox: &Sandbox) -> BTreeMap<OsString, OsString> {
    let mut seen: BTreeMap<OsString, OsString> = env::vars_os().collect();
    let is_absent = |name: &str| env::var_os(name).is_some_and(|place| !Path::new(&place).is_dir());
    seen.retain(|name, _| {
        !PLACES.iter().any(|place| name == place && (*place == "TMPDIR" || is_absent(place)))
    });
    let mut set = |name: &str, value: OsString| seen.insert(name.into(), value);
    set("PATH", search_path(sandbox));
    for (name, value) in [("HOME", HOME), ("USER", USER), ("LOGNAME", USER)] {
        set(name, value.into());
    }
    for (name, value) in &sandbox.environment {
        set(name, value.into());
    }
    seen
}

fn search_path(sandbox: &Sandbox) -> OsString {
    let old = env::var_os("PATH").unwrap_or_default();
    let folders = sandbox.path.iter().cloned().chain(env::split_paths(&old));
    let folders: Vec<_> = folders.filter(|folder| folder.is_absolute() && folder.is_dir()).collect();
    match folders.is_empty() {
        true => PATH_LEAST.into(),
        false => env::join_paths(folders).unwrap_or_else(|_| PATH_LEAST.into()),
    }
}

/// Why a program can't be run, with what can be done about it.
pub(super) fn reason(error: &std::io::Error, outside: Option<&Path>) -> String {
    let hidden = outside.filter(|place| error.kind() == std::io::ErrorKind::NotFound && !place.exists());
    match hidden.and_then(Path::parent) {
        Some(folder) => format!(
            "it lies in `{}`, which the sandbox does not show\nhint: name the language in `caches` or the \
             folder in `read_only`, both in `[sandbox]`",
            folder.display()
        ),
        None => error.to_string(),
    }
}
