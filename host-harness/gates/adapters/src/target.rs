use std::collections::BTreeMap;

use finding::Tree;
use serde::Deserialize;

/// What a tool is to look into.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The tree.
    pub tree: &'a dyn Tree,
    /// The folder where it is laid out, as the tool sees it.
    pub root: &'a str,
    /// An empty folder outside of it that the tool may write to.
    pub beside: &'a str,
    /// The folder of local vulnerability data, where there is one.
    pub data: Option<&'a str>,
    /// The operator's rules for this tool, where there are some.
    pub rules: Option<&'a str>,
}

/// Where a report comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// On its standard output.
    Stdout,
    /// On its error stream.
    Stderr,
    /// In the file that the invocation names.
    File,
}

/// A file to be there before a tool starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// Where, absolute as the tool sees it.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// A program to run, in a sandbox and with nothing else of the environment than what is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The program whose identity was proved.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// The folder that it starts in.
    pub directory: String,
    /// Files to be there before.
    pub lay: Vec<Laid>,
    /// Hosts that it may reach; none otherwise.
    pub network: Vec<String>,
    /// Where its report comes out.
    pub output: Output,
    /// The file of the report, where it is one.
    pub report: String,
    /// Milliseconds that it has.
    pub timeout_ms_max: u64,
    /// Bytes of output and report at the most, each; more is an error.
    pub output_bytes_max: u64,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with a code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// By the time limit.
    TimedOut,
    /// By the limit of its output.
    TooMuch,
    /// It could not be started.
    Missing,
}

/// What came of running a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How it ended.
    pub exit: Exit,
    /// What it wrote.
    pub stdout: Vec<u8>,
    /// What it wrote on its error stream.
    pub stderr: Vec<u8>,
    /// What is in the file of its report, where there is one.
    pub report: Option<Vec<u8>>,
}

impl Ended {
    /// An end with nothing said.
    pub fn silent(exit: Exit) -> Self {
        Self { exit, stdout: Vec::new(), stderr: Vec::new(), report: None }
    }
}
