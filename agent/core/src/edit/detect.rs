use agent_contract::proposal::{Proposal, ProposalFormat};

use super::{fault::ProposalFault, names};

/// The notation of a proposal: the one it states, or the one that its text is in.
pub(super) fn format(proposal: &Proposal) -> Result<ProposalFormat, ProposalFault> {
    let found = found(&proposal.text);
    match (proposal.format, found) {
        (ProposalFormat::Auto, Some(found)) => Ok(found),
        (ProposalFormat::Auto, None) => Err(ProposalFault::unknown(
            "the proposal is in no known format: a unified diff, an apply-patch envelope (`*** Begin Patch`), SEARCH/REPLACE blocks, a JSON list of edits, or whole files in fences under their paths",
        )),
        (stated, Some(found)) if stated != found => Err(ProposalFault::malformed(
            1,
            format!("the proposal is stated to be {stated} and looks like {found}"),
        )),
        (stated, _) => Ok(stated),
    }
}

fn found(text: &str) -> Option<ProposalFormat> {
    let start = text.trim_start().trim_start_matches('\u{feff}');
    if start.starts_with(['[', '{']) {
        return Some(ProposalFormat::JsonEdits);
    }
    if text.lines().any(|line| line.trim() == "*** Begin Patch") {
        return Some(ProposalFormat::ApplyPatch);
    }
    if text.lines().any(is_search) {
        return Some(ProposalFormat::SearchReplace);
    }
    if is_unified(text) {
        return Some(ProposalFormat::UnifiedDiff);
    }
    is_whole_files(text).then_some(ProposalFormat::WholeFiles)
}

/// `<<<<<<< SEARCH`
pub(super) fn is_search(line: &str) -> bool {
    let rest = line.trim_end().trim_start_matches('<');
    let count = line.trim_end().len() - rest.len();
    (5..=9).contains(&count) && rest.trim().trim_end_matches('>') == "SEARCH"
}

fn is_unified(text: &str) -> bool {
    let lines: Vec<_> = text.lines().collect();
    let pair = |pair: &[&str]| pair[0].starts_with("--- ") && pair[1].starts_with("+++ ");
    lines.windows(2).any(pair) || lines.iter().any(|line| line.starts_with("diff --git "))
}

fn is_whole_files(text: &str) -> bool {
    let lines: Vec<_> = text.lines().collect();
    lines.iter().enumerate().any(|(index, line)| match names::fence(line) {
        None => false,
        Some((_, _, info)) if names::in_info(info).is_some() => true,
        Some(_) => lines[..index]
            .iter()
            .rev()
            .find(|line| !line.trim().is_empty())
            .is_some_and(|line| names::heading(line).is_some()),
    })
}
