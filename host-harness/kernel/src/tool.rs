//! Known programs of this machine that the Kernel asks, such as a container engine: by an
//! absolute path, with an environment of their own, no shell, and an end in time. They are
//! trusted as the machine is; what they print is not.

use std::{
    collections::BTreeMap,
    env,
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use agent_contract::fault::shown;
use policy::Code;

use crate::{KernelError, process::Cancel};

const POLL: Duration = Duration::from_millis(5);
/// How long the last words of a program may take that others still hold the pipe of.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What every such program sees of the environment: where it is and who runs it.
const USUAL: &[&str] =
    &["PATH", "HOME", "TMPDIR", "XDG_RUNTIME_DIR", "SystemRoot", "USERPROFILE", "ProgramData"];

/// A program that was found.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    program: PathBuf,
    environment: BTreeMap<String, String>,
    /// What it is given on its standard input.
    input: Option<Vec<u8>>,
}

/// What a program may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub wall: Duration,
    pub bytes: usize,
}

/// What a program said, made harmless for a terminal, and how it ended.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub status: Option<ExitStatus>,
    pub out: String,
    pub err: String,
    /// Bytes beyond its bounds, that are not here.
    pub bytes_dropped: u64,
    pub end: End,
}

/// Why a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Itself,
    Time,
    Cancelled,
}

impl Tool {
    /// Looks for a program on the search path. Places in it that are not absolute don't count:
    /// they would be the repository's.
    pub fn find(name: &str) -> Option<Self> {
        let path = env::var_os("PATH")?;
        let places = env::split_paths(&path).filter(|place| place.is_absolute());
        places.map(|place| place.join(name)).find_map(Self::at)
    }

    /// The same with a variable.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// The same with something to read.
    pub fn fed(self, input: &[u8]) -> Self {
        Self { input: Some(input.to_vec()), ..self }
    }

    /// The same without a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// The program at a path.
    pub fn at(program: PathBuf) -> Option<Self> {
        let seen = USUAL.iter().filter_map(|name| Some(((*name).to_owned(), env::var(name).ok()?)));
        let environment = seen.chain([("LC_ALL".to_owned(), "C".to_owned())]).collect();
        is_program(&program).then_some(Self { program, environment, input: None })
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.program.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Runs it to its end.
    pub fn call(
        &self,
        words: &[String],
        folder: &Path,
        bounds: Bounds,
        cancel: &Cancel,
    ) -> Result<Said, KernelError> {
        let failed = |error: io::Error| KernelError::io("run", self.name())(error);
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(folder).env_clear().envs(&self.environment);
        command
            .stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        lead_group(&mut command);
        let mut child = command.spawn().map_err(failed)?;
        if let Some((mut stdin, input)) = child.stdin.take().zip(self.input.clone()) {
            std::thread::spawn(move || drop(io::Write::write_all(&mut stdin, &input)));
        }
        let out = Kept::read(child.stdout.take(), bounds.bytes);
        let err = Kept::read(child.stderr.take(), bounds.bytes);
        let (end, status) = wait(&mut child, bounds.wall, cancel).map_err(failed)?;
        let ((out, more), (err, still)) = (out.text(), err.text());
        Ok(Said { status, out, err, bytes_dropped: more + still, end })
    }
}

impl Said {
    pub fn succeeded(&self) -> bool {
        self.end == End::Itself && self.status.is_some_and(|status| status.success())
    }

    /// What it complained of, in a line; the last one is the one that matters.
    pub fn complaint(&self) -> String {
        match self.end {
            End::Time => return "it took too long".to_owned(),
            End::Cancelled => return "it was interrupted".to_owned(),
            End::Itself => {}
        }
        let lines = [&self.err, &self.out].into_iter().flat_map(|text| text.lines().rev());
        let last = lines.map(str::trim).find(|line| !line.is_empty());
        shown(last.unwrap_or("it said nothing"))
    }

    /// The failure that it is, if it is one.
    pub fn ok(self, code: Code, what: &str) -> Result<Self, KernelError> {
        match (self.succeeded(), self.end) {
            (true, _) => Ok(self),
            (false, End::Cancelled) => {
                Err(KernelError::new(Code::Interrupted, format!("{what}: interrupted")))
            }
            (false, _) => Err(KernelError::new(code, format!("{what}: {}", self.complaint()))),
        }
    }
}

/// Waits for the end of a program, or brings it about.
fn wait(child: &mut Child, wall: Duration, cancel: &Cancel) -> io::Result<(End, Option<ExitStatus>)> {
    let deadline = Instant::now() + wall;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((End::Itself, Some(status)));
        }
        let end = match () {
            () if cancel.is_cancelled() => End::Cancelled,
            () if Instant::now() >= deadline => End::Time,
            () => {
                std::thread::sleep(POLL);
                continue;
            }
        };
        kill(child);
        return Ok((end, child.wait().ok()));
    }
}

/// What is read from a program, up to a bound; the rest is counted and forgotten.
struct Kept {
    reader: Option<std::thread::JoinHandle<(Vec<u8>, u64)>>,
}

impl Kept {
    fn read(from: Option<impl Read + Send + 'static>, bytes_max: usize) -> Self {
        Self { reader: from.map(|from| std::thread::spawn(move || drain(from, bytes_max))) }
    }

    /// A program that got away may hold the pipe for ever; nobody waits for it.
    fn text(self) -> (String, u64) {
        let Some(reader) = self.reader else { return Default::default() };
        let start = Instant::now();
        while !reader.is_finished() && start.elapsed() < LAST_WORDS {
            std::thread::sleep(POLL);
        }
        match reader.is_finished() {
            true => reader.join().map(|(bytes, dropped)| (printable(&bytes), dropped)).unwrap_or_default(),
            false => Default::default(),
        }
    }
}

fn drain(mut from: impl Read, bytes_max: usize) -> (Vec<u8>, u64) {
    let (mut kept, mut dropped, mut buffer) = (Vec::new(), 0, vec![0; 64 * 1024]);
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let room = bytes_max.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&buffer[..room]);
        dropped += (count - room) as u64;
    }
    (kept, dropped)
}

/// Text that does nothing to a terminal but appear on it.
fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<_> = text.split('\n').map(|line| anstream::adapter::strip_str(line).to_string()).collect();
    let harmless = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || turns(*c));
    lines.join("\n").chars().filter(harmless).collect()
}

/// Characters that turn the direction of the text around them.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

#[cfg(unix)]
fn lead_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn lead_group(_: &mut Command) {}

#[cfg(unix)]
fn kill(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let _ = Pid::from_raw(child.id().cast_signed()).map(|group| kill_process_group(group, Signal::KILL));
}

#[cfg(not(unix))]
fn kill(child: &mut Child) {
    let _ = child.kill();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn call(script: &str, bytes: usize, cancel: &Cancel) -> Said {
        let words = ["-c".to_owned(), script.to_owned()];
        let bounds = Bounds { wall: Duration::from_millis(700), bytes };
        Tool::find("sh").unwrap().call(&words, Path::new("/"), bounds, cancel).unwrap()
    }

    #[test]
    fn both_streams_are_kept_apart_bounded_and_harmless() {
        let said = call("printf 'abc\\033[31mdef'; printf 12345678 >&2", 6, &Cancel::default());
        assert!(said.succeeded());
        assert_eq!((said.out.as_str(), said.err.as_str(), said.bytes_dropped), ("abc", "123456", 7));
    }

    #[test]
    fn a_program_ends_in_time_with_its_children() {
        let start = Instant::now();
        assert_eq!(call("sleep 9 & sleep 9", 100, &Cancel::default()).end, End::Time);
        let cancel = Cancel::default();
        cancel.cancel();
        assert_eq!(call("sleep 9", 100, &cancel).end, End::Cancelled);
        assert!(start.elapsed() < Duration::from_secs(3));
    }

    #[test]
    fn a_program_sees_none_of_the_secrets_around_it() {
        let said = call("env", 4096, &Cancel::default());
        assert!(said.out.contains("PATH=") && !said.out.contains("CARGO"), "{}", said.out);
    }
}
