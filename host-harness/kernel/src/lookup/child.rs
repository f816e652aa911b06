//! The process that reads sources.

use std::{
    io::{self, Read, Write},
    process::{Child, ChildStdout, Stdio},
};

use symbols::{Ends, Reader};

use super::{Lookup, confined};
use crate::itself::Part;

/// Serves a process that asks about sources, with nothing but the two pipes from now on.
pub fn serve() -> io::Result<()> {
    let (input, output) = (io::stdin().lock(), io::stdout().lock());
    confined::confine()?;
    symbols::serve(input, output)
}

impl Lookup {
    /// Asks processes of this program, each started when it is needed.
    pub(super) fn reader(&self) -> Reader<impl FnMut() -> io::Result<Ends> + use<>> {
        let itself = self.itself.clone();
        Reader::new(move || {
            let mut command = itself.told(Part::Read);
            command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = command.spawn()?;
            let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
                return Err(io::Error::other("a process without pipes"));
            };
            Ok((Box::new(input) as Box<dyn Write + Send>, Box::new(Answers { child, output })))
        })
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
