//! What an attempt is: what it tries, what should come of it, and how one sees that.

use std::{fmt::Display, path::PathBuf};

use serde::{Deserialize, Serialize};

/// One way of getting out, or of taking more than is given.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// Its name, in the table and on the command line.
    pub name: &'static str,
    /// What it tries.
    pub tries: &'static str,
    /// What should come of it.
    pub expected: &'static str,
    /// Tries it; runs inside.
    pub act: fn(&Marks) -> Told,
    /// How one sees from outside that it got there.
    pub sign: Sign,
    /// What shows that it would get there without the sandbox.
    pub outside: Outside,
    /// Why it is not held where bubblewrap makes the sandbox, if it is not.
    pub lacking: Option<&'static str>,
}

/// How one sees that an attempt got there. What can be seen from outside is judged by
/// that alone, whatever the attempt says.
#[derive(Debug, Clone, Copy)]
pub enum Sign {
    /// Something was printed that stands only where it must not read.
    Secret,
    /// Something outside is not what it was.
    Touched,
    /// A listener outside heard of it.
    Heard,
    /// A process outside was signalled or is gone.
    Struck,
    /// A process of it is still there when it should have ended.
    Outlived,
    /// It used more than it was given.
    Beyond(Measure),
    /// Nothing outside can show it: the system's answer, as the attempt tells it.
    Answer,
    /// Something of its own.
    Seen(fn(&super::scene::Scene, &super::seen::Seen) -> bool),
}

/// What is measured while it runs.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// Processes at one time, counted from outside.
    Processes,
    /// Threads at one time, counted from outside.
    Threads,
    /// Resident memory of all its processes, summed from outside.
    Memory,
    /// Bytes printed.
    Output,
    /// Seconds on the processors, by the clock.
    Cpu,
    /// Bytes written, as told: nothing outside sees them.
    Disk,
    /// Bytes in one file, as told.
    File,
    /// Files made, as told.
    Files,
    /// Bytes held in memory that belongs to no process, as told.
    Hidden,
}

/// What shows that an attempt would get there without the sandbox.
#[derive(Debug, Clone, Copy)]
pub enum Outside {
    /// It is run there and gets there.
    Shown(Whose, Under),
    /// It is not run there, for this reason.
    NotTried(&'static str),
}

/// Who gets there without the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Everybody.
    Anyone,
    /// Root alone.
    Root,
    /// Root alone, and with every capability, which root in a container may lack.
    FullRoot,
    /// A plain user, on a machine that root has prepared.
    Plain,
}

/// What it is a child of there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    /// The Runner itself.
    Runner,
    /// The process that holds a command without a sandbox.
    Holder,
}

impl Attempt {
    /// An attempt that gets there as anyone's child.
    pub const fn new(name: &'static str, act: fn(&Marks) -> Told, sign: Sign) -> Self {
        let outside = Outside::Shown(Whose::Anyone, Under::Runner);
        Self { name, tries: "", expected: "", act, sign, outside, lacking: None }
    }

    /// What it tries and what should come of it.
    pub const fn text(mut self, tries: &'static str, expected: &'static str) -> Self {
        (self.tries, self.expected) = (tries, expected);
        self
    }

    /// Only these get there.
    pub const fn of(mut self, whose: Whose) -> Self {
        if let Outside::Shown(_, under) = self.outside {
            self.outside = Outside::Shown(whose, under);
        }
        self
    }

    /// Bubblewrap does not hold it.
    pub const fn lacking(mut self, reason: &'static str) -> Self {
        self.lacking = Some(reason);
        self
    }

    /// It is about the process that holds it.
    pub const fn held(mut self) -> Self {
        if let Outside::Shown(whose, _) = self.outside {
            self.outside = Outside::Shown(whose, Under::Holder);
        }
        self
    }

    /// It is not tried on the machine itself.
    pub const fn not_outside(mut self, reason: &'static str) -> Self {
        self.outside = Outside::NotTried(reason);
        self
    }
}

/// What an attempt says about itself, as its last line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It got there, it thinks.
    Reached,
    /// It was refused.
    Refused(String),
    /// The machine has nothing to try it on.
    Absent(String),
}

impl Told {
    /// Refused, with these words.
    pub fn refused(why: impl Display) -> Self {
        Self::Refused(why.to_string())
    }

    /// The machine lacks this.
    pub fn absent(what: impl Display) -> Self {
        Self::Absent(what.to_string())
    }

    /// Reached, if so.
    pub fn reached_if(is_so: bool) -> Self {
        if is_so { Self::Reached } else { Self::refused("nothing came of it") }
    }

    /// The line that it is told by.
    pub fn line(&self) -> String {
        match self {
            Self::Reached => "attempt: reached".to_owned(),
            Self::Refused(why) => format!("attempt: refused: {}", why.replace('\n', " ")),
            Self::Absent(what) => format!("attempt: absent: {}", what.replace('\n', " ")),
        }
    }

    /// What was told in an output; nothing where the attempt was ended before.
    pub fn read(output: &str) -> Option<Self> {
        let line = output.lines().rev().find_map(|line| line.strip_prefix("attempt: "))?;
        match line.split_once(": ") {
            None => (line == "reached").then_some(Self::Reached),
            Some(("refused", why)) => Some(Self::refused(why)),
            Some(("absent", what)) => Some(Self::absent(what)),
            Some(_) => None,
        }
    }
}

impl<T, E: Display> From<Result<T, E>> for Told {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::Reached,
            Err(error) => Self::refused(error),
        }
    }
}

/// What an attempt is told about the outside: all that a check could know or guess, and
/// none of the secrets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Marks {
    /// Names this attempt, in what it writes, sends and starts.
    pub token: String,
    /// The process namespace of the outside. What would harm the machine is done in
    /// another one only.
    pub pid_namespace: String,
    /// A folder that must stay as it is.
    pub outside: PathBuf,
    /// The real checkout.
    pub checkout: PathBuf,
    /// The user's home.
    pub home: PathBuf,
    /// The Runner's state directory.
    pub state: PathBuf,
    /// A folder that is shown inside, read-only.
    pub cache: PathBuf,
    /// A program that root has prepared to give its rights away, and a file for root alone.
    pub privileged: Option<Privileged>,
    /// Listeners.
    pub listeners: Listeners,
    /// A process outside.
    pub victim: i32,
    /// A terminal outside.
    pub terminal: PathBuf,
    /// The key of a shared memory segment.
    pub shared_memory: i32,
    /// What it may use.
    pub limits: Bounds,
}

/// Files that root has prepared in the shown folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Privileged {
    /// Prints who runs it; belongs to somebody else and says that it runs as them.
    pub setuid: PathBuf,
    /// Prints a file; has the capability to read every one.
    pub capable: PathBuf,
    /// A file that only root may read.
    pub only_root: PathBuf,
}

/// Where somebody listens outside.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listeners {
    /// TCP on the loopback.
    pub tcp: u16,
    /// TCP on the loopback, version 6.
    pub tcp6: u16,
    /// UDP on the loopback.
    pub udp: u16,
    /// TCP on an address of this machine that others reach.
    pub public: Option<std::net::SocketAddr>,
    /// A port that somebody outside calls, on which nobody listens yet.
    pub inbound: u16,
    /// A socket in the state directory.
    pub state: PathBuf,
    /// A socket in the common folder for temporary files.
    pub common: PathBuf,
    /// A socket in the folder that is shown inside.
    pub cache: PathBuf,
    /// A socket in the checkout.
    pub checkout: PathBuf,
    /// The name of an abstract socket.
    pub abstracted: String,
}

/// What a check may use.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Bounds {
    /// Memory of the tree.
    pub memory_bytes: u64,
    /// Processes and threads at one time.
    pub processes: u64,
    /// Seconds on the processors.
    pub cpu_seconds: u64,
    /// All that is written.
    pub disk_bytes: u64,
    /// One file.
    pub file_bytes: u64,
    /// Files in all.
    pub files: u64,
    /// All that is printed.
    pub output_bytes: u64,
}
