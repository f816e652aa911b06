//! Looking into the code: its symbols, a map, and where code of some form is.

use agent_contract::{
    CapabilityName, RepoPath, document,
    lookup::{FindQuery, MapQuery},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Call, Malformed, Parsed, path};

const QUERY_BYTES_MAX: usize = 1024 * 1024;
const TOKENS_MAX: u64 = 100_000;
const WORDS_MAX: usize = 10_000;
const TEXT_CHARS_MAX: usize = 2000;
const PLACES_MAX: u32 = 20_000;

fn query<T: DeserializeOwned>(text: &str) -> Parsed<T> {
    let text = super::text("query", text, QUERY_BYTES_MAX)?;
    document::parse(&text).map_err(|fault| Malformed::argument("query", fault))
}

fn within(name: &str, number: u64, max: u64) -> Parsed<()> {
    match (1..=max).contains(&number) {
        true => Ok(()),
        false => Err(Malformed::argument(name, format_args!("must be from 1 to {max}"))),
    }
}

/// `repo.symbols`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SymbolsCall {
    /// The file.
    pub path: RepoPath,
}

impl SymbolsCall {
    /// Parses the arguments.
    pub fn parse(text: &str) -> Parsed<Self> {
        Ok(Self { path: path(text)? })
    }
}

impl Call for SymbolsCall {
    const FUNCTION: &'static str = "repo.symbols";
    const CAPABILITY: CapabilityName = CapabilityName::RepoRead;

    fn describe(&self) -> Value {
        json!({ "path": self.path })
    }

    fn paths(&self) -> Vec<&RepoPath> {
        vec![&self.path]
    }
}

/// `repo.map`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapCall {
    /// What it is asked for.
    pub query: MapQuery,
}

impl MapCall {
    /// Parses the arguments.
    pub fn parse(text: &str) -> Parsed<Self> {
        let query: MapQuery = query(text)?;
        within("query/tokens_max", query.tokens_max, TOKENS_MAX)?;
        super::count("query/words", query.words.len(), WORDS_MAX)?;
        Ok(Self { query })
    }
}

impl Call for MapCall {
    const FUNCTION: &'static str = "repo.map";
    const CAPABILITY: CapabilityName = CapabilityName::RepoRead;

    fn describe(&self) -> Value {
        json!({ "query": self.query })
    }

    fn is_whole(&self) -> bool {
        true
    }
}

/// `repo.find`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindCall {
    /// What is sought.
    pub query: FindQuery,
}

impl FindCall {
    /// Parses the arguments.
    pub fn parse(text: &str) -> Parsed<Self> {
        let query: FindQuery = query(text)?;
        within("query/limit", query.limit.into(), PLACES_MAX.into())?;
        let length = query.text.chars().count();
        match (1..=TEXT_CHARS_MAX).contains(&length) {
            true => Ok(Self { query }),
            false => Err(Malformed::argument(
                "query/text",
                format_args!("has {length} characters; 1 to {TEXT_CHARS_MAX} are allowed"),
            )),
        }
    }
}

impl Call for FindCall {
    const FUNCTION: &'static str = "repo.find";
    const CAPABILITY: CapabilityName = CapabilityName::RepoRead;

    fn describe(&self) -> Value {
        json!({ "query": self.query })
    }

    fn is_whole(&self) -> bool {
        self.query.folder.is_none()
    }

    fn paths(&self) -> Vec<&RepoPath> {
        self.query.folder.iter().collect()
    }
}
