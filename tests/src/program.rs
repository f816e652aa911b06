//! The program, as `code-assist` is.

use std::process::ExitCode;

fn main() -> ExitCode {
    host_harness::main()
}
