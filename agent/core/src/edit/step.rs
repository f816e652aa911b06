use agent_contract::{RepoPath, operation::FileMode};

/// One edit of a proposal, whatever its notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// The file that it starts from.
    pub path: RepoPath,
    /// The line of the proposal at which it stands.
    pub line: usize,
    /// What is done.
    pub action: Action,
}

/// What is done to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// The whole content is given.
    Write { bytes: Vec<u8>, mode: Option<FileMode>, onto: Onto },
    /// The file goes away. With hunks, only if it is what they say.
    Delete { hunks: Vec<Hunk> },
    /// Lines are replaced; the file may move, be copied or change its mode.
    Patch { hunks: Vec<Hunk>, to: Option<RepoPath>, keep: bool, mode: Option<FileMode> },
    /// A piece of the content is replaced, wherever lines end.
    Replace { old: Vec<u8>, new: Vec<u8>, all: bool },
    /// The binary content is given as git writes it.
    Binary { content: super::binary::Content, to: Option<RepoPath>, mode: Option<FileMode> },
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hunk {
    /// The line of the proposal at which it starts.
    pub line: usize,
    /// Lines after which it is to be looked for, one after the other.
    pub anchors: Vec<String>,
    /// The line that it states as its place, from one; with no old lines, the one before.
    pub stated: Option<usize>,
    /// Whether it stands at the end of the file.
    pub at_end: bool,
    /// Its lines.
    pub body: Vec<BodyLine>,
    /// Whether carriage returns in it are meant as they are written.
    pub literal_ends: bool,
    /// Whether a last line that it adds ends with a line end unless it says otherwise.
    pub ends_last_line: bool,
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
    pub fn new(sign: Sign, raw: &str) -> Self {
        let text = raw.strip_suffix('\r');
        Self { sign, text: text.unwrap_or(raw).to_owned(), carriage: text.is_some(), unended: false }
    }
}

impl Hunk {
    /// The lines that must be there.
    pub fn old(&self) -> Vec<&str> {
        self.body.iter().filter(|line| line.sign != Sign::Add).map(|line| line.text.as_str()).collect()
    }

    /// Carriage returns on some lines and not on others are the change itself.
    pub fn settle_ends(&mut self) {
        let with = self.body.iter().filter(|line| line.carriage).count();
        self.literal_ends = with > 0 && with < self.body.len();
    }
}

impl Step {
    /// Every path that it is about.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        let to = match &self.action {
            Action::Patch { to, .. } | Action::Binary { to, .. } => to.as_ref(),
            Action::Write { .. } | Action::Delete { .. } | Action::Replace { .. } => None,
        };
        std::iter::once(&self.path).chain(to)
    }
}
