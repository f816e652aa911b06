//! Placing a change in the working tree of a checkout: every file or none.
//!
//! What is to be done is written down first, in the folder of the run. A process of
//! its own does it, in a process group of its own, so that killing the Runner, or
//! pressing Ctrl-C, doesn't cut it in two. If that process is killed itself, the Runner
//! finishes; if both are, what is written down is enough to finish later.

mod journal;
mod perform;
mod stage;
#[cfg(test)]
mod tests;

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _},
    path::Path,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

pub use journal::{Journal, Placed, Step};
pub use perform::{Standing, finish, perform, survey};

use crate::{Itself, KernelError, itself::Part};

/// Has a journal performed and waits for the outcome.
pub fn place(journal: &Path, itself: &Itself) -> Result<(), KernelError> {
    let mut command = itself.told(Part::Place);
    command.arg(journal).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let fail = || KernelError::io("run", "the process that places the change");
    let mut child = command.spawn().map_err(fail())?;
    // Held open until it is done: by its end the process knows that we are gone.
    let hand = child.stdin.take();
    child.wait().map_err(fail())?;
    drop(hand);
    match Journal::outcome(journal)? {
        Some(Placed { error: None }) => Ok(()),
        Some(Placed { error: Some(unplaced) }) => Err(unplaced.into()),
        // Its process was killed. What it began is finished here.
        None => perform(journal, &|| true),
    }
}

/// Performs a journal for the process that holds standard input open. When that is gone
/// before the first file is swapped in, nothing is placed.
pub fn perform_for_parent(journal: &Path) -> Result<(), KernelError> {
    let gone = Arc::new(AtomicBool::new(false));
    let seen = gone.clone();
    std::thread::spawn(move || {
        let mut buffer = [0; 64];
        while io::stdin().read(&mut buffer).is_ok_and(|count| count > 0) {}
        seen.store(true, Ordering::SeqCst);
    });
    perform(journal, &|| !gone.load(Ordering::SeqCst))
}

/// Waits for a process that is placing the change of a journal; says whether it came to
/// its end.
pub fn is_settled(journal: &Path) -> bool {
    const WAIT_MAX: Duration = Duration::from_secs(30);
    let Ok(file) = File::open(journal) else { return true };
    let start = Instant::now();
    while matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        if start.elapsed() > WAIT_MAX {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    true
}
