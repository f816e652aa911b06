//! A change that was written beforehand, by a person or another program.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{closed::closed_enum, limit};

closed_enum! {
    /// The notation of a proposal.
    pub enum ProposalFormat {
        /// Found from the text itself.
        Auto = "auto",
        /// `diff -u` and git's extended headers.
        UnifiedDiff = "unified_diff",
        /// `*** Begin Patch` ... `*** End Patch`.
        ApplyPatch = "apply_patch",
        /// SEARCH and REPLACE blocks.
        SearchReplace = "search_replace",
        /// A JSON list of edits.
        JsonEdits = "json_edits",
        /// Whole files.
        WholeFiles = "whole_files",
    }
}

/// A proposal and its notation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The notation. Found from the text when absent.
    #[serde(default = "Proposal::auto")]
    pub format: ProposalFormat,
    /// The proposal itself.
    #[schemars(length(max = limit::PROPOSAL_CHARS_MAX))]
    pub text: String,
}

impl Proposal {
    fn auto() -> ProposalFormat {
        ProposalFormat::Auto
    }
}
