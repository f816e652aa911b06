//! A Dockerfile as items.

use std::collections::BTreeMap;

use super::{
    Item, defect, run,
    stage::{Base, Stage},
};
use crate::{
    dockerfile::{Dockerfile, Form, Instruction, expand},
    image::Image,
    secret::{self, Worth},
};

/// Every stage takes over the state of another: together they stay bounded.
const STAGES_MAX: usize = 100;
/// What the builder itself sets.
const GIVEN: &[&str] = &[
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
];

pub(crate) fn items(read: &Dockerfile) -> Result<Vec<Item>, String> {
    let mut walk =
        Walk { global: BTreeMap::new(), stages: Vec::new(), out: Vec::new(), foreign: read.escape == '`' };
    for name in GIVEN {
        walk.global.insert((*name).to_owned(), None);
    }
    for one in &read.instructions {
        walk.instruction(one)?;
    }
    let last = walk.stages.len().saturating_sub(1);
    let stages = walk.stages.iter().enumerate().map(|(at, stage)| stage.item(at == last));
    let mut stages: Vec<Item> = stages.collect();
    downloaders(&walk.out, &mut stages);
    walk.out.extend(stages);
    walk.out.push(file(read));
    defect::find(read, &walk.stages, &walk.global, &mut walk.out);
    Ok(walk.out)
}

/// Which of the two programs that do the same each stage uses.
fn downloaders(items: &[Item], stages: &mut [Item]) {
    for run in items.iter().filter(|item| item.each == "run") {
        let number = run.get("stage").first().and_then(|stage| stage.text.parse::<usize>().ok());
        let Some(stage) = number.and_then(|number| stages.get_mut(number)) else { continue };
        for program in run.get("program").iter().filter(|one| ["curl", "wget"].contains(&one.text.as_str())) {
            if stage.get("downloader").iter().all(|there| there.text != program.text) {
                stage.put_at("downloader", program.text.as_str(), program.span);
            }
        }
    }
}

fn file(read: &Dockerfile) -> Item {
    let mut item = Item::new("file", "the file", read.instructions[0].span);
    for directive in &read.directives {
        item.put_at(
            format!("directive.{}", directive.name),
            directive.value.text.as_str(),
            directive.value.span,
        );
    }
    for one in &read.instructions {
        item.put_at("keyword", one.keyword.as_str(), one.span);
    }
    item
}

struct Walk {
    global: BTreeMap<String, Option<String>>,
    stages: Vec<Stage>,
    out: Vec<Item>,
    foreign: bool,
}

impl Walk {
    fn instruction(&mut self, one: &Instruction) -> Result<(), String> {
        if one.keyword == "FROM" && !one.onbuild {
            self.from(one)?;
        } else if self.stages.is_empty() {
            self.before(one);
        }
        self.out.push(plain(one));
        for doc in &one.heredocs {
            if let Some(item) = self.out.last_mut() {
                item.put("heredoc", doc.body.as_str());
            }
        }
        match one.keyword.as_str() {
            "ENV" | "ARG" | "LABEL" => self.variables(one),
            "COPY" | "ADD" => self.copy(one),
            "EXPOSE" => self.ports(one),
            "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" => self.run(one),
            _ => {}
        }
        if let Some(stage) = self.stages.last_mut() {
            stage.take(one);
        }
        Ok(())
    }

    fn before(&mut self, one: &Instruction) {
        for pair in one.pairs.iter().filter(|_| one.keyword == "ARG") {
            let value = pair.value.as_deref().map(|value| expand(value, &self.global).text);
            self.global.insert(pair.name.text.clone(), value);
        }
    }

    fn from(&mut self, one: &Instruction) -> Result<(), String> {
        if self.stages.len() >= STAGES_MAX {
            return Err(format!("has more than {STAGES_MAX} stages"));
        }
        let base = Base::of(one, &self.global);
        let stage = Stage::begin(one, &base, &self.stages);
        let image = Image::parse(&base.image);
        let mut item = Item::new("from", base.image.as_str(), one.span);
        item.put("image", base.image.as_str());
        item.put("name", image.name.as_str());
        item.mark("stage", stage.inner.is_some());
        item.mark("unknown", !base.unknown.is_empty());
        item.mark("variable", base.written.contains('$'));
        image.tag.iter().for_each(|tag| item.put("tag", tag.as_str()));
        image.digest.iter().for_each(|digest| item.put("digest", digest.as_str()));
        one.flags
            .iter()
            .for_each(|flag| item.put_at(format!("flag.{}", flag.name), flag.value.as_str(), flag.span));
        self.out.push(item);
        self.stages.push(stage);
        Ok(())
    }

    fn variables(&mut self, one: &Instruction) {
        for pair in &one.pairs {
            let mut item = Item::new("variable", pair.name.text.as_str(), pair.name.span);
            item.put("keyword", one.keyword.as_str());
            item.put("name", pair.name.text.as_str());
            item.mark("old-form", pair.old);
            item.mark("names-secret", secret::names_one(&pair.name.text));
            if let Some(value) = &pair.value {
                item.put("value", value.as_str());
                item.put("worth", worth(value));
            }
            self.out.push(item);
        }
    }

    fn copy(&mut self, one: &Instruction) {
        let Some((target, sources)) = one.words.split_last() else { return };
        let mut item = Item::new("copy", one.keyword.as_str(), one.span);
        item.put("keyword", one.keyword.as_str());
        for source in sources.iter().filter(|source| !source.text.starts_with("<<")) {
            item.put_at("source", source.text.as_str(), source.span);
        }
        item.put_at("target", target.text.as_str(), target.span);
        item.mark("workdir", self.stages.last().is_some_and(|stage| stage.workdir));
        item.mark("inner", self.stages.last().is_some_and(|stage| stage.inner.is_some()));
        one.flags
            .iter()
            .for_each(|flag| item.put_at(format!("flag.{}", flag.name), flag.value.as_str(), flag.span));
        self.out.push(item);
    }

    fn ports(&mut self, one: &Instruction) {
        for word in &one.words {
            let mut item = Item::new("port", word.text.as_str(), word.span);
            let variables = self.stages.last().map(|stage| &stage.variables);
            let text = variables.map_or(word.text.clone(), |known| expand(&word.text, known).text);
            item.put("written", text.as_str());
            let number = text.split('/').next().unwrap_or("");
            for number in number.split('-') {
                item.put("number", number);
                let valid =
                    number.contains('$') || number.parse::<u32>().is_ok_and(|number| number <= 65_535);
                item.mark("invalid", !valid);
            }
            self.out.push(item);
        }
    }

    fn run(&mut self, one: &Instruction) {
        let stage = self.stages.last();
        let mut shell = stage.map(|stage| stage.shell.clone()).unwrap_or_default();
        shell.foreign |= self.foreign;
        let number = stage.map_or(0, |stage| stage.number);
        if one.keyword == "RUN" {
            run::items(one, &shell, number, &mut self.out);
        } else {
            run::started(one, &shell, &mut self.out);
        }
    }
}

pub(super) fn worth(value: &str) -> &'static str {
    match secret::worth(value) {
        Worth::Nothing if value.contains('$') => "reference",
        Worth::Nothing => "nothing",
        Worth::Guessable => "guessable",
        Worth::Real => "real",
    }
}

fn plain(one: &Instruction) -> Item {
    let mut item = Item::new("instruction", one.keyword.as_str(), one.span);
    item.put("keyword", one.keyword.as_str());
    item.put("text", one.rest.as_str());
    let form = match one.form {
        Form::Exec => "exec",
        Form::Shell => "shell",
        Form::BadExec => "bad-exec",
    };
    item.put("form", form);
    item.mark("onbuild", one.onbuild);
    one.words.iter().for_each(|word| item.put_at("word", word.text.as_str(), word.span));
    one.flags
        .iter()
        .for_each(|flag| item.put_at(format!("flag.{}", flag.name), flag.value.as_str(), flag.span));
    item
}
