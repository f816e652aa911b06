//! Edits of one proposal that can't all be meant.

use std::collections::BTreeMap;

use agent_contract::RepoPath;

use super::{
    fault::ProposalFault,
    step::{Action, Order, Step, Way},
};

/// What a step does to one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Write,
    Arrive,
    Edit,
    Delete,
    Leave,
}

impl Deed {
    fn done(self) -> &'static str {
        match self {
            Self::Write => "written as a whole",
            Self::Arrive => "renamed or copied to",
            Self::Edit => "edited",
            Self::Delete => "deleted",
            Self::Leave => "renamed",
        }
    }
}

/// Refuses a proposal that would have a path be two things at once.
pub(super) fn find(steps: &[Step]) -> Result<(), ProposalFault> {
    let mut before = BTreeMap::new();
    let mut order = None;
    for step in steps {
        if order.replace(step.order).is_some_and(|order| order != step.order) {
            before.clear();
        }
        for (path, deed) in deeds(step) {
            let last = before.insert(path, deed);
            if let Some(last) = last.filter(|last| !may_follow(*last, deed, step.order)) {
                return Err(contradicts(step, path, last, deed));
            }
        }
    }
    Ok(())
}

fn deeds(step: &Step) -> Vec<(&RepoPath, Deed)> {
    let here = |deed| vec![(&step.path, deed)];
    match (&step.action, step.target()) {
        (Action::Write { .. }, _) => here(Deed::Write),
        (Action::Delete { .. }, _) => here(Deed::Delete),
        (_, None) => here(Deed::Edit),
        (_, Some(target)) if target.way == Way::Copy => vec![(&target.path, Deed::Arrive)],
        (_, Some(target)) => vec![(&step.path, Deed::Leave), (&target.path, Deed::Arrive)],
    }
}

fn may_follow(last: Deed, next: Deed, order: Order) -> bool {
    use Deed::{Arrive, Delete, Edit, Leave, Write};
    match (last, next) {
        (Edit | Write | Arrive, Edit) => true,
        (Delete | Leave, Arrive) | (Leave, Write) => true,
        (Write | Arrive, Leave) => true,
        // Edits in turn may take a file away and put another one there.
        (Delete, Write) => order == Order::InTurn,
        // A rename of one commit takes what was there before: the edit would be lost.
        (Edit, Leave) => order == Order::InTurn,
        _ => false,
    }
}

fn contradicts(step: &Step, path: &RepoPath, last: Deed, deed: Deed) -> ProposalFault {
    let message = match last == deed {
        true => format!("`{path}` is {} twice; say once what becomes of it", deed.done()),
        false => {
            format!("`{path}` is {} here and {} above; say once what becomes of it", deed.done(), last.done())
        }
    };
    ProposalFault::malformed_at(step.at.clone(), message)
}
