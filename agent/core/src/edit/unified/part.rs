//! What a diff says of one file.

use agent_contract::operation::FileMode;

use super::header::bare;
use crate::edit::{
    binary,
    fault::{ProposalFault, path},
    step::{Action, Hunk, Onto, Order, Place, Sign, Step, Target, Way},
};

pub(super) const NOWHERE: &str = "/dev/null";

/// A part of a diff, as it is written.
#[derive(Default)]
pub(super) struct Part {
    pub line: usize,
    pub commit: usize,
    /// Whether it is git's; the names, if they can be told apart.
    pub git: Option<Option<(String, String)>>,
    pub old: Option<String>,
    pub new: Option<String>,
    pub mode: Option<FileMode>,
    pub created: bool,
    pub deleted: bool,
    pub source: Option<Source>,
    pub to: Option<String>,
    pub binary: Option<binary::Change>,
    pub hunks: Vec<Hunk>,
}

/// Where a renamed or copied file comes from.
pub(super) struct Source {
    pub name: String,
    pub way: Way,
}

impl Part {
    fn fault(&self, message: impl Into<String>) -> ProposalFault {
        ProposalFault::malformed(self.line, message)
    }

    pub(super) fn into_step(mut self) -> Result<Step, ProposalFault> {
        self.agree()?;
        if let (Some(source), Some(to)) = (self.source.take(), self.to.take()) {
            return self.moved(&source, &to);
        }
        let (old, new) = self.names()?;
        let (created, deleted) = (old == NOWHERE || self.created, new == NOWHERE || self.deleted);
        match (created, deleted) {
            (true, true) => Err(self.fault("a file that is neither there before nor after")),
            (true, false) => self.create(&new),
            (false, true) => {
                let action = Action::Delete { hunks: std::mem::take(&mut self.hunks) };
                self.step(&old, action)
            }
            (false, false) if same(&old, &new) => self.change(&new, None),
            (false, false) => Err(self.two_files(&old, &new)),
        }
    }

    fn two_files(&self, old: &str, new: &str) -> ProposalFault {
        let outside = [old, new].into_iter().find_map(|name| path(name, self.line).err());
        outside.unwrap_or_else(|| {
            self.fault(format!(
                "`{old}` and `{new}` are two files; for a rename say `rename from` and `rename to`, otherwise give one name twice"
            ))
        })
    }

    /// What `---` and `+++` name must be what git's headers name: a part without a header
    /// of its own would be taken for the end of the one above.
    fn agree(&self) -> Result<(), ProposalFault> {
        let moved = self.source.as_ref().map(|source| source.name.clone()).zip(self.to.clone());
        let gone = moved.is_none();
        let headers = moved.or_else(|| self.git.clone().flatten());
        let Some(((old, new), (given_old, given_new))) = headers.zip(self.old.clone().zip(self.new.clone()))
        else {
            return Ok(());
        };
        let same = |header: &str, given: &str| {
            (gone && given == NOWHERE)
                || given == header
                || bare(given) == header
                || bare(given) == bare(header)
        };
        match same(&old, &given_old) && same(&new, &given_new) {
            true => Ok(()),
            false => Err(self.fault(format!(
                "the header says `{old}` and `{new}`, the lines below it `{given_old}` and `{given_new}`"
            ))),
        }
    }

    /// The names without git's prefixes.
    fn names(&self) -> Result<(String, String), ProposalFault> {
        let (old, new) = (self.old.clone().zip(self.new.clone()))
            .or_else(|| self.git.clone().flatten())
            .ok_or_else(|| self.fault("the names of the file are missing"))?;
        let strip = match (old.as_str(), new.as_str()) {
            _ if self.without_prefix() => false,
            (NOWHERE, new) => new.starts_with("b/") || (self.git.is_some() && bare(new) != new),
            (old, NOWHERE) => old.starts_with("a/") || (self.git.is_some() && bare(old) != old),
            (old, new) if old == new => false,
            (old, new) => bare(old) == bare(new) || (old.starts_with("a/") && new.starts_with("b/")),
        };
        let bare = |name: String| if strip { bare(&name).to_owned() } else { name };
        Ok((bare(old), bare(new)))
    }

    /// With a prefix git never gives one name twice.
    fn without_prefix(&self) -> bool {
        self.git.iter().flatten().any(|(old, new)| old == new)
    }

    fn step(&self, name: &str, action: Action) -> Result<Step, ProposalFault> {
        let path = path(name, self.line)?;
        Ok(Step { path, at: Place::Line(self.line), order: Order::Together(self.commit + 1), action })
    }

    fn moved(self, source: &Source, to: &str) -> Result<Step, ProposalFault> {
        let target = Target { path: path(to, self.line)?, way: source.way, onto: Onto::Nothing };
        self.change(&source.name, Some(target))
    }

    fn create(&self, name: &str) -> Result<Step, ProposalFault> {
        let bytes = match &self.binary {
            Some(change) => binary::content(&change.forth, &[]).ok_or_else(|| {
                self.fault(format!("`{name}` is new, and its content refers to one before"))
            })?,
            None => self.added(name)?,
        };
        self.step(name, Action::Write { bytes, mode: self.mode, onto: Onto::Nothing })
    }

    fn added(&self, name: &str) -> Result<Vec<u8>, ProposalFault> {
        let mut bytes = Vec::new();
        for body in self.hunks.iter().flat_map(|hunk| &hunk.body) {
            if body.sign != Sign::Add {
                return Err(self.fault(format!("`{name}` is new, and a line of it is there before")));
            }
            bytes.extend_from_slice(body.text.as_bytes());
            let end: &[u8] = if body.carriage { b"\r\n" } else { b"\n" };
            bytes.extend_from_slice(if body.unended { b"" } else { end });
        }
        Ok(bytes)
    }

    fn change(mut self, name: &str, target: Option<Target>) -> Result<Step, ProposalFault> {
        if self.hunks.is_empty() && target.is_none() && self.mode.is_none() && self.binary.is_none() {
            return Err(self.fault(format!("nothing is said of `{name}`; a hunk is missing")));
        }
        let mode = self.mode;
        let action = match self.binary.take() {
            Some(change) => Action::Binary { change, target, mode },
            None => Action::Patch { hunks: std::mem::take(&mut self.hunks), target, mode },
        };
        self.step(name, action)
    }
}

/// Whether both names are those of one file: people keep the one before beside it.
fn same(old: &str, new: &str) -> bool {
    let rest = old.strip_prefix(new);
    matches!(rest, Some("" | ".orig" | ".bak" | ".old" | "~"))
}
