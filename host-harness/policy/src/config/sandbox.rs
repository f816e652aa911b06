//! What holds a check.

use serde::Deserialize;

const MIB: u64 = 1024 * 1024;

/// What holds a check, and what it may use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SandboxConfig {
    /// What makes the sandbox.
    pub backend: SandboxBackend,
    /// The caches and toolchains of languages that are shown, read-only.
    pub caches: Vec<LanguageCache>,
    /// Further folders and files that are shown, read-only, at the same path.
    pub read_only: Vec<String>,
    /// Paths of the repository that are not shown, by their names in it.
    pub hidden: Vec<String>,
    /// Memory of a check and all that it starts, what it writes not counted.
    pub memory_bytes: u64,
    /// Processes and threads of a check.
    pub processes: u64,
    /// Processor time of a check and all that it starts.
    pub cpu_seconds: u64,
    /// Bytes that a check may write, in the workspace, `/tmp` and its home together.
    pub disk_bytes: u64,
    /// Size of a file that a check writes.
    pub file_bytes: u64,
    /// Bytes that a check may print before it is ended; how much is kept is `checks.output_bytes`.
    pub output_bytes_max: u64,
}

/// What makes a sandbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxBackend {
    /// The Runner itself, else bubblewrap: the first that is complete on this machine.
    #[default]
    Auto,
    /// The Runner itself.
    Native,
    /// The program `bwrap`.
    Bubblewrap,
}

/// A language whose cache can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LanguageCache {
    /// Rust: the registry, git checkouts and binaries of cargo, the toolchains of rustup.
    Cargo,
    /// Node: the content of npm's cache.
    Npm,
    /// Python: pip's cache, and pyenv where it is used.
    Pip,
    /// Go: the module cache.
    Go,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            backend: SandboxBackend::Auto,
            caches: Vec::new(),
            read_only: Vec::new(),
            hidden: Vec::new(),
            memory_bytes: 4096 * MIB,
            processes: 512,
            cpu_seconds: 3600,
            disk_bytes: 2048 * MIB,
            file_bytes: 1024 * MIB,
            output_bytes_max: 256 * MIB,
        }
    }
}

impl SandboxConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        self.read_only.iter_mut().collect()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        let least = [
            ("memory_bytes", self.memory_bytes, 16 * MIB),
            ("processes", self.processes, 1),
            ("cpu_seconds", self.cpu_seconds, 1),
            ("disk_bytes", self.disk_bytes, MIB),
            ("file_bytes", self.file_bytes, 1),
            ("output_bytes_max", self.output_bytes_max, 1),
        ];
        let low = least.into_iter().find(|(_, value, least)| value < least);
        let low = low.map(|(key, _, least)| format!("`{key}` must be at least {least}"));
        low.or_else(|| self.path_fault())
    }

    fn path_fault(&self) -> Option<String> {
        let empty = self.read_only.iter().any(String::is_empty);
        let outside = |path: &&String| agent_contract::RepoPath::parse(path).is_err();
        let hidden = || self.hidden.iter().find(outside);
        let empty = empty.then(|| "`read_only` holds an empty path".to_owned());
        let glob = self.hidden.iter().find(|path| path.contains(['*', '?', '[', ']', '{', '}']));
        let glob =
            glob.map(|path| format!("`hidden` holds `{}`: it takes paths and no globs", path.escape_debug()));
        empty.or(glob).or_else(|| {
            hidden().map(|path| {
                format!("`hidden` holds `{}`, which is no path of a repository", path.escape_debug())
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<String> {
        toml::from_str::<SandboxConfig>(text).unwrap().fault()
    }

    #[test]
    fn an_empty_table_is_the_default_and_has_no_fault() {
        let config: SandboxConfig = toml::from_str("").unwrap();
        assert_eq!((config.fault(), config), (None, SandboxConfig::default()));
    }

    #[test]
    fn limits_that_nothing_could_run_under_are_faults() {
        for (text, expected) in [
            ("memory_bytes = 1", "`memory_bytes` must be at least 16777216"),
            ("processes = 0", "`processes` must be at least 1"),
            ("disk_bytes = 0", "`disk_bytes` must be at least 1048576"),
            ("hidden = [\"key*\"]", "`hidden` holds `key*`: it takes paths and no globs"),
            ("hidden = [\"../x\"]", "`hidden` holds `../x`, which is no path of a repository"),
            ("read_only = [\"\"]", "`read_only` holds an empty path"),
        ] {
            assert_eq!(fault(text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn unknown_keys_backends_and_caches_are_errors() {
        for text in ["network = true", "backend = \"none\"", "caches = [\"ssh\"]"] {
            assert!(toml::from_str::<SandboxConfig>(text).is_err(), "{text}");
        }
    }
}
