//! What the person at the terminal sees.

pub(crate) mod json;
pub(crate) mod live;
pub(crate) mod out;
pub(crate) mod person;
pub(crate) mod screen;
pub(crate) mod style;

#[cfg(not(unix))]
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use agent_contract::fault::is_unseen;
use runner::Control;
use signal_hook::consts::{SIGINT, SIGTERM};
#[cfg(unix)]
use signal_hook::iterator::Signals;

use crate::Problem;

/// A message with its hint on one line, harmless to a terminal.
pub(crate) fn line(message: &str) -> String {
    let message = message.replace("\nhint: ", "; ").replace('\n', " ");
    let odd = |c: char| c.is_control() || is_unseen(c);
    message.chars().flat_map(|c| if odd(c) { c.escape_unicode().collect() } else { vec![c] }).collect()
}

/// A disk quota that is used up is an error of the write, not the end of the program.
#[cfg(unix)]
pub(crate) fn outlive_full_disks() {
    let _ = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default());
}

#[cfg(not(unix))]
pub(crate) fn outlive_full_disks() {}

/// Ctrl-C and a polite kill end the run, and its trace says so.
pub(crate) fn on_signal(control: &Control) -> Result<(), Problem> {
    let fail =
        |error: std::io::Error| Problem::invalid("signals", format!("can't listen for signals: {error}"));
    listen(control.clone()).map_err(fail)
}

#[cfg(unix)]
fn listen(control: Control) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGXFSZ])?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if signal != SIGXFSZ {
                control.interrupt();
            }
        }
    });
    Ok(())
}

/// The signal of a write past the limit on file sizes.
#[cfg(unix)]
const SIGXFSZ: i32 = 25;

#[cfg(not(unix))]
fn listen(control: Control) -> std::io::Result<()> {
    const LOOK_EVERY: Duration = Duration::from_millis(50);
    let heard = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, heard.clone())?;
    }
    std::thread::spawn(move || {
        loop {
            if heard.swap(false, Ordering::SeqCst) {
                control.interrupt();
            }
            std::thread::sleep(LOOK_EVERY);
        }
    });
    Ok(())
}
