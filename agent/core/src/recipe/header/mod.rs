//! A licence header on top of files.

mod left;
mod licence;
mod notice;
mod place;
mod region;
mod style;
mod wording;

use agent_contract::RepoPath;

use super::{
    Kind, RecipeFault,
    bench::{Bench, Worked},
    desk::{Desk, Outcome},
    kind,
    primitive::{Argument, Arguments, optional},
};
use crate::host::Change;
use left::Left;
use notice::{Others, Seen};
use style::Style;

pub(super) use licence::is_expression as is_licence;
pub(super) use style::foreign;

use wording::{Source, Wording, unfit_holder};

/// Puts a licence header on files, or brings the one that is there up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    source: Source,
    holder: Option<String>,
    year: Option<String>,
    others: Others,
    pub paths: Vec<RepoPath>,
}

impl Header {
    pub const TAKES: &[Argument] = &[
        optional("spdx", Kind::Licence),
        optional("text", Kind::Text),
        optional("file", Kind::Path),
        optional("holder", Kind::Text),
        optional("year", Kind::Year),
        optional("other_holders", Kind::Choice),
        optional("paths", Kind::Paths),
    ];

    pub fn of(arguments: &Arguments) -> Result<Self, RecipeFault> {
        let holder = arguments.owned("holder").map(|holder| holder.trim().to_owned());
        if let Some(why) = holder.as_deref().and_then(unfit_holder) {
            return Err(RecipeFault::parameter("holder", why));
        }
        let others = if arguments.says("other_holders", "replace") { Others::Replaced } else { Others::Left };
        let (year, paths) = (arguments.owned("year"), arguments.paths("paths"));
        let header = Self { source: source(arguments)?, holder, year, others, paths };
        match &header.source {
            Source::Text(text) => header.wording(text.clone()).map(|_| header),
            _ => Ok(header),
        }
    }

    /// The file that the text is in.
    pub fn file(&self) -> Option<&RepoPath> {
        match &self.source {
            Source::File(path) => Some(path),
            _ => None,
        }
    }

    /// What it does.
    pub fn told(&self) -> String {
        match &self.source {
            Source::Spdx(id) => format!("put a licence header on source files: {id}"),
            Source::Text(_) => "put a licence header on source files".to_owned(),
            Source::File(path) => format!("put a licence header on source files: the one in `{path}`"),
        }
    }

    pub fn work<D: Desk>(&self, bench: &mut Bench<D>) -> Worked<D> {
        let wording = match &self.source {
            Source::Spdx(id) => Wording::spdx(id, self.year.as_deref(), self.holder.as_deref()),
            Source::Text(text) => self.wording(text.clone())?,
            Source::File(path) => {
                let text = bench.text(path)?;
                self.wording(text)?
            }
        };
        let mut run = Run { wording, outcome: Outcome::default(), left: Left::default() };
        for path in bench.files(&self.paths)? {
            if self.file() != Some(&path) {
                self.on(bench, &path, &mut run)?;
            }
        }
        run.outcome.told.extend(run.left.told());
        Ok(run.outcome)
    }

    fn wording(&self, text: String) -> Result<Wording, RecipeFault> {
        Wording::text(&text, self.year.as_deref(), self.holder.as_deref())
    }

    fn on<D: Desk>(&self, bench: &mut Bench<D>, path: &RepoPath, run: &mut Run) -> Worked<D, ()> {
        let Some(style) = style::of(path) else {
            if self.paths.contains(path) {
                run.left.add(path, "comments in such files are not known here");
            }
            return Ok(());
        };
        if let Some(why) = style::without_header(path, &self.paths) {
            run.left.add(path, why);
            return Ok(());
        }
        if let Some(why) = run.wording.unfit_for(style) {
            run.outcome.warnings.push(format!("`{path}`: left, {why}"));
            return Ok(());
        }
        let content = bench.content(path)?;
        match std::str::from_utf8(&content.bytes) {
            Ok(text) => self.put(path, text, style, run),
            Err(_) => run.left.add(path, "it is no text in UTF-8"),
        }
        Ok(())
    }

    fn put(&self, path: &RepoPath, text: &str, style: Style, run: &mut Run) {
        let name = path.as_str().rsplit('/').next().unwrap_or_default();
        match notice::look(text, name, style, &run.wording, self.others) {
            Seen::Nothing(why) => run.left.add(path, why),
            Seen::Foreign(why) => run.outcome.warnings.push(format!("`{path}`: left, {why}")),
            Seen::Same => {}
            Seen::Changed { text, what } => {
                run.outcome.told.push(format!("`{path}`: header {what}"));
                let bytes = text.into_bytes();
                run.outcome.changes.push(Change::Write { path: path.clone(), bytes, mode: None });
            }
        }
    }
}

/// What a run has to say, and what it has done so far.
struct Run {
    wording: Wording,
    outcome: Outcome,
    left: Left,
}

/// Exactly one way to say what the header says.
fn source(arguments: &Arguments) -> Result<Source, RecipeFault> {
    match (arguments.owned("spdx"), arguments.owned("text"), arguments.text("file").and_then(kind::path)) {
        (Some(spdx), None, None) => Ok(Source::Spdx(spdx)),
        (None, Some(text), None) => Ok(Source::Text(text)),
        (None, None, Some(file)) => Ok(Source::File(file)),
        (None, None, None) => {
            Err(RecipeFault::new("recipe-parameter-missing", "nothing says what the header is to say")
                .hint("give one of `spdx`, `text` and `file`"))
        }
        _ => Err(RecipeFault::new(
            "recipe-parameter-contradiction",
            "more than one of `spdx`, `text` and `file` says what the header is to say",
        )
        .hint("give one of them")),
    }
}
