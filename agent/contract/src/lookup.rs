//! What can be asked about the code of a repository, and the answers: its symbols, a map
//! of it, and where code of some form is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{RepoPath, closed::closed_enum, limit};

/// A symbol that a file defines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// What it is: `function`, `struct`, `class` and the like.
    pub kind: String,
    /// Its first line, from one.
    pub line: u32,
    /// Its last line.
    pub last_line: u32,
    /// The line that it is declared with.
    pub signature: String,
    /// The symbol that it is in.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

/// The symbols of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Symbols {
    /// The language, where it is one that is read.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What it defines, in order.
    pub symbols: Vec<Symbol>,
    /// Why it was not read, where it was not.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// What a map is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MapQuery {
    /// Words of the task.
    #[serde(default)]
    #[schemars(length(max = limit::MAP_WORDS_MAX))]
    pub words: Vec<String>,
    /// Files that the task names.
    #[serde(default)]
    #[schemars(length(max = limit::FILES_MAX))]
    pub files: Vec<RepoPath>,
    /// How long it may be.
    #[schemars(range(min = 1, max = limit::MAP_TOKENS_MAX))]
    pub tokens_max: u64,
}

/// A file, and how large it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizedFile {
    /// The file.
    pub path: RepoPath,
    /// Its size.
    pub bytes: u64,
}

/// A map of the repository: the files and symbols that matter most, the first the most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepositoryMap {
    /// The map.
    pub text: String,
    /// How many files there are.
    pub files: u64,
    /// How many of them were read for it; the others were known by their content.
    pub read: u64,
    /// How many could not be read, by why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skipped: BTreeMap<String, u64>,
    /// Every file, where there are few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whole: Vec<SizedFile>,
}

closed_enum! {
    /// What code is found by.
    pub enum FindKind {
        /// The name of an identifier; text and comments don't count.
        Identifier = "identifier",
        /// Its form, with `$NAME` for a part and `$$$NAME` for several.
        Pattern = "pattern",
        /// The path of a file: a part of it, or `*` for every one.
        File = "file",
    }
}

/// What code is sought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindQuery {
    /// What it is found by.
    pub kind: FindKind,
    /// The name, or the form.
    #[schemars(length(min = 1, max = limit::FIND_CHARS_MAX))]
    pub text: String,
    /// The language; every one that is read when absent.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where; everywhere when absent.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub folder: Option<RepoPath>,
    /// How many places at the most.
    #[schemars(range(min = 1, max = limit::FIND_PLACES_MAX))]
    pub limit: u32,
}

/// A part of a file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Its first byte.
    pub from: u64,
    /// The byte after its last.
    pub to: u64,
}

/// A place where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// The file.
    pub path: RepoPath,
    /// Its first byte.
    pub from: u64,
    /// The byte after its last.
    pub to: u64,
    /// The line, from one.
    pub line: u32,
    /// What stands there.
    pub text: String,
    /// What the parts of the form stand for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub captures: BTreeMap<String, Span>,
}

/// A file that was not looked into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkippedFile {
    /// The file.
    pub path: RepoPath,
    /// Why.
    pub why: String,
}

/// Where code was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The places, by file and byte.
    pub matches: Vec<Match>,
    /// How many files were looked into.
    pub files: u64,
    /// Those that were not, though they hold the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<SkippedFile>,
    /// Whether there were more places.
    pub more: bool,
}
