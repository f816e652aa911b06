//! Attempts by a check to get out of its sandbox, each with what should come of it. The
//! same program makes the attempts, holds them, and judges from outside.

#[cfg(target_os = "linux")]
mod suite;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    suite::main()
}

/// Elsewhere there is no sandbox to get out of.
#[cfg(not(target_os = "linux"))]
fn main() {}
