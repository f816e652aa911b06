//! A formatter or a linter's fixes, as a check of the request.

use agent_contract::{RepoPath, fault::shown};

use super::{
    Kind, RecipeFault,
    bench::{Bench, Worked},
    desk::{Desk, Outcome},
    primitive::{Argument, Arguments, optional, required},
};
use crate::host::Change;

/// Has a check put right what it can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fix {
    pub check: String,
    pub paths: Vec<RepoPath>,
}

impl Fix {
    pub const TAKES: &[Argument] = &[required("check", Kind::Text), optional("paths", Kind::Paths)];

    pub fn of(arguments: &Arguments) -> Result<Self, RecipeFault> {
        Ok(Self { check: arguments.needed("check")?, paths: arguments.paths("paths") })
    }

    /// What it does.
    pub fn told(&self) -> String {
        format!("have check `{}` put right what it can", shown(&self.check))
    }

    pub fn work<D: Desk>(&self, bench: &mut Bench<D>) -> Worked<D> {
        let changes = bench.fix(&self.check)?;
        let outside: Vec<_> =
            changes.iter().flat_map(Change::paths).filter(|path| !self.reaches(path)).collect();
        if !outside.is_empty() {
            return Err(self.beyond(&outside).into());
        }
        let check = shown(&self.check);
        let line = |change: &Change| match change {
            Change::Write { path, .. } => format!("`{path}`: put right by check `{check}`"),
            Change::Delete { path } => format!("`{path}`: deleted by check `{check}`"),
            Change::Rename { from, to } => format!("`{from}`: renamed to `{to}` by check `{check}`"),
        };
        let told = match changes.is_empty() {
            true => vec![format!("check `{check}` changed nothing")],
            false => changes.iter().map(line).collect(),
        };
        Ok(Outcome { changes, told, warnings: Vec::new() })
    }

    fn reaches(&self, path: &RepoPath) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|within| path.is_within(within))
    }

    fn beyond(&self, outside: &[&RepoPath]) -> RecipeFault {
        const NAMED_MAX: usize = 5;
        let named: Vec<_> = outside.iter().take(NAMED_MAX).map(|path| format!("`{path}`")).collect();
        let more = if outside.len() > NAMED_MAX { ", ..." } else { "" };
        let message = format!(
            "check `{}` changed {} beyond `paths`: {}{more}",
            shown(&self.check),
            files(outside.len()),
            named.join(", ")
        );
        RecipeFault::new("recipe-outside", message)
            .hint("name them by `paths` too, or have the check told to stay within")
    }
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}
