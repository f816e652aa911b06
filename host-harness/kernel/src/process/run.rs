use std::{
    io::{self, PipeReader},
    process::{Child, ExitStatus, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use agent_contract::check::CheckOutcome;

use super::{Cancel, Command, Ended, capture::Capture, tree::Tree};

/// How long the last words of a killed program may take to arrive.
const LAST_WORDS: Duration = Duration::from_millis(500);
const POLL_MIN: Duration = Duration::from_micros(500);
const POLL_MAX: Duration = Duration::from_millis(10);

/// Runs a program to its end, and with it everything that it started.
pub fn run(command: &Command, cancel: &Cancel) -> Ended {
    let start = Instant::now();
    match spawn(command) {
        Ok(running) => running.finish(command, cancel, start),
        Err(error) => unavailable(command, &error, start),
    }
}

/// Runs programs, `at_once` of them side by side, and gives their ends in order.
pub fn run_all(commands: Vec<Command>, at_once: usize, cancel: &Cancel) -> Vec<Ended> {
    let next = AtomicUsize::new(0);
    let ended: Vec<Mutex<Option<Ended>>> = commands.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        while let Some(index) =
            Some(next.fetch_add(1, Ordering::SeqCst)).filter(|index| *index < commands.len())
        {
            let end = run(&commands[index], cancel);
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
    child: Child,
    tree: Tree,
    capture: Capture,
    reader: JoinHandle<()>,
}

fn spawn(command: &Command) -> io::Result<Running> {
    let (program, arguments) = command.argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let (reader, writer) = io::pipe()?;
    let mut process = std::process::Command::new(program);
    process.args(arguments).current_dir(&command.folder).env_clear().envs(&command.environment);
    process.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let tree = Tree::prepare(&mut process);
    let child = process.spawn()?;
    // Holds the ends of the pipe that are ours to hold no longer.
    drop(process);
    let capture = Capture::new(command.limits.output_bytes);
    let reader = read(reader, capture.clone());
    Ok(Running { tree: tree.of(&child), child, capture, reader })
}

fn read(from: PipeReader, capture: Capture) -> JoinHandle<()> {
    std::thread::spawn(move || capture.drain(from))
}

impl Running {
    fn finish(mut self, command: &Command, cancel: &Cancel, start: Instant) -> Ended {
        let (status, outcome) = self.wait(start + command.limits.wall, cancel);
        let whole = self.tree.kill();
        let status = status.or_else(|| self.child.wait().ok());
        self.last_words();
        let (output, output_bytes_dropped) = self.capture.text();
        Ended {
            outcome,
            exit_code: status.and_then(|status| status.code()),
            signal: status.and_then(signal),
            duration: start.elapsed(),
            output,
            output_bytes_dropped,
            sandbox: self.tree.held(whole),
        }
    }

    /// Waits for the program, for its time to be over, or for the end to be called.
    fn wait(&mut self, deadline: Instant, cancel: &Cancel) -> (Option<ExitStatus>, CheckOutcome) {
        let mut pause = POLL_MIN;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                let outcome = if status.success() { CheckOutcome::Passed } else { CheckOutcome::Failed };
                return (Some(status), outcome);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return (None, CheckOutcome::TimedOut);
            }
            if cancel.wait(pause.min(left)) {
                return (None, CheckOutcome::Interrupted);
            }
            pause = (pause * 3 / 2).min(POLL_MAX);
        }
    }

    /// A program that got away may hold the pipe for ever; nobody waits for it.
    fn last_words(&self) {
        let start = Instant::now();
        while !self.reader.is_finished() && start.elapsed() < LAST_WORDS {
            std::thread::sleep(POLL_MIN);
        }
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

fn unavailable(command: &Command, error: &io::Error, start: Instant) -> Ended {
    let program = command.argv.first().map_or("", String::as_str);
    Ended {
        outcome: CheckOutcome::Unavailable,
        exit_code: None,
        signal: None,
        duration: start.elapsed(),
        output: format!("can't run `{program}`: {error}"),
        output_bytes_dropped: 0,
        sandbox: Vec::new(),
    }
}
