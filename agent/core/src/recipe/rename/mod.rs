//! A name in programs gets another name, wherever it is an identifier.

mod keywords;
mod left;

use agent_contract::RepoPath;
use serde_json::{Value, json};

use super::{
    Kind, RecipeFault,
    answer::{Found, Match, Skipped},
    bench::{Bench, Worked},
    desk::{Desk, Outcome},
    primitive::{Argument, Arguments, optional, required},
    splice::{Splice, spliced},
};
use crate::host::Change;

/// Gives a name another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rename {
    from: String,
    to: String,
    pub paths: Vec<RepoPath>,
    taken: Taken,
    skipped: Unread,
}

/// What is done where the new name is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Refused,
    Allowed,
}

/// What is done where a file that holds the name can't be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unread {
    Refused,
    Left,
}

impl Rename {
    pub const TAKES: &[Argument] = &[
        required("from", Kind::Identifier),
        required("to", Kind::Identifier),
        optional("paths", Kind::Paths),
        optional("allow_taken", Kind::Choice),
        optional("allow_skipped", Kind::Choice),
    ];

    pub fn of(arguments: &Arguments) -> Result<Self, RecipeFault> {
        let rename = Self {
            from: arguments.needed("from")?,
            to: arguments.needed("to")?,
            paths: arguments.paths("paths"),
            taken: if arguments.says("allow_taken", "true") { Taken::Allowed } else { Taken::Refused },
            skipped: if arguments.says("allow_skipped", "true") { Unread::Left } else { Unread::Refused },
        };
        match rename.from == rename.to {
            true => Err(RecipeFault::parameter("to", format!("is the name that is there: `{}`", rename.to))),
            false => Ok(rename),
        }
    }

    /// What it does.
    pub fn told(&self) -> String {
        format!("rename `{}` to `{}`", self.from, self.to)
    }

    pub fn work<D: Desk>(&self, bench: &mut Bench<D>) -> Worked<D> {
        let found = bench.find(&query(&self.from), &self.paths)?;
        let mut outcome = Outcome::default();
        self.unread(bench, &found.skipped, &mut outcome)?;
        if found.matches.is_empty() {
            let message = format!("`{}` is nowhere an identifier", self.from);
            return Err(RecipeFault::new("recipe-nothing-found", message)
                .hint("names in strings and comments are not renamed")
                .into());
        }
        self.room_for(bench, &found, &mut outcome)?;
        for (path, matches) in found.by_file() {
            keywords::refuse(path, &self.to)?;
            let text = bench.text(path)?;
            let bytes = self.renamed(path, &text, &matches)?.into_bytes();
            outcome.told.push(format!("`{path}`: {} renamed", times(matches.len())));
            outcome.changes.push(Change::Write { path: path.clone(), bytes, mode: None });
        }
        outcome.warnings.push(format!(
            "every identifier `{}` was renamed: names were compared, not what they stand for",
            self.from
        ));
        outcome.warnings.extend(left::told(bench, &self.from, &self.paths, &found)?);
        Ok(outcome)
    }

    fn renamed(&self, path: &RepoPath, text: &str, matches: &[&Match]) -> Result<String, RecipeFault> {
        let stale = |found: &&&Match| found.span().of(text) != Some(self.from.as_str());
        if let Some(found) = matches.iter().find(stale) {
            return Err(super::rewrite::stale(path, found.line));
        }
        let splices = matches.iter().map(|found| Splice { span: found.span(), text: self.to.clone() });
        spliced(text, splices.collect(), path.as_str())
    }

    /// A file that could not be looked into and that holds the name would be half renamed.
    fn unread<D: Desk>(
        &self,
        bench: &mut Bench<D>,
        skipped: &[Skipped],
        outcome: &mut Outcome,
    ) -> Worked<D, ()> {
        for Skipped { path, why } in skipped {
            if self.skipped == Unread::Refused && left::holds_word(&bench.content(path)?.bytes, &self.from) {
                let message = format!("`{path}` holds `{}` and could not be looked into: {why}", self.from);
                return Err(RecipeFault::new("recipe-incomplete", message)
                    .hint("leave it out by `paths`, or set `allow_skipped` to `true` and look at it yourself")
                    .into());
            }
            outcome.told.push(format!("`{path}`: left as it is, it could not be looked into: {why}"));
        }
        Ok(())
    }

    /// Where the new name is there already, two things would have one name afterwards.
    fn room_for<D: Desk>(&self, bench: &mut Bench<D>, found: &Found, outcome: &mut Outcome) -> Worked<D, ()> {
        let files = found.by_file();
        let taken = bench.find(&query(&self.to), &self.paths)?;
        let Some(first) = taken.matches.iter().find(|there| files.contains_key(&there.path)) else {
            return Ok(());
        };
        let message = format!("`{}` is there already, in `{}` line {}", self.to, first.path, first.line);
        match self.taken {
            Taken::Allowed => outcome.warnings.push(message),
            Taken::Refused => {
                let fault = RecipeFault::new("recipe-name-taken", message);
                return Err(fault
                    .hint("choose another name, or set `allow_taken` to `true` if both are to be one")
                    .into());
            }
        }
        Ok(())
    }
}

fn query(name: &str) -> Value {
    json!({ "kind": "identifier", "text": name })
}

fn times(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}
