//! Advisories at hand: read from archives once, kept in one file, looked up without parsing it.

mod archive;
mod database;
mod import;
mod index;
mod pack;

pub use database::{Advisories, Database, Meta, Opened, Origin};
pub use import::{Imported, Importer, Planted, Unread};

/// Why advisories can't be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// The archive is of no kind that is known, or broken.
    #[error("can't read the archive `{name}`: {reason}")]
    Archive {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// The archive is more than is taken.
    #[error("the archive `{name}` holds more than {limit}")]
    TooLarge {
        /// Its name.
        name: String,
        /// What it may hold.
        limit: &'static str,
    },
    /// Nothing in it is an advisory.
    #[error("there is no advisory in `{name}`")]
    Empty {
        /// Its name.
        name: String,
    },
    /// Nothing in it tells of a version.
    #[error(
        "no line in `{name}` is of a registry index\nhint: name a folder such as Cargo's `registry/index`, or a file of lines such as {{\"name\":\"a\",\"vers\":\"1.0.0\",\"yanked\":true}}"
    )]
    NoIndex {
        /// Its name.
        name: String,
    },
    /// An index alone, which no date is told by.
    #[error("an index of yanked versions has no date\nhint: give advisories beside it, or `--date`")]
    Undated,
    /// An index alone, in which no version was yanked.
    #[error("no version in the index was yanked, and there are no advisories beside it")]
    NoneYanked,
    /// Files that should be advisories could not be read, and nobody said that this may be.
    #[error(
        "{count} files that should be advisories can't be read, such as {first}\nhint: mend or leave out these files, or import the rest with `--allow-unread`, which the gate then tells"
    )]
    Unread {
        /// How many.
        count: u64,
        /// The first of them, with what is wrong.
        first: String,
    },
    /// The packed database is not as it was written.
    #[error("the advisory database can't be read: {0}")]
    Corrupt(String),
}
