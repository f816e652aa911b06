//! Code of one form is replaced by code of another.

mod hindrance;
mod language;
mod template;

use agent_contract::{RepoPath, fault::shown};
use serde_json::json;

use super::{
    Kind, RecipeFault,
    answer::{Match, Skipped},
    bench::{Bench, Worked},
    desk::{Desk, Outcome},
    primitive::{Argument, Arguments, optional, required},
    splice::{Splice, line_end, spliced},
};
use crate::host::Change;
use hindrance::Form;
use template::Template;

/// Replaces code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rewrite {
    pattern: String,
    template: Template,
    language: Option<String>,
    pub paths: Vec<RepoPath>,
    skipped: Unread,
}

/// What is done where a file can't be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unread {
    Refused,
    Left,
}

impl Rewrite {
    pub const TAKES: &[Argument] = &[
        required("pattern", Kind::Text),
        required("template", Kind::Text),
        optional("language", Kind::Choice),
        optional("paths", Kind::Paths),
        optional("allow_skipped", Kind::Choice),
    ];

    pub fn of(arguments: &Arguments) -> Result<Self, RecipeFault> {
        let pattern = arguments.needed("pattern")?;
        let template = Template::parse(&arguments.needed("template")?, &pattern)?;
        Ok(Self {
            pattern,
            template,
            language: arguments.owned("language").filter(|language| language != "auto"),
            paths: arguments.paths("paths"),
            skipped: if arguments.says("allow_skipped", "true") { Unread::Left } else { Unread::Refused },
        })
    }

    /// What it does.
    pub fn told(&self) -> String {
        format!("replace `{}` by `{}`", shown(&self.pattern), shown(self.template.as_str()))
    }

    pub fn work<D: Desk>(&self, bench: &mut Bench<D>) -> Worked<D> {
        let language = match &self.language {
            Some(language) => language.clone(),
            None => language::of(&bench.files(&self.paths)?)?.to_owned(),
        };
        let query = json!({ "kind": "pattern", "language": language, "text": self.pattern });
        let found = bench.find(&query, &self.paths)?;
        let mut outcome = Outcome::default();
        self.unread(&found.skipped, &mut outcome)?;
        if found.matches.is_empty() {
            let message = format!("no {language} code has the form `{}`", shown(&self.pattern));
            return Err(RecipeFault::new("recipe-nothing-found", message).into());
        }
        let form = Form { pattern: &self.pattern, language: &language };
        for (path, matches) in found.by_file() {
            let text = bench.text(path)?;
            self.rewrite(path, &text, &matches, form, &mut outcome)?;
        }
        match (outcome.changes.is_empty(), outcome.warnings.first()) {
            (true, Some(left)) => Err(RecipeFault::new("recipe-incomplete", left.clone()).into()),
            _ => Ok(outcome),
        }
    }

    fn rewrite(
        &self,
        path: &RepoPath,
        text: &str,
        matches: &[&Match],
        form: Form,
        outcome: &mut Outcome,
    ) -> Result<(), RecipeFault> {
        let (outer, nested) = outermost(matches);
        let mut splices = Vec::new();
        for found in outer {
            found.code(text).ok_or_else(|| stale(path, found.line))?;
            let filled = self.template.filled(text, found, line_end(text))?;
            match form.hindrance(text, found, &filled) {
                None => splices.push(Splice { span: found.span(), text: filled.text }),
                Some(why) => outcome.warnings.push(format!("`{path}` line {}: left, {why}", found.line)),
            }
        }
        let replaced = splices.len();
        let rewritten = spliced(text, splices, path.as_str())?;
        if nested > 0 {
            outcome.warnings.push(format!(
                "`{path}`: {nested} matches lie within others and stay; run the recipe once more for them"
            ));
        }
        match rewritten == text {
            true if replaced == 0 => {}
            true => outcome.told.push(format!("`{path}`: is so already")),
            false => {
                outcome.told.push(format!("`{path}`: {replaced} replaced"));
                let bytes = rewritten.into_bytes();
                outcome.changes.push(Change::Write { path: path.clone(), bytes, mode: None });
            }
        }
        Ok(())
    }

    fn unread(&self, skipped: &[Skipped], outcome: &mut Outcome) -> Result<(), RecipeFault> {
        if let (Unread::Refused, Some(Skipped { path, why })) = (self.skipped, skipped.first()) {
            let message = format!("`{path}` could not be looked into: {why}");
            return Err(RecipeFault::new("recipe-incomplete", message)
                .hint("leave it out by `paths`, or set `allow_skipped` to `true` and look at it yourself"));
        }
        let line = |skipped: &Skipped| {
            format!("`{}`: left, it could not be looked into: {}", skipped.path, skipped.why)
        };
        outcome.told.extend(skipped.iter().map(line));
        Ok(())
    }
}

/// The matches that lie in no other, and how many do. They come by place, outermost first.
fn outermost<'a>(matches: &[&'a Match]) -> (Vec<&'a Match>, usize) {
    let mut outer: Vec<&Match> = Vec::new();
    for found in matches {
        if !outer.last().is_some_and(|last| found.span().is_within(last.span())) {
            outer.push(found);
        }
    }
    let nested = matches.len() - outer.len();
    (outer, nested)
}

/// The file is not the one that was looked into.
pub(super) fn stale(path: &RepoPath, line: u64) -> RecipeFault {
    let message = format!("`{path}` line {line} no longer holds what was found there");
    RecipeFault::new("recipe-stale", message).hint("run it again")
}
