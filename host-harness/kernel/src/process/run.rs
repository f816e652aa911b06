use std::{
    io::{self, PipeReader, Read as _},
    process::{Child, ChildStdout, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use agent_contract::check::CheckOutcome;
use policy::Code;

use super::{
    Cancel, Command, Ended, Limit, Place,
    capture::Capture,
    hold::{Job, Report},
    sandbox::MISSING,
    tree::Tree,
};
use crate::{Itself, itself::Part};

/// How long the last words of a killed program may take to arrive.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How long the holder may take to end what it holds, and some more.
const HOLDER_MAX: Duration = Duration::from_secs(8);
const WHOLE: &str = "the whole tree ended";
const POLL_MIN: Duration = Duration::from_micros(500);
const POLL_MAX: Duration = Duration::from_millis(10);
/// The part of its time so far by which a command may seem to take longer.
const POLL_PART: u32 = 16;

/// Runs a command to its end, and with it everything that it started.
pub fn run(command: &Command, itself: &Itself, cancel: &Cancel) -> Ended {
    let start = Instant::now();
    match spawn(command, itself) {
        Ok(running) => running.finish(command, cancel, start),
        Err(error) => unavailable(command, &error.to_string(), start),
    }
}

/// Runs commands, `at_once` of them side by side, and gives their ends in order.
pub fn run_all(commands: Vec<Command>, at_once: usize, itself: &Itself, cancel: &Cancel) -> Vec<Ended> {
    let next = AtomicUsize::new(0);
    let ended: Vec<Mutex<Option<Ended>>> = commands.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        while let Some(index) =
            Some(next.fetch_add(1, Ordering::SeqCst)).filter(|index| *index < commands.len())
        {
            let end = run(&commands[index], itself, cancel);
            *ended[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..at_once.clamp(1, commands.len().max(1)) {
            scope.spawn(work);
        }
    });
    ended.into_iter().filter_map(|end| end.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

struct Running {
    holder: Child,
    /// What the holder says. It is heard at once: a pipe holds little.
    said: Option<JoinHandle<Option<String>>>,
    capture: Capture,
    reader: JoinHandle<()>,
}

fn spawn(command: &Command, itself: &Itself) -> io::Result<Running> {
    let (reader, writer) = io::pipe()?;
    let mut process = itself.told(Part::Hold);
    let (job, folder) = match &command.place {
        Place::Sandboxed(sandbox) => (Job::Sandboxed(sandbox.clone()), &sandbox.staged),
        Place::Bare(folder) => (Job::Bare, folder),
    };
    process.arg("--").arg(serde_json::to_string(&job)?).args(&command.argv).current_dir(folder);
    process.env_clear().envs(&command.environment);
    process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(writer);
    let mut holder = process.spawn()?;
    // Holds the end of the pipe that is ours to hold no longer.
    drop(process);
    let capture = Capture::new(command.limits.output_bytes);
    let reader = read(reader, capture.clone(), command.limits.output_bytes_max);
    let said = Some(hear(holder.stdout.take()));
    Ok(Running { holder, said, reader, capture })
}

fn hear(said: Option<ChildStdout>) -> JoinHandle<Option<String>> {
    std::thread::spawn(move || {
        let mut text = String::new();
        said?.read_to_string(&mut text).ok()?;
        Some(text)
    })
}

fn read(from: PipeReader, capture: Capture, total_max: u64) -> JoinHandle<()> {
    std::thread::spawn(move || capture.drain_until(from, total_max))
}

impl Running {
    fn finish(mut self, command: &Command, cancel: &Cancel, start: Instant) -> Ended {
        let early = self.wait(command, start + command.limits.wall, cancel);
        let report = self.report();
        self.last_words();
        let (exit_code, signal, exceeded, sandbox, wrote) = match report {
            Some(Report::Ended { exit_code, signal, whole, exceeded, sandbox, wrote }) => {
                (exit_code, signal, exceeded.or(limit_of(signal)), held(command, whole, sandbox), wrote)
            }
            Some(Report::Unavailable { error }) => return unavailable(command, &error, start),
            Some(Report::Refused { part, error }) => return refused(command, &part, &error, start),
            None => {
                Tree::kill_orphans(self.holder.id());
                (None, None, None, held(command, false, Vec::new()), None)
            }
        };
        // What ends because nobody listens any more may be over before it is ended.
        let flooded = self.capture.total() > command.limits.output_bytes_max;
        let exceeded = if flooded { Some(Limit::Output) } else { exceeded };
        let passed = exit_code == Some(0) && exceeded.is_none();
        let (mut output, output_bytes_dropped) = self.capture.text();
        output.extend(exceeded.map(|limit| notice(limit, command)));
        Ended {
            outcome: match early {
                Some(Early::TimedOut) => CheckOutcome::TimedOut,
                Some(Early::Interrupted) => CheckOutcome::Interrupted,
                _ if passed => CheckOutcome::Passed,
                _ => CheckOutcome::Failed,
            },
            exit_code,
            signal,
            duration: start.elapsed(),
            output,
            output_bytes_dropped,
            exceeded,
            sandbox,
            // What was ended on the way is half of something.
            wrote: wrote.filter(|_| early.is_none() && exceeded.is_none() && exit_code.is_some()),
        }
    }

    /// Waits for the command, or for an early end, which closes the holder's hand.
    fn wait(&mut self, command: &Command, deadline: Instant, cancel: &Cancel) -> Option<Early> {
        let start = Instant::now();
        let mut pause = POLL_MIN;
        let early = loop {
            if !matches!(self.holder.try_wait(), Ok(None)) {
                return None;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break Early::TimedOut;
            }
            if self.capture.total() > command.limits.output_bytes_max {
                break Early::Flooded;
            }
            if cancel.wait(pause.min(left)) {
                break Early::Interrupted;
            }
            // A short command is not to wait for its own end, a long one not to be asked all the time.
            pause = (start.elapsed() / POLL_PART).clamp(POLL_MIN, POLL_MAX);
        };
        drop(self.holder.stdin.take());
        Some(early)
    }

    /// What the holder says; nothing where it was killed itself, or has to be.
    fn report(&mut self) -> Option<Report> {
        let over = until(HOLDER_MAX, || !matches!(self.holder.try_wait(), Ok(None)));
        if !over {
            let _ = self.holder.kill();
        }
        let _ = self.holder.wait();
        serde_json::from_str(&self.said.take()?.join().ok()??).ok()
    }

    /// A program that got away may hold the pipe for ever; nobody waits for it.
    fn last_words(&self) {
        until(LAST_WORDS, || self.reader.is_finished());
    }
}

/// Waits until something came true, and says whether it did in time.
fn until(time: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > time {
            return false;
        }
        std::thread::sleep(POLL_MIN);
    }
    true
}

/// Why a command was ended before it was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Early {
    TimedOut,
    Interrupted,
    Flooded,
}

/// The limit that a signal of the kernel's stands for.
#[cfg(target_os = "linux")]
fn limit_of(signal: Option<i32>) -> Option<Limit> {
    match signal {
        Some(libc::SIGXCPU) => Some(Limit::CpuTime),
        Some(libc::SIGXFSZ) => Some(Limit::FileSize),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn limit_of(_: Option<i32>) -> Option<Limit> {
    None
}

/// What is told at the end of the output of a command that a limit ended.
fn notice(limit: Limit, command: &Command) -> String {
    let bounds = match &command.place {
        Place::Sandboxed(sandbox) => Some(sandbox.bounds),
        Place::Bare(_) => None,
    };
    let (what, key) = match limit {
        Limit::CpuTime => (bounds.map(|of| format!("{} s of processor time", of.cpu_seconds)), "cpu_seconds"),
        Limit::Memory => (bounds.map(|of| format!("{} bytes of memory", of.memory_bytes)), "memory_bytes"),
        Limit::Processes => (bounds.map(|of| format!("{} processes", of.processes)), "processes"),
        Limit::FileSize => (bounds.map(|of| format!("{} bytes in one file", of.file_bytes)), "file_bytes"),
        Limit::Output => {
            (Some(format!("{} bytes of output", command.limits.output_bytes_max)), "output_bytes_max")
        }
    };
    let what = what.unwrap_or_else(|| limit.to_string());
    format!("\n[ended: it used more than {what} (`sandbox.{key}`)]\n")
}

/// What held a command, and what was missing.
fn held(command: &Command, whole: bool, parts: Vec<String>) -> Vec<String> {
    let usual = ["own session", "time limit", "output limit", "named environment"];
    let mut held: Vec<_> = usual.map(str::to_owned).into();
    held.extend(parts);
    let tree = if whole { WHOLE.to_owned() } else { format!("{MISSING}a process may have outlived its end") };
    held.push(tree);
    if matches!(command.place, Place::Bare(_)) {
        held.push(format!("{MISSING}namespaces, network isolation, memory and process limits"));
    }
    held
}

fn unavailable(command: &Command, error: &str, start: Instant) -> Ended {
    let program = command.argv.first().map_or("", String::as_str);
    not_run(format!("can't run `{program}`: {error}"), Vec::new(), start)
}

/// Without its sandbox a command is not run at all.
fn refused(command: &Command, part: &str, error: &str, start: Instant) -> Ended {
    let program = command.argv.first().map_or("", String::as_str);
    let code = Code::SandboxUnavailable;
    let output = format!(
        "{code}: `{program}` was not run, because the sandbox lacks its {part}: {error}\nhint: `code-assist \
         doctor` says what to do; a developer may ask for `--unsandboxed`"
    );
    not_run(output, vec![format!("{MISSING}{part}: {error}")], start)
}

fn not_run(output: String, sandbox: Vec<String>, start: Instant) -> Ended {
    Ended {
        outcome: CheckOutcome::Unavailable,
        exit_code: None,
        signal: None,
        duration: start.elapsed(),
        output,
        output_bytes_dropped: 0,
        exceeded: None,
        sandbox,
        wrote: None,
    }
}
