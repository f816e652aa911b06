//! Standard output. Where it can't be written, the program goes on, and says so at its end.

use std::{
    fmt::Arguments,
    io::{self, Write as _},
    sync::{Mutex, PoisonError},
};

/// The first error, if there was one.
static LOST: Mutex<Option<String>> = Mutex::new(None);

/// Prints a line, with its colours where they are wanted.
macro_rules! say {
    () => { $crate::terminal::out::print(format_args!("\n")) };
    ($($text:tt)*) => { $crate::terminal::out::print(format_args!("{}\n", format_args!($($text)*))) };
}
pub(crate) use say;

/// Prints a text as it is.
pub(crate) fn print(text: Arguments) {
    let mut out = anstream::stdout().lock();
    let written = out.write_fmt(text).and_then(|()| out.flush());
    // Whoever reads from a pipe may stop when they have seen enough.
    if let Err(error) = written.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    }) {
        LOST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error.to_string());
    }
}

/// Prints bytes as they are.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    if let Err(error) = out.write_all(bytes).and_then(|()| out.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        LOST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error.to_string());
    }
}

/// Why some of the output is lost, if some is.
pub(crate) fn lost() -> Option<String> {
    LOST.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
