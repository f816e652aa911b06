use agent_contract::proposal::{Proposal, ProposalFormat};

use super::{
    apply_patch,
    fault::ProposalFault,
    info::{self, Info},
    json_edits, names, search_replace, unified,
};

/// How many lines below a fence its content shows what it is: a path may come first.
const LOOK_LINES_MAX: usize = 2;

/// The notation of a proposal: the one it states, or the one that its text is in.
pub(super) fn format(proposal: &Proposal) -> Result<ProposalFormat, ProposalFault> {
    let marks = Marks::of(&proposal.text);
    match (proposal.format, marks.first()) {
        (ProposalFormat::Auto, Some(found)) => Ok(found),
        (ProposalFormat::Auto, None) => Err(ProposalFault::unknown(
            "the proposal is in no known format: a unified diff, an apply-patch envelope (`*** Begin Patch`), SEARCH/REPLACE blocks, a JSON list of edits, or whole files in fences under their paths",
        )),
        (stated, _) if marks.any(stated) => Ok(stated),
        (stated, Some(found)) => Err(ProposalFault::malformed(
            1,
            format!("the proposal is stated to be {stated} and looks like {found}"),
        )),
        (stated, None) => Err(ProposalFault::malformed(
            1,
            format!("the proposal is stated to be {stated} and holds nothing of the kind"),
        )),
    }
}

/// The lines of a proposal, to be looked at for the marks of a notation.
struct Marks<'a> {
    text: &'a str,
    lines: Vec<&'a str>,
}

impl<'a> Marks<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, lines: text.lines().collect() }
    }

    /// The notation whose mark comes first: what follows it may be content.
    fn first(&self) -> Option<ProposalFormat> {
        if json_edits::is_list(self.text) {
            return Some(ProposalFormat::JsonEdits);
        }
        let mut open: Option<(char, usize)> = None;
        for at in 0..self.lines.len() {
            if open.is_some_and(|fence| names::closes(self.lines[at], fence)) {
                open = None;
            } else if let Some(found) = self.mark(at) {
                return Some(found);
            } else if let (None, Some((mark, count, _))) = (open, names::fence(self.lines[at])) {
                if self.is_whole_file(at) {
                    return Some(ProposalFormat::WholeFiles);
                }
                open = Some((mark, count));
            }
        }
        None
    }

    fn any(&self, format: ProposalFormat) -> bool {
        let mut lines = 0..self.lines.len();
        match format {
            ProposalFormat::JsonEdits => json_edits::is_list(self.text),
            ProposalFormat::WholeFiles => lines.any(|at| self.is_fenced_under_path(at)),
            _ => lines.any(|at| self.is(format, at)),
        }
    }

    fn mark(&self, at: usize) -> Option<ProposalFormat> {
        [ProposalFormat::ApplyPatch, ProposalFormat::SearchReplace, ProposalFormat::UnifiedDiff]
            .into_iter()
            .find(|format| self.is(*format, at))
    }

    fn is(&self, format: ProposalFormat, at: usize) -> bool {
        match format {
            ProposalFormat::ApplyPatch => apply_patch::is_begin(self.lines[at]),
            ProposalFormat::SearchReplace => search_replace::is_search(self.lines[at]),
            ProposalFormat::UnifiedDiff => unified::is_part(&self.lines, at),
            _ => false,
        }
    }

    fn is_fenced_under_path(&self, at: usize) -> bool {
        let Some((_, _, info)) = names::fence(self.lines[at]) else { return false };
        let above = || self.lines[..at].iter().rev().find(|line| !line.trim().is_empty());
        matches!(info::read(info), Info::Path(_) | Info::Unclear(_))
            || above().is_some_and(|line| names::sure_heading(line).is_some())
    }

    /// A fence under a path may hold blocks or a diff for that file instead.
    fn is_whole_file(&self, at: usize) -> bool {
        let inside = (at + 1..self.lines.len()).filter(|at| !self.lines[*at].trim().is_empty());
        self.is_fenced_under_path(at) && inside.take(LOOK_LINES_MAX).all(|at| self.mark(at).is_none())
    }
}
