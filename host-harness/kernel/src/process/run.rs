use std::{
    io::{self, PipeReader, Read as _},
    process::{Child, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use agent_contract::check::CheckOutcome;

use super::{Cancel, Command, Ended, Place, capture::Capture, hold::Report, tree::Tree};
use crate::{Itself, itself::Part};

/// How long the last words of a killed program may take to arrive.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How long the holder may take to end what it holds, and some more.
const HOLDER_MAX: Duration = Duration::from_secs(8);
const POLL_MIN: Duration = Duration::from_micros(500);
const POLL_MAX: Duration = Duration::from_millis(10);

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
    capture: Capture,
    reader: JoinHandle<()>,
}

fn spawn(command: &Command, itself: &Itself) -> io::Result<Running> {
    let (reader, writer) = io::pipe()?;
    let mut process = itself.told(Part::Hold);
    let (Place::Bare(folder), argv) = (&command.place, &command.argv) else {
        return Err(io::Error::other("the sandbox is not there yet"));
    };
    process.arg("--").args(argv).current_dir(folder);
    process.env_clear().envs(&command.environment);
    process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(writer);
    let holder = process.spawn()?;
    // Holds the end of the pipe that is ours to hold no longer.
    drop(process);
    let capture = Capture::new(command.limits.output_bytes);
    Ok(Running { holder, reader: read(reader, capture.clone()), capture })
}

fn read(from: PipeReader, capture: Capture) -> JoinHandle<()> {
    std::thread::spawn(move || capture.drain(from))
}

impl Running {
    fn finish(mut self, command: &Command, cancel: &Cancel, start: Instant) -> Ended {
        let early = self.wait(start + command.limits.wall, cancel);
        let report = self.report();
        self.last_words();
        let (exit_code, signal, whole) = match report {
            Some(Report::Ended { exit_code, signal, whole }) => (exit_code, signal, whole),
            Some(Report::Unavailable { error }) => return unavailable(command, &error, start),
            None => {
                Tree::kill_orphans(self.holder.id());
                (None, None, false)
            }
        };
        let passed = if exit_code == Some(0) { CheckOutcome::Passed } else { CheckOutcome::Failed };
        let (output, output_bytes_dropped) = self.capture.text();
        Ended {
            outcome: early.unwrap_or(passed),
            exit_code,
            signal,
            duration: start.elapsed(),
            output,
            output_bytes_dropped,
            exceeded: None,
            sandbox: held(whole),
        }
    }

    /// Waits for the command, for its time to be over, or for the end to be called; the
    /// last two are early ends, and close the holder's hand.
    fn wait(&mut self, deadline: Instant, cancel: &Cancel) -> Option<CheckOutcome> {
        let mut pause = POLL_MIN;
        let early = loop {
            if !matches!(self.holder.try_wait(), Ok(None)) {
                return None;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break CheckOutcome::TimedOut;
            }
            if cancel.wait(pause.min(left)) {
                break CheckOutcome::Interrupted;
            }
            pause = (pause * 3 / 2).min(POLL_MAX);
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
        let mut text = String::new();
        self.holder.stdout.take()?.read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
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

/// What held a command, and what was missing.
fn held(whole: bool) -> Vec<String> {
    let tree = if whole { "the whole tree ended" } else { "missing: a process may have outlived its end" };
    [
        "own session",
        "time limit",
        "output limit",
        "named environment",
        tree,
        "missing: namespaces, network isolation, memory and process limits",
    ]
    .map(str::to_owned)
    .into()
}

fn unavailable(command: &Command, error: &str, start: Instant) -> Ended {
    let program = command.argv.first().map_or("", String::as_str);
    Ended {
        outcome: CheckOutcome::Unavailable,
        exit_code: None,
        signal: None,
        duration: start.elapsed(),
        output: format!("can't run `{program}`: {error}"),
        output_bytes_dropped: 0,
        exceeded: None,
        sandbox: Vec::new(),
    }
}
