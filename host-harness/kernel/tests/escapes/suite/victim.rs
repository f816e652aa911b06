//! A process outside that minds its own business and holds secrets: in its environment,
//! its arguments and its standard input.

use std::{
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use rustix::process::PTracer;

/// What the program is called with to be one.
pub const VICTIM: &str = "victim";
const READY: u8 = b'r';
const STRUCK: u8 = b's';

/// One of them.
pub struct Victim {
    child: Child,
    says: ChildStdout,
}

impl Victim {
    /// Starts one with a secret in each of three places.
    pub fn start(program: &Path, [environment, argument, input]: [&str; 3]) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        file.write_all(input.as_bytes())?;
        file.rewind()?;
        let mut command = Command::new(program);
        command.args([VICTIM, argument]).env_clear().env("SECRET", environment).process_group(0);
        let mut child = command.stdin(file).stdout(Stdio::piped()).spawn()?;
        let mut says = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        says.read_exact(&mut [0])?;
        rustix::io::ioctl_fionbio(&says, true)?;
        Ok(Self { child, says })
    }

    /// Its number.
    pub fn id(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// Whether it was signalled, lowered in its priority, or is gone.
    pub fn was_struck(&mut self) -> bool {
        // A signal takes its way through the victim.
        std::thread::sleep(Duration::from_millis(2));
        let said = self.says.read(&mut [0]).is_ok_and(|count| count > 0);
        said || !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is one: tells of every signal, and lets everybody look at it who may by the usual rules.
pub fn be_victim() -> io::Result<()> {
    let _ = rustix::process::set_ptracer(PTracer::Any);
    let mut signals = signal_hook::iterator::Signals::new([libc::SIGURG, libc::SIGTERM, libc::SIGHUP])?;
    let mut out = io::stdout();
    out.write_all(&[READY])?;
    out.flush()?;
    for _ in signals.forever() {
        out.write_all(&[STRUCK])?;
        out.flush()?;
    }
    Ok(())
}
