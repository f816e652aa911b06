//! The edits of a model's tool call.

use agent_contract::{RepoPath, proposal::ProposalFormat};

use super::{
    EditSet, contradiction,
    fault::ProposalFault,
    step::{Action, Count, Onto, Place, Step},
};

/// One edit of a tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolEdit {
    /// Put a text in the place of another one.
    Replace {
        /// The file.
        path: RepoPath,
        /// What is there; empty for a file that is new or empty.
        old: String,
        /// What is to be there; empty where lines are to go.
        new: String,
    },
    /// Delete the file.
    Delete {
        /// The file.
        path: RepoPath,
    },
}

impl EditSet {
    /// The edits of a tool call, each of which starts from what the one before left.
    pub fn from_tool(edits: &[ToolEdit]) -> Result<Self, ProposalFault> {
        if edits.is_empty() {
            return Err(ProposalFault::empty("the call is without an edit; give at least one"));
        }
        let steps = edits.iter().enumerate().map(|(index, edit)| step(edit, Place::Edit(index + 1)));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        contradiction::find(&steps)?;
        Ok(Self { format: ProposalFormat::JsonEdits, steps })
    }
}

fn step(edit: &ToolEdit, at: Place) -> Result<Step, ProposalFault> {
    let (path, action) = match edit {
        ToolEdit::Delete { path } => (path, Action::Delete { hunks: Vec::new() }),
        ToolEdit::Replace { path, old, new } if old.is_empty() => {
            let bytes = new.clone().into_bytes();
            (path, Action::Write { bytes, mode: None, onto: Onto::Empty })
        }
        ToolEdit::Replace { old, new, .. } if old == new => {
            let message = "the old and the new text are the same; give the text that is to be there";
            return Err(ProposalFault::malformed_at(at, message));
        }
        ToolEdit::Replace { path, old, new } => {
            let (old, new) = (old.clone().into_bytes(), new.clone().into_bytes());
            (path, Action::Replace { old, new, count: Count::Once })
        }
    };
    Ok(Step::in_turn(path.clone(), at, action))
}
