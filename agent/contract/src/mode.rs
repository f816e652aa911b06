//! How far a run may go.

use crate::closed::closed_enum;

closed_enum! {
    /// The mode of a run. It belongs to the Runner once the run has started.
    pub enum RunMode {
        /// Everything up to the diff; nothing outside the overlay changes.
        DryRun = "dry_run",
        /// The change is written to the working tree when the run succeeded.
        ProposedChange = "proposed_change",
        /// As a proposed change, and every gate stands before it.
        ProductionChange = "production_change",
    }
}
