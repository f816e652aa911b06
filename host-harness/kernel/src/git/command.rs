use std::{
    ffi::OsStr,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use policy::Code;

use crate::KernelError;

/// Settings that a repository's own configuration must not have the say in.
const SETTINGS: &[&str] = &[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "safe.directory=*",
    "protocol.allow=never",
    "gc.auto=0",
];

/// The whole environment of the command, besides `PATH`.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("LC_ALL", "C"),
];

/// A git command in a repository.
pub(super) struct Git {
    command: Command,
}

impl Git {
    pub fn new(root: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new("git");
        command.env_clear().envs(ENVIRONMENT.iter().copied());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.arg("-C").arg(root).args(arguments);
        Self { command }
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it with `input`; what it printed, or why it failed.
    pub fn run(self, input: &[u8]) -> Result<Vec<u8>, KernelError> {
        let name = self.name();
        let output = self.output(input)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
        Err(KernelError::new(Code::KernelFailed, format!("`git {name}` failed: {said}")))
    }

    /// Runs it with `input`, whatever comes of it.
    pub fn output(mut self, input: &[u8]) -> Result<Output, KernelError> {
        let unavailable = |error: std::io::Error| {
            let message =
                format!("can't run `git`: {error}\nhint: install git, or give a folder without `.git`");
            KernelError::new(Code::PrimitiveUnavailable, message)
        };
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().map_err(unavailable)?;
        let mut stdin = child.stdin.take();
        std::thread::scope(|scope| {
            // Input and output at once: git answers while it is still asked.
            scope.spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(input)));
            child.wait_with_output().map_err(KernelError::io("run", "git"))
        })
    }

    fn name(&self) -> String {
        let arguments: Vec<_> = self.command.get_args().map(OsStr::to_string_lossy).collect();
        arguments.get(2 * SETTINGS.len() + 2).map(|name| name.to_string()).unwrap_or_default()
    }
}

/// What a command printed, as a line of text.
pub(super) fn line(output: Vec<u8>) -> String {
    String::from_utf8_lossy(&output).trim().to_owned()
}

/// The version of the git command, if there is one.
pub fn version() -> Option<String> {
    let output = Git::new(Path::new("."), &["--version"]).output(&[]).ok()?;
    output.status.success().then(|| line(output.stdout))
}
