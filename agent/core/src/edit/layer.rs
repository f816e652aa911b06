//! How exactly an edit has to agree with the file that it is for.

use std::fmt;

use agent_contract::RepoPath;

use crate::host::Change;

/// Which differences between an edit and a file are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// Those that a proposal written beforehand may have: trailing blanks, line ends, and
    /// dashes, quotes and spaces that look alike.
    Strict,
    /// Those that a model's memory of a file may have: each layer, one after the other.
    Layered,
}

/// A way in which the lines of an edit agree with those of a file. Each is tried only
/// where none before it finds any place, and each must find one place only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Letter by letter.
    Exact,
    /// But for line ends and blanks at the end of a line.
    LineEnds,
    /// But for an indentation that is another one by one rule for all lines.
    Indentation,
    /// But for characters that look alike, and perhaps the indentation.
    LookAlikes,
    /// But for a few letters, in the one place that is by far the most similar.
    Similar,
}

impl Layer {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 5] =
        [Self::Exact, Self::LineEnds, Self::Indentation, Self::LookAlikes, Self::Similar];

    /// A stable name, for the trace.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::LineEnds => "line-ends",
            Self::Indentation => "indentation",
            Self::LookAlikes => "look-alikes",
            Self::Similar => "similar",
        }
    }

    fn told(self) -> &'static str {
        match self {
            Self::Exact => "matched",
            Self::LineEnds => "matched with other line ends or trailing blanks",
            Self::Indentation => "matched with other indentation",
            Self::LookAlikes => "matched with characters that look alike",
            Self::Similar => "matched the only similar lines",
        }
    }
}

/// What an edit set comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Every change, in an order in which a host can make them.
    pub changes: Vec<Change>,
    /// Where a model's edits were found. A proposal's are where it says.
    pub matched: Vec<Matched>,
}

/// Where an edit was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The file.
    pub path: RepoPath,
    /// Which edit it is, from one.
    pub edit: usize,
    /// How exactly it agrees.
    pub layer: Layer,
    /// Its first line, from one, as the file was before this edit.
    pub first: usize,
    /// Its last line; one less than the first where it replaces none.
    pub last: usize,
}

impl fmt::Display for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, edit, layer, first, last } = self;
        write!(f, "edit {edit}: `{path}`: {} ", layer.told())?;
        match last.saturating_add(1).saturating_sub(*first) {
            0 => write!(f, "above line {first}"),
            1 => write!(f, "at line {first}"),
            _ => write!(f, "at lines {first} to {last}"),
        }
    }
}

/// Where something was found in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub layer: Layer,
    /// The first line, from nought.
    pub place: usize,
    pub lines: usize,
}

impl Spot {
    pub fn of(self, path: &RepoPath, edit: usize) -> Matched {
        let Self { layer, place, lines } = self;
        Matched { path: path.clone(), edit, layer, first: place + 1, last: place + lines }
    }
}
