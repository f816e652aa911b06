//! The process that reads sources.

use std::{
    io::{self, Read, Write},
    process::{Child, ChildStdout, Stdio},
};

use symbols::{Ends, Reader};

use super::{Lookup, confined};
use crate::{Itself, itself::Part};

/// Serves a process that asks about sources, with nothing but the two pipes from now on.
pub fn serve() -> io::Result<()> {
    serve_confined(|input, output| symbols::serve(input, output))
}

/// Has somebody else serve in the same way.
pub fn serve_confined(serve: impl FnOnce(&mut dyn Read, &mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    confined::confine()?;
    serve(&mut input, &mut output)
}

/// Starts processes of this program that look into sources by rules, each confined.
pub fn scanners(itself: Itself) -> impl Fn() -> io::Result<Ends> + Send + Sync + 'static {
    move || started(&itself, Part::Scan)
}

fn started(itself: &Itself, part: Part) -> io::Result<Ends> {
    let mut command = itself.told(part);
    command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("a process without pipes"));
    };
    Ok((Box::new(input) as Box<dyn Write + Send>, Box::new(Answers { child, output })))
}

impl Lookup {
    /// Asks processes of this program, each started when it is needed.
    pub(super) fn reader(&self) -> Reader<impl FnMut() -> io::Result<Ends> + use<>> {
        let itself = self.itself.clone();
        Reader::new(move || started(&itself, Part::Read))
    }
}

/// The answers of a process, which ends with them.
struct Answers {
    child: Child,
    output: ChildStdout,
}

impl Read for Answers {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.output.read(into)
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
