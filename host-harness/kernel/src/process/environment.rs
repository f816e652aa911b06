use std::collections::BTreeMap;

/// Variables that builds and tests need offline, and none that carries a secret.
const USUAL: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
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

/// The variables of this process that a program may see: the usual ones and `extra`.
pub fn allowed_environment(extra: &[&str]) -> BTreeMap<String, String> {
    let names = USUAL.iter().chain(extra);
    let mut environment: BTreeMap<_, _> =
        names.filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?))).collect();
    environment.insert("CI".to_owned(), "true".to_owned());
    environment
}
