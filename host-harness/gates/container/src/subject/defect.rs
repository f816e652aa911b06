//! What is wrong with a Dockerfile as a whole: names that are not there, twins, leftovers.

use std::collections::{BTreeMap, BTreeSet};

use finding::Span;

use super::{
    Item,
    stage::{self, Stage},
};
use crate::dockerfile::{Dockerfile, Instruction, expand};

const KEYWORDS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];
/// Of these, only the last of a stage counts.
const LAST_COUNTS: &[&str] = &["CMD", "ENTRYPOINT", "HEALTHCHECK"];
/// Variables that images are expected to set.
const USUAL: &[&str] = &["PATH", "HOME", "HOSTNAME", "TERM", "PWD", "USER", "SHELL"];

type Known = BTreeMap<String, Option<String>>;

pub(super) fn find(read: &Dockerfile, stages: &[Stage], global: &Known, out: &mut Vec<Item>) {
    let mut search = Search {
        stages,
        out,
        global,
        seen: 0,
        counted: BTreeMap::new(),
        defined: BTreeSet::new(),
        names: BTreeSet::new(),
        scratch: false,
    };
    read.instructions.iter().for_each(|one| search.instruction(one));
    for span in read.blanks.iter().take(1) {
        search.put("empty-continuation", "", *span);
    }
    let capital = |one: &Instruction| one.written == one.keyword;
    let of = |one: &&Instruction| KEYWORDS.contains(&one.keyword.as_str());
    let (upper, lower): (Vec<_>, Vec<_>) = read.instructions.iter().filter(of).partition(|one| capital(one));
    if let Some(first) =
        lower.first().filter(|one| !upper.is_empty() || one.written != one.written.to_lowercase())
    {
        search.put("keyword-case", &first.written, first.span);
    }
}

struct Search<'a> {
    stages: &'a [Stage],
    global: &'a Known,
    out: &'a mut Vec<Item>,
    /// Stages that have begun.
    seen: usize,
    counted: BTreeMap<String, Span>,
    defined: BTreeSet<String>,
    names: BTreeSet<String>,
    scratch: bool,
}

impl Search<'_> {
    fn put(&mut self, code: &'static str, object: &str, span: Span) {
        let mut item = Item::new("defect", object, span);
        item.put("code", code);
        self.out.push(item);
    }

    fn instruction(&mut self, one: &Instruction) {
        let keyword = one.keyword.as_str();
        if !KEYWORDS.contains(&keyword) {
            return self.put("unknown-instruction", &one.written, one.span);
        }
        if self.seen == 0 && !["FROM", "ARG"].contains(&keyword) {
            self.put("before-from", keyword, one.span);
        }
        if one.onbuild && ["FROM", "MAINTAINER", "ONBUILD"].contains(&keyword) {
            self.put("onbuild", keyword, one.span);
        }
        let takes_none = one.rest.is_empty() && one.heredocs.is_empty();
        if takes_none {
            self.put("no-arguments", keyword, one.span);
        }
        match keyword {
            "FROM" if !one.onbuild => return self.from(one),
            "COPY" | "ADD" => self.copied_from(one),
            _ => {}
        }
        self.mounted_from(one);
        self.counted(one);
        self.variables(one);
    }

    fn from(&mut self, one: &Instruction) {
        self.counted.clear();
        self.defined.clear();
        for name in expand(one.words.first().map_or("", |word| word.text.as_str()), self.global).unknown {
            if !self.global.contains_key(&name) {
                self.put("undefined-in-from", &name, one.span);
            }
        }
        let Some(stage) = self.stages.get(self.seen) else { return };
        self.scratch = stage.base.eq_ignore_ascii_case("scratch");
        if let Some(name) = stage.name.as_ref() {
            let reserved = ["scratch", "context"].contains(&name.to_ascii_lowercase().as_str());
            if reserved {
                self.put("reserved-name", name, one.span);
            }
            if *name != name.to_lowercase() {
                self.put("stage-name-case", name, one.span);
            }
            if !self.names.insert(name.to_lowercase()) {
                self.put("twin-stage", name, one.span);
            }
        }
        self.seen += 1;
    }

    fn copied_from(&mut self, one: &Instruction) {
        let Some(from) = one.flag("from") else { return };
        self.source(&from.value, from.span);
    }

    fn mounted_from(&mut self, one: &Instruction) {
        for flag in one.flags.iter().filter(|flag| flag.name == "mount") {
            if let Some(from) = flag.value.split(',').find_map(|part| part.strip_prefix("from=")) {
                self.source(from, flag.span);
            }
        }
    }

    /// A number must be of an earlier stage, and no stage may be its own source. Any other name
    /// may be that of an image or of a build context.
    fn source(&mut self, name: &str, span: Span) {
        let current = self.seen.saturating_sub(1);
        if let Ok(number) = name.parse::<usize>() {
            if number >= current {
                self.put("unknown-stage", name, span);
            }
            return;
        }
        let Some(here) = self.stages.get(..self.seen) else { return };
        let earlier = here.get(..current).and_then(|before| stage::find(before, name)).is_some();
        if earlier {
            return;
        }
        let is_own = here
            .last()
            .and_then(|stage| stage.name.as_deref())
            .is_some_and(|own| own.eq_ignore_ascii_case(name));
        if is_own {
            self.put("own-stage", name, span);
        } else if stage::find(self.stages, name).is_some() {
            self.put("later-stage", name, span);
        } else if !name.contains(['/', ':', '.', '$', '@']) {
            self.put("unknown-source", name, span);
        }
    }

    fn counted(&mut self, one: &Instruction) {
        if !LAST_COUNTS.contains(&one.keyword.as_str()) || one.onbuild {
            return;
        }
        if let Some(earlier) = self.counted.insert(one.keyword.clone(), one.span) {
            self.put("several", &one.keyword, earlier);
        }
    }

    /// Only a stage on `scratch` is known to have no variables of its own.
    fn variables(&mut self, one: &Instruction) {
        if ["WORKDIR", "COPY", "ADD", "USER", "ENV", "EXPOSE", "VOLUME", "LABEL"]
            .contains(&one.keyword.as_str())
        {
            let known: Known = BTreeMap::new();
            for word in &one.words {
                for name in expand(&word.text, &known).unknown {
                    let defined = self.defined.contains(&name) || USUAL.contains(&name.as_str());
                    let global_only = self.global.contains_key(&name);
                    if !defined && global_only && self.own(&name) {
                        self.put("global-only", &name, word.span);
                    } else if !defined && self.scratch {
                        self.put("undefined", &name, word.span);
                    }
                }
            }
        }
        if ["ENV", "ARG"].contains(&one.keyword.as_str()) {
            self.defined.extend(one.pairs.iter().map(|pair| pair.name.text.clone()));
        }
    }

    /// Whether the stage comes from an image and not from a stage that may have defined it.
    fn own(&self, name: &str) -> bool {
        let stage = self.seen.checked_sub(1).and_then(|at| self.stages.get(at));
        stage.is_some_and(|stage| stage.inner.is_none() && !stage.variables.contains_key(name))
    }
}
