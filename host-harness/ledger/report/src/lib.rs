//! The report of a run: one HTML page for people that holds all it needs. Nothing is read
//! here, and nothing is judged: what the records say is set out, and what verification said
//! of them stands above it.

mod count;
mod look;
mod mark;
mod shown;

mod account;
mod diff;
mod section;

mod page;
mod table;

use ledger::Record;

/// A run, as its records tell it.
pub struct Run<'a> {
    /// The records, in order.
    pub records: &'a [Record],
    /// What a record names by its SHA-256; nothing where it was removed or is not there.
    pub payload: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    /// What verification said.
    pub proof: &'a Proof,
}

/// What verification said, in texts for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// `complete`, `running`, `interrupted` or `corrupt`.
    pub status: String,
    /// How many records there are.
    pub records: u64,
    /// The hash of the last record, in hexadecimal.
    pub head: String,
    /// The root of the Merkle tree over the records, in hexadecimal.
    pub root: Option<String>,
    /// The name of the key that signed the checkpoint.
    pub signed_by: Option<String>,
    /// Whether the reader's own list of keys has that key.
    pub trusted: bool,
    /// What is wrong.
    pub faults: Vec<String>,
    /// What else there is to know: payloads removed, witnesses that cosigned.
    pub notes: Vec<String>,
    /// Records whose effect was begun and of which nothing more is known.
    pub left_open: Vec<u64>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: Option<String>,
}

/// The page.
pub fn html(run: &Run) -> String {
    page::page(&account::Account::read(run), run.proof).into_string()
}
