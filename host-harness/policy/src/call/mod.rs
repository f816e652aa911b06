//! The calls that an agent can make, parsed: a value of one of these types can't
//! hold what its place does not allow.

mod lookup;
mod network;
mod process;
mod repo;
mod words;

use agent_contract::{CapabilityName, RepoPath};
use serde_json::{Value, json};

pub use lookup::{FindCall, MapCall, SymbolsCall};
pub use network::{InvokeCall, NotifyCall, PublishCall};
pub use process::{RunChecksCall, ScanCall, SimulateCall};
pub use repo::{
    Change, CommitCall, DiffCall, ListCall, OpenPrCall, PushCall, ReadCall, SearchCall, WriteCall,
};
pub use words::{NoteCall, ProgressCall};

use crate::Code;

/// A call that an agent can make.
pub trait Call {
    /// The WIT function.
    const FUNCTION: &'static str;
    /// The capability that it needs.
    const CAPABILITY: CapabilityName;

    /// The call as it stands in the trace. Content is there by its hash.
    fn describe(&self) -> Value;

    /// The paths that it is about.
    fn paths(&self) -> Vec<&RepoPath> {
        Vec::new()
    }

    /// Whether it reaches everything in the workspace, whatever its paths are.
    fn is_whole(&self) -> bool {
        false
    }

    /// Paths whose content it makes readable elsewhere, and so must be readable themselves.
    fn reads(&self) -> Vec<&RepoPath> {
        Vec::new()
    }

    /// The checks that it is about, as the request names them.
    fn checks(&self) -> &[String] {
        &[]
    }

    /// The names of what these checks run, where a preset stands for several.
    fn runs(&self) -> &[String] {
        &[]
    }

    /// The binding that it is about.
    fn binding(&self) -> Option<&str> {
        None
    }

    /// What it invokes of the binding.
    fn action(&self) -> Option<&str> {
        None
    }

    /// The bytes that it brings.
    fn bytes(&self) -> u64 {
        0
    }
}

/// A file of the change that a call is about, with what it holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The file.
    pub path: RepoPath,
    /// The SHA-256 of its content; absent where it was deleted.
    pub sha256: Option<String>,
}

impl Touched {
    fn describe(all: &[Self]) -> Value {
        let one = |touched: &Self| json!({ "path": touched.path, "sha256": touched.sha256 });
        all.iter().map(one).collect()
    }
}

/// A call that could not be parsed. It is recorded and refused like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// `argument-malformed` or a closer one.
    pub code: Code,
    /// What is wrong with which argument.
    pub message: String,
}

impl Malformed {
    /// An argument without the form that its place asks for.
    pub fn argument(name: &str, reason: impl std::fmt::Display) -> Self {
        Self { code: Code::ArgumentMalformed, message: format!("argument `{name}`: {reason}") }
    }
}

/// The result of parsing a call.
pub type Parsed<T> = Result<T, Malformed>;

fn path(text: &str) -> Parsed<RepoPath> {
    RepoPath::parse(text).map_err(|fault| Malformed { code: Code::PathOutside, message: fault.to_string() })
}

fn text(name: &str, text: &str, bytes_max: usize) -> Parsed<String> {
    if text.len() > bytes_max {
        return Err(Malformed::argument(name, format_args!("longer than {bytes_max} bytes")));
    }
    if text.contains('\0') {
        return Err(Malformed::argument(name, "holds a NUL"));
    }
    Ok(text.to_owned())
}

fn count(name: &str, count: usize, max: usize) -> Parsed<()> {
    match count <= max {
        true => Ok(()),
        false => Err(Malformed::argument(name, format_args!("has {count} items, more than {max}"))),
    }
}
