//! Stages: what each builds on, and what is true at its end.

use std::collections::BTreeMap;

use finding::Span;

use super::{Item, run::Shell};
use crate::{
    dockerfile::{Form, Instruction, expand},
    image::Image,
};

/// A stage as far as it was read.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) name: Option<String>,
    pub(super) number: usize,
    pub(super) span: Span,
    /// The image that it comes from in the end, with variables put in.
    pub(super) base: String,
    /// Whether it builds on an earlier stage.
    pub(super) inner: Option<usize>,
    pub(super) user: Option<(String, Span)>,
    pub(super) shell: Shell,
    pub(super) workdir: bool,
    pub(super) variables: BTreeMap<String, Option<String>>,
    pub(super) health: bool,
    pub(super) starts: bool,
    pub(super) drops: bool,
    pub(super) keywords: Vec<(String, Span)>,
}

/// So many variables of a stage are followed; a stranger may write more.
const VARIABLES_MAX: usize = 500;
/// Programs by which an entry point gives up root.
const DROPPERS: &[&str] = &["gosu", "su-exec", "setpriv", "s6-setuidgid", "s6-overlay", "chpst", "runuser"];

/// What the line `FROM …` names.
pub(super) struct Base {
    pub(super) written: String,
    pub(super) image: String,
    pub(super) unknown: Vec<String>,
    pub(super) name: Option<String>,
}

impl Base {
    pub(super) fn of(from: &Instruction, global: &BTreeMap<String, Option<String>>) -> Self {
        let written = from.words.first().map_or("", |word| word.text.as_str()).to_owned();
        let expanded = expand(&written, global);
        let named = from.words.get(1).is_some_and(|word| word.text.eq_ignore_ascii_case("as"));
        let name = from.words.get(2).filter(|_| named).map(|word| word.text.clone());
        Self { written, image: expanded.text, unknown: expanded.unknown, name }
    }
}

impl Stage {
    /// A stage on an image, or on an earlier stage, whose state it takes over.
    pub(super) fn begin(from: &Instruction, base: &Base, stages: &[Self]) -> Self {
        let number = stages.len();
        let earlier = find(stages, &base.image);
        let fresh = Self {
            name: base.name.clone(),
            number,
            span: from.span,
            base: base.image.clone(),
            inner: None,
            user: None,
            shell: Shell::default(),
            workdir: false,
            variables: BTreeMap::new(),
            health: false,
            starts: false,
            drops: false,
            keywords: Vec::new(),
        };
        match earlier {
            None => fresh,
            Some(at) => Self {
                name: base.name.clone(),
                number,
                span: from.span,
                inner: Some(at),
                keywords: Vec::new(),
                ..stages[at].clone()
            },
        }
    }

    pub(super) fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.number.to_string())
    }

    /// Takes in an instruction.
    pub(super) fn take(&mut self, one: &Instruction) {
        if one.onbuild {
            return;
        }
        self.keywords.push((one.keyword.clone(), one.span));
        match one.keyword.as_str() {
            "USER" => {
                let user = one.words.first().map_or("", |word| word.text.as_str());
                self.user = Some((expand(user, &self.variables).text, one.span));
            }
            "SHELL" => self.shell = shell(one),
            "HEALTHCHECK" => self.health = true,
            "CMD" | "ENTRYPOINT" => self.starts = true,
            "WORKDIR" => self.workdir = true,
            "ENV" | "ARG" => self.define(one),
            _ => {}
        }
        // An entry point that gives up root is copied in or installed under its name.
        self.drops |= DROPPERS.iter().any(|name| one.rest.contains(name))
            || one.heredocs.iter().any(|doc| DROPPERS.iter().any(|name| doc.body.contains(name)));
    }

    fn define(&mut self, one: &Instruction) {
        for pair in &one.pairs {
            let value = pair.value.as_deref().map(|value| expand(value, &self.variables));
            let value = value.filter(|value| value.unknown.is_empty()).map(|value| value.text);
            if self.variables.len() >= VARIABLES_MAX {
                return;
            }
            let known = self.variables.entry(pair.name.text.clone()).or_default();
            if one.keyword == "ENV" || value.is_some() || known.is_none() {
                *known = value;
            }
        }
    }

    /// The stage as an item.
    pub(super) fn item(&self, last: bool) -> Item {
        let mut item = Item::new("stage", self.label(), self.span);
        let image = Image::parse(&self.base);
        item.put("base", self.base.as_str());
        item.put("base.name", image.name);
        item.mark("final", last);
        item.mark("healthcheck", self.health);
        item.mark("starts", self.starts);
        item.mark("drops-root", self.drops);
        item.mark("workdir", self.workdir);
        if let Some((user, span)) = &self.user {
            item.put_at("user", user.as_str(), *span);
        }
        for (keyword, span) in &self.keywords {
            item.put_at("keyword", keyword.as_str(), *span);
        }
        item
    }
}

/// The earlier stage that a name or a number means.
pub(super) fn find(stages: &[Stage], name: &str) -> Option<usize> {
    let named = |stage: &Stage| stage.name.as_deref().is_some_and(|there| there.eq_ignore_ascii_case(name));
    stages.iter().rposition(named)
}

fn shell(one: &Instruction) -> Shell {
    let words: Vec<&str> = one.words.iter().map(|word| word.text.as_str()).collect();
    let program = words.first().copied().unwrap_or("").to_ascii_lowercase();
    let foreign = ["powershell", "pwsh", "cmd"].iter().any(|name| program.contains(name));
    let pipefail = words.iter().any(|word| word.contains("pipefail"));
    Shell { foreign, pipefail, named: one.form == Form::Exec }
}
