//! The edit engine: a proposal, in any of five notations, or the edits of a model's tool
//! call become an edit set; an edit set and the files it is about become changes. All of
//! them, or an error.

mod apply;
mod binary;
mod contradiction;
mod detect;
mod fault;
mod fold;
mod halves;
mod indent;
mod info;
mod layer;
mod layered;
mod layers;
mod likeness;
mod lines;
mod locate;
mod mismatch;
mod names;
mod nearest;
mod net;
mod patched;
mod replaced;
mod run;
mod sequence;
mod similar_lines;
mod step;
mod text;
mod told;

mod apply_patch;
mod json_edits;
mod search_replace;
mod tool;
mod unified;
mod whole_files;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use agent_contract::{
    RepoPath,
    proposal::{Proposal, ProposalFormat},
};

pub use apply::apply;
pub use fault::ProposalFault;
pub use layer::{Applied, Layer, Matched, Matching};
pub use mismatch::Mismatch;
pub use tool::ToolEdit;

use step::Step;

/// The edits of a proposal, in order. There is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditSet {
    format: ProposalFormat,
    steps: Vec<Step>,
}

impl EditSet {
    /// The notation that the proposal was in; a tool call is a list of JSON edits.
    pub fn format(&self) -> ProposalFormat {
        self.format
    }

    /// Every file whose present state matters: changed, created, deleted, renamed from or to.
    pub fn paths(&self) -> BTreeSet<RepoPath> {
        self.steps.iter().flat_map(Step::paths).cloned().collect()
    }
}

/// Reads a proposal, in the notation that it states or that is found from its text.
pub fn parse(proposal: &Proposal) -> Result<EditSet, ProposalFault> {
    if proposal.text.trim().is_empty() {
        return Err(ProposalFault::empty("the proposal is empty"));
    }
    let format = detect::format(proposal)?;
    let text = &proposal.text;
    let steps = match format {
        ProposalFormat::ApplyPatch => apply_patch::parse(text),
        ProposalFormat::SearchReplace => search_replace::parse(text),
        ProposalFormat::JsonEdits => json_edits::parse(text),
        ProposalFormat::WholeFiles => whole_files::parse(text),
        ProposalFormat::UnifiedDiff | ProposalFormat::Auto => unified::parse(text),
    }?;
    if steps.is_empty() {
        return Err(ProposalFault::empty(format!(
            "the proposal is a well-formed {format} without a single edit"
        )));
    }
    contradiction::find(&steps)?;
    Ok(EditSet { format, steps })
}
