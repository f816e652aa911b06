use std::{
    ffi::{OsStr, OsString},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};

use policy::Code;

use super::program;
use crate::{
    KernelError,
    process::{Cancel, capture::Capture},
};

/// The whole environment of the command, besides `PATH` and `HOME`.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    // A command that no repository of ours was named to finds none.
    ("GIT_DIR", "/dev/null"),
    // Whoever asks for a passphrase gets none, and nobody waits for a terminal.
    ("SSH_ASKPASS", "/bin/false"),
    ("SSH_ASKPASS_REQUIRE", "force"),
    ("LC_ALL", "C"),
];

/// How long a command may take that goes nowhere.
const LOCAL_MAX: Duration = Duration::from_secs(120);
/// How long the last words of an ended command may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(2);
const OUTPUT_BYTES_MAX: u64 = 1024 * 1024 * 1024;
const SAID_BYTES_MAX: usize = 16 * 1024;
const POLL_MIN: Duration = Duration::from_micros(200);
const POLL_MAX: Duration = Duration::from_millis(5);

/// A command of git's, or of a program that git needs.
pub(super) struct Git {
    command: Command,
    name: String,
    settings: usize,
    time_max: Duration,
    cancel: Cancel,
}

/// How waiting for a command ended.
#[derive(PartialEq, Eq)]
enum Waited {
    Over,
    Late,
    Cancelled,
}

/// What came of a command.
pub(super) struct Answer {
    /// Its exit code, where there was one.
    pub exit_code: Option<i32>,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it said beside that: the beginning and the end, made harmless.
    pub said: String,
}

impl Git {
    /// A git command that is run in `folder`.
    pub fn new(folder: &Path, arguments: &[&str]) -> Self {
        let name = format!("git {}", arguments.first().unwrap_or(&""));
        Self::program("git", &name, folder).arguments(arguments)
    }

    /// Another program, run like git in `folder`, where its home is too.
    pub fn program(program: &str, name: &str, folder: &Path) -> Self {
        let mut command = Command::new(program::find(program).unwrap_or_default());
        command.env_clear().envs(ENVIRONMENT.iter().copied());
        command.env("PATH", program::search_path()).env("HOME", folder).current_dir(folder);
        Self { command, name: name.to_owned(), settings: 0, time_max: LOCAL_MAX, cancel: Cancel::default() }
    }

    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub fn time_max(mut self, time: Duration) -> Self {
        self.time_max = time;
        self
    }

    /// Ends it when this is cancelled.
    pub fn until(mut self, cancel: &Cancel) -> Self {
        self.cancel = cancel.clone();
        self
    }

    /// A setting of git's for this command alone. It stands in no process list.
    pub fn setting(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(format!("GIT_CONFIG_KEY_{}", self.settings), key);
        self.command.env(format!("GIT_CONFIG_VALUE_{}", self.settings), value);
        self.settings += 1;
        self.command.env("GIT_CONFIG_COUNT", self.settings.to_string());
        self
    }

    /// Runs it with `input`; what it printed, or why it failed.
    pub fn run(self, input: &[u8]) -> Result<Vec<u8>, KernelError> {
        let name = self.name.clone();
        let answer = self.answer(input)?;
        match answer.exit_code {
            Some(0) => Ok(answer.stdout),
            _ => Err(KernelError::new(Code::KernelFailed, format!("`{name}` failed: {}", answer.line()))),
        }
    }

    /// Runs it with `input`, whatever comes of it.
    pub fn answer(mut self, input: &[u8]) -> Result<Answer, KernelError> {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        system::own_group(&mut self.command);
        let mut child = self.command.spawn().map_err(|error| self.unavailable(&error))?;
        feed(&mut child, input.to_vec());
        let printed = child.stdout.take().map(read);
        let (capture, heard) = (Capture::new(SAID_BYTES_MAX), child.stderr.take());
        let words = heard.map(|stderr| drain(capture.clone(), stderr));
        let waited = until_over(&child, Instant::now() + self.time_max, &self.cancel);
        system::kill_group(&mut child);
        let status = child.wait().map_err(KernelError::io("wait for", &self.name))?;
        match waited {
            Waited::Over => {}
            Waited::Late => return Err(self.late()),
            Waited::Cancelled => {
                return Err(KernelError::new(Code::Interrupted, format!("`{}` was interrupted", self.name)));
            }
        }
        let stdout = printed.and_then(|printed| printed.recv_timeout(LAST_WORDS).ok());
        let stdout = stdout.ok_or_else(|| self.late())?;
        words.map(|words| words.recv_timeout(LAST_WORDS));
        if stdout.len() as u64 > OUTPUT_BYTES_MAX {
            return Err(KernelError::new(
                Code::KernelFailed,
                format!("`{}` printed more than {OUTPUT_BYTES_MAX} bytes", self.name),
            ));
        }
        Ok(Answer { exit_code: status.code(), stdout, said: capture.text().0 })
    }

    fn unavailable(&self, error: &std::io::Error) -> KernelError {
        let program = self.name.split(' ').next().unwrap_or_default();
        let hint = match program {
            "git" => "install git, or give a folder without `.git`".to_owned(),
            _ => format!("install `{program}`"),
        };
        KernelError::new(Code::PrimitiveUnavailable, format!("can't run `{program}`: {error}\nhint: {hint}"))
    }

    fn late(&self) -> KernelError {
        KernelError::new(
            Code::GitTimeout,
            format!("`{}` took longer than {} s, and was ended", self.name, self.time_max.as_secs()),
        )
    }
}

impl Answer {
    /// What it said, in one line.
    pub fn line(&self) -> String {
        self.said.trim().replace('\n', "; ")
    }
}

/// Input and output at once: git answers while it is still asked.
fn feed(child: &mut Child, input: Vec<u8>) {
    if let Some(mut stdin) = child.stdin.take() {
        std::thread::spawn(move || stdin.write_all(&input));
    }
}

fn read(from: ChildStdout) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.take(OUTPUT_BYTES_MAX + 1).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

fn drain(capture: Capture, from: impl std::io::Read + Send + 'static) -> Receiver<()> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        capture.drain(from);
        let _ = sender.send(());
    });
    receiver
}

/// Waits for the end of a command, or for what comes before it.
fn until_over(child: &Child, deadline: Instant, cancel: &Cancel) -> Waited {
    let mut pause = POLL_MIN;
    while !system::is_over(child) {
        if Instant::now() >= deadline {
            return Waited::Late;
        }
        if cancel.is_cancelled() {
            return Waited::Cancelled;
        }
        std::thread::sleep(pause);
        pause = (pause * 3 / 2).min(POLL_MAX);
    }
    Waited::Over
}

/// A file's path from the root: our commands are run elsewhere than we.
pub(super) fn absolute(file: &str) -> Result<PathBuf, KernelError> {
    std::path::absolute(file).map_err(KernelError::io("resolve", file))
}

/// A stranger's text, bounded and made harmless.
pub(super) fn harmless(text: &str) -> String {
    let capture = Capture::new(SAID_BYTES_MAX);
    capture.drain(text.as_bytes());
    capture.text().0
}

/// What a command printed, as a line of text.
pub(super) fn line(output: Vec<u8>) -> String {
    String::from_utf8_lossy(&output).trim().to_owned()
}

/// The version of the git command, if there is one.
pub fn version() -> Option<String> {
    let answer = Git::new(&std::env::temp_dir(), &["--version"]).answer(&[]).ok()?;
    (answer.exit_code == Some(0)).then(|| line(answer.stdout))
}

/// A path as git writes it where a path may hold anything.
pub(super) fn quoted(path: &Path) -> OsString {
    let mut text = String::from("\"");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text.push('"');
    OsString::from(text)
}

#[cfg(unix)]
mod system {
    use std::{
        os::unix::process::CommandExt as _,
        process::{Child, Command},
    };

    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

    pub fn own_group(command: &mut Command) {
        command.process_group(0);
    }

    /// Whether it ended. It is not buried yet, so that its number is nobody else's.
    pub fn is_over(child: &Child) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        let Some(pid) = Pid::from_raw(child.id().cast_signed()) else { return true };
        !matches!(waitid(WaitId::Pid(pid), options), Ok(None) | Err(rustix::io::Errno::INTR))
    }

    /// Kills what a command left behind, and itself where it is not over.
    pub fn kill_group(child: &mut Child) {
        let _ = Pid::from_raw(child.id().cast_signed()).map(|pid| kill_process_group(pid, Signal::KILL));
    }
}

#[cfg(not(unix))]
mod system {
    use std::process::{Child, Command};

    pub fn own_group(_: &mut Command) {}

    pub fn is_over(_: &Child) -> bool {
        // Without a look that leaves the command alone, its output's end is its end.
        true
    }

    pub fn kill_group(_: &mut Child) {}
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    const SHORT: Duration = Duration::from_millis(300);

    #[test]
    fn a_command_that_waits_for_a_pipe_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap().success());
        let start = Instant::now();
        let waiting = Git::program("cat", "cat", folder.path()).argument("pipe").time_max(SHORT);
        assert_eq!(waiting.run(&[]).unwrap_err().code, Code::GitTimeout);
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_command_finds_no_repository_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Command::new("git").arg("init").arg("-q").arg(folder.path()).status().unwrap().success());
        let found = Git::new(folder.path(), &["rev-parse", "--git-dir"]).run(&[]).unwrap_err();
        assert!(found.message.contains("not a git repository"), "{found}");
    }

    #[test]
    fn what_a_command_started_ends_with_it() {
        for (script, late) in
            [("sleep 60 & echo $! > pid; sleep 60", true), ("sleep 60 & echo $! > pid", false)]
        {
            let folder = tempfile::tempdir().unwrap();
            let shell =
                Git::program("sh", "sh", folder.path()).arguments(&["-c", script]).time_max(SHORT * 3);
            assert_eq!(shell.answer(&[]).is_err(), late);
            let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
            let state = || fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
            let gone = (0..100).any(|_| {
                std::thread::sleep(Duration::from_millis(10));
                state().is_empty() || state().contains(") Z ")
            });
            assert!(gone, "{}", state());
        }
    }

    #[test]
    fn a_command_sees_no_variable_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        let seen = line(Git::program("env", "env", folder.path()).setting("a.b", "c").run(&[]).unwrap());
        let names: Vec<_> =
            seen.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
        let known = ["PATH", "HOME", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"];
        let ours = |name: &&str| known.contains(name) || ENVIRONMENT.iter().any(|(known, _)| known == name);
        assert_eq!(names.iter().find(|name| !ours(name)), None);
        assert_eq!(names.len(), known.len() + ENVIRONMENT.len());
    }

    #[test]
    fn a_path_is_quoted_as_git_reads_it() {
        for (path, expected) in
            [("/a b", "\"/a b\""), ("/a\"\\\n", "\"/a\\\"\\\\\\012\""), ("/é", "\"/\\303\\251\"")]
        {
            assert_eq!(quoted(Path::new(path)), OsString::from(expected));
        }
    }
}
