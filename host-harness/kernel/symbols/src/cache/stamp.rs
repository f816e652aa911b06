//! How a file looks from the outside.

/// How a file looked when it was read. All times are nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Its length.
    pub bytes: u64,
    /// When its content was last written.
    pub modified_ns: i64,
    /// When anything of it was last changed.
    pub changed_ns: i64,
    /// Its number in the file system.
    pub inode: u64,
}

/// A clock of files may be behind the one that is read by so much.
const CLOCK_BEHIND_NS: i64 = 50_000_000;
/// Some file systems have times of two seconds only; those end in zeros.
const COARSE_NS: i64 = 2_000_000_000;

impl Stamp {
    /// Whether a file that looked like this at a time can't have been written once more
    /// since then without looking otherwise. A write in the same moment would not show.
    pub(super) fn is_settled(&self, stamped_ns: i64) -> bool {
        let settled = |at: i64| {
            let coarse = at % 1_000_000_000 == 0;
            let margin = if coarse { COARSE_NS } else { CLOCK_BEHIND_NS };
            at < stamped_ns.saturating_sub(margin)
        };
        settled(self.modified_ns) && settled(self.changed_ns)
    }
}
