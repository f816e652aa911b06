use std::fmt;

use agent_contract::{RepoPath, operation::FileMode};

use super::binary;

/// One edit of a proposal, whatever its notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// The file that it starts from.
    pub path: RepoPath,
    /// Where in the proposal it stands.
    pub at: Place,
    /// What it starts from.
    pub order: Order,
    /// What is done.
    pub action: Action,
}

/// Where in a proposal something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A line, from one.
    Line(usize),
    /// A JSON pointer.
    Pointer(String),
    /// One of the edits of a call, from one.
    Edit(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Pointer(pointer) => f.write_str(pointer),
            Self::Edit(number) => write!(f, "edit {number}"),
        }
    }
}

/// What the edits of a proposal start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Each starts from what the one before left.
    InTurn,
    /// Those of one commit, told by its number, rename and copy what was there before
    /// all of them: git writes them in the order of names, not of events.
    Together(usize),
}

/// What is done to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// The whole content is given.
    Write { bytes: Vec<u8>, mode: Option<FileMode>, onto: Onto },
    /// The file goes away. With hunks, only if it is what they say.
    Delete { hunks: Vec<Hunk> },
    /// Lines are replaced; the file may move, be copied or change its mode.
    Patch { hunks: Vec<Hunk>, target: Option<Target>, mode: Option<FileMode> },
    /// A piece of the content is replaced, wherever lines end.
    Replace { old: Vec<u8>, new: Vec<u8>, count: Count },
    /// The binary content is given as git writes it.
    Binary { change: binary::Change, target: Option<Target>, mode: Option<FileMode> },
}

/// Where a file goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub path: RepoPath,
    pub way: Way,
    pub onto: Onto,
}

/// Whether the file is still where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Move,
    Copy,
}

/// How often a text to replace may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Once,
    All,
}

/// What may stand where a whole file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Onto {
    /// Anything.
    Anything,
    /// Nothing, or the very same content.
    Nothing,
    /// Nothing, or an empty file.
    Empty,
}

/// Lines to be found and what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hunk {
    /// The line of the proposal at which it starts.
    pub line: usize,
    /// Which one it is, from one.
    pub number: usize,
    /// Lines after which it is to be looked for, one after the other.
    pub anchors: Vec<String>,
    /// The line that it states as its place, from one; with no old lines, the one before.
    pub stated: Option<usize>,
    /// Whether it stands at the end of the file.
    pub at_end: bool,
    /// Its lines.
    pub body: Vec<BodyLine>,
    /// How many blank lines must be below them that it does not show.
    pub missing: usize,
    /// What its carriage returns say.
    pub ends: Ends,
    /// What it says of the end of the file's last line.
    pub last: LastEnd,
}

/// What carriage returns in a hunk say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Nothing: the proposal's own lines have them too.
    Nothing,
    /// How lines end, if there are any.
    IfAny,
    /// How lines end, and where there is none the line has none.
    Always,
}

/// What a hunk says of the end of the file's last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LastEnd {
    /// Nothing: the file keeps what it has.
    Kept,
    /// A line that is added has one.
    Given,
    /// What its marks say, if they are right about the file.
    Marked,
}

/// A line of a hunk, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BodyLine {
    pub sign: Sign,
    pub text: String,
    /// Whether a carriage return stood before the line end.
    pub carriage: bool,
    /// Whether the line has no line end at all.
    pub unended: bool,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Keep,
    Remove,
    Add,
}

impl BodyLine {
    /// A line of a hunk as the diff notations write it.
    pub fn parse(text: &str) -> Option<Self> {
        let sign = match text.as_bytes().first() {
            // An editor may have taken away the space of an empty line.
            None | Some(b'\r') => return Some(Self::new(Sign::Keep, text)),
            Some(b' ') => Sign::Keep,
            Some(b'+') => Sign::Add,
            Some(b'-') => Sign::Remove,
            Some(_) => return None,
        };
        Some(Self::new(sign, &text[1..]))
    }

    /// Takes the carriage return for a letter: there is no line end that it belongs to.
    pub fn keep_carriage(&mut self) {
        if std::mem::take(&mut self.carriage) {
            self.text.push('\r');
        }
    }

    pub fn new(sign: Sign, raw: &str) -> Self {
        let text = raw.strip_suffix('\r');
        Self { sign, text: text.unwrap_or(raw).to_owned(), carriage: text.is_some(), unended: false }
    }
}

impl Step {
    /// A step that starts from what the one before left.
    pub fn in_turn(path: RepoPath, at: Place, action: Action) -> Self {
        Self { path, at, order: Order::InTurn, action }
    }

    /// Where the file goes, if it does.
    pub fn target(&self) -> Option<&Target> {
        match &self.action {
            Action::Patch { target, .. } | Action::Binary { target, .. } => target.as_ref(),
            Action::Write { .. } | Action::Delete { .. } | Action::Replace { .. } => None,
        }
    }

    /// Every path that it is about.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        std::iter::once(&self.path).chain(self.target().map(|target| &target.path))
    }
}
