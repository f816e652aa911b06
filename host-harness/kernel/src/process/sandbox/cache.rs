//! The caches and toolchains of languages, so that real offline checks work: what was
//! fetched before is there, and nothing can be fetched.

use std::{
    env,
    path::{Path, PathBuf},
};

use policy::config::LanguageCache;

use super::{Access, HOME, Sandbox, Shown};

/// What of cargo's home is shown. Never its credentials, nor its configuration, which may
/// hold some.
const CARGO_OVERLAID: &[&str] = &["registry", "git"];
/// What of pyenv is shown.
const PYENV: &[&str] = &["bin", "libexec", "plugins", "shims", "versions", "version", "completions"];

/// Shows the caches of languages as far as they are on this machine.
pub(super) fn show(caches: &[LanguageCache], sandbox: &mut Sandbox) {
    for cache in caches {
        match cache {
            LanguageCache::Cargo => cargo(sandbox),
            LanguageCache::Npm => npm(sandbox),
            LanguageCache::Pip => pip(sandbox),
            LanguageCache::Go => go(sandbox),
        }
    }
}

/// Cargo locks files in its home and unpacks into its registry, so both seem writable.
fn cargo(sandbox: &mut Sandbox) {
    if let Some(home) = folder("CARGO_HOME", ".cargo") {
        sandbox.add(&home, Access::Empty);
        for name in CARGO_OVERLAID {
            sandbox.add_existing(&home.join(name), Access::Overlaid);
        }
        sandbox.add_existing(&home.join("bin"), Access::Read);
        sandbox.path.push(home.join("bin"));
        sandbox.set("CARGO_HOME", home.to_string_lossy());
    }
    sandbox.set("CARGO_NET_OFFLINE", "true");
    let Some(rustup) = folder("RUSTUP_HOME", ".rustup") else { return };
    sandbox.add(&rustup, Access::Empty);
    sandbox.add_existing(&rustup.join("toolchains"), Access::Read);
    sandbox.add_existing(&rustup.join("settings.toml"), Access::Read);
    sandbox.set("RUSTUP_HOME", rustup.to_string_lossy());
}

/// Only what npm fetched; it writes an index there, and its logs elsewhere.
fn npm(sandbox: &mut Sandbox) {
    sandbox.set("npm_config_offline", "true");
    sandbox.set("npm_config_audit", "false");
    sandbox.set("npm_config_update_notifier", "false");
    let Some(cache) = folder("npm_config_cache", ".npm") else { return };
    sandbox.add(&cache, Access::Empty);
    sandbox.add_existing(&cache.join("_cacache"), Access::Overlaid);
    sandbox.set("npm_config_cache", cache.to_string_lossy());
}

fn pip(sandbox: &mut Sandbox) {
    sandbox.set("PIP_NO_INDEX", "1");
    sandbox.set("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    if let Some(cache) = folder("PIP_CACHE_DIR", ".cache/pip") {
        sandbox.add(&cache, Access::Overlaid);
        sandbox.set("PIP_CACHE_DIR", cache.to_string_lossy());
    }
    let Some(pyenv) = folder("PYENV_ROOT", ".pyenv") else { return };
    // Its shims want to write beside themselves now and then.
    sandbox.add(&pyenv, Access::Empty);
    for name in PYENV {
        sandbox.add_existing(&pyenv.join(name), Access::Read);
    }
    sandbox.path.extend(["shims", "bin"].map(|name| pyenv.join(name)));
    sandbox.set("PYENV_ROOT", pyenv.to_string_lossy());
}

fn go(sandbox: &mut Sandbox) {
    for (name, value) in
        [("GOPROXY", "off"), ("GOFLAGS", "-mod=mod"), ("GOTOOLCHAIN", "local"), ("GONOSUMDB", "*")]
    {
        sandbox.set(name, value);
    }
    sandbox.set("GOCACHE", format!("{HOME}/.cache/go-build"));
    if let Some(modules) = folder("GOMODCACHE", "go/pkg/mod") {
        sandbox.add(&modules, Access::Overlaid);
        sandbox.set("GOMODCACHE", modules.to_string_lossy());
    }
    if let Some(root) = folder("GOROOT", ".go") {
        sandbox.add(&root, Access::Read);
        sandbox.path.push(root.join("bin"));
        sandbox.set("GOROOT", root.to_string_lossy());
    }
}

/// A folder that a variable names, else one in the user's home; only where it is there.
fn folder(variable: &str, in_home: &str) -> Option<PathBuf> {
    let named = env::var_os(variable).map(PathBuf::from);
    let place = named.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(in_home)))?;
    place.canonicalize().ok().filter(|place| place.is_dir())
}

impl Sandbox {
    fn add(&mut self, path: &Path, access: Access) {
        self.shown.push(Shown { path: path.to_owned(), access });
    }

    pub(super) fn add_existing(&mut self, path: &Path, access: Access) {
        if path.exists() {
            self.add(path, access);
        }
    }

    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.insert(name.to_owned(), value.into());
    }
}
