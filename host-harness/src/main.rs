//! `code-assist`: runs the agent on a repository, and shows what it did.

use std::process::ExitCode;

fn main() -> ExitCode {
    host_harness::main()
}
