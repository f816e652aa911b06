use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use super::pep508::{address_origin, dependency, index};
use crate::{
    Ecosystem, Hash, Manifest, Origin, Requirement,
    draft::{Draft, manifest, requirement},
    files::{Files, beside},
    kind::{Kind, name},
    origin, range,
};

/// Files that may be read because others name them.
const INCLUDED_MAX: usize = 1000;

/// Reads requirements files, and those that they name.
pub(super) fn gather(files: &mut Files<'_>, draft: &mut Draft) {
    let mut read = files.parsed(Kind::Requirements, parse);
    let mut open: Vec<RepoPath> = read.iter().flat_map(|(path, file)| file.named(path)).collect();
    while let Some(path) = open.pop() {
        if read.contains_key(&path) || read.len() > INCLUDED_MAX {
            continue;
        }
        let Some(text) = files.open(&path) else { continue };
        match parse(&text) {
            Ok(file) => {
                open.extend(file.named(&path));
                read.insert(path, file);
            }
            Err(why) => files.breaks(&path, why),
        }
    }
    let constraints: BTreeSet<RepoPath> = read
        .iter()
        .flat_map(|(path, file)| file.constraints.iter().filter_map(|named| beside(path, named)))
        .collect();
    for (path, file) in &read {
        let only_bounds = constraints.contains(path) || name(path).contains("constraints");
        let pins = pins(path, file, &read);
        let mut manifest = as_manifest(path, file, &pins);
        if only_bounds {
            manifest.requirements.iter_mut().for_each(|wish| wish.conditional = true);
        }
        draft.hashes.extend(file.wishes.iter().filter_map(|wish| {
            let found = wish.read(path)?;
            Some(((path.clone(), found.name, found.line), wish.hashes.clone()))
        }));
        draft.add(Kind::Requirements, manifest);
    }
}

/// What the constraints that a file names pin.
fn pins(path: &RepoPath, file: &File, read: &BTreeMap<RepoPath, File>) -> BTreeMap<String, String> {
    let named = file.constraints.iter().filter_map(|named| beside(path, named));
    let wishes = named.filter_map(|path| read.get(&path)).flat_map(|file| &file.wishes);
    let exact = wishes.filter_map(|wish| wish.read(path)).filter(|wish| wish.exact);
    exact.map(|wish| (wish.name, wish.wanted)).collect()
}

fn as_manifest(path: &RepoPath, file: &File, pins: &BTreeMap<String, String>) -> Manifest {
    let mut manifest = manifest(Ecosystem::PyPI, path);
    let words = ["dev", "develop", "development", "test", "tests", "testing", "lint", "docs", "doc", "ci"];
    let development = name(path).split(['-', '_', '.']).any(|word| words.contains(&word));
    for wish in &file.wishes {
        let Some(mut found) = wish.read(path) else { continue };
        if let Some(pin) = pins.get(&found.name).filter(|_| !found.exact) {
            found.wanted.clone_from(pin);
            found.exact = range::exact(Ecosystem::PyPI, pin).is_some();
        }
        if let (Origin::Registry, Some(index)) = (&found.origin, &file.index) {
            found.origin = index.clone();
        }
        found.development = development;
        manifest.requirements.push(found);
    }
    manifest
}

/// A requirements file.
#[derive(Debug, Default)]
struct File {
    wishes: Vec<Wish>,
    included: Vec<String>,
    constraints: Vec<String>,
    index: Option<Origin>,
}

#[derive(Debug)]
struct Wish {
    line: u32,
    text: String,
    hashes: BTreeSet<Hash>,
}

impl File {
    fn named(&self, path: &RepoPath) -> Vec<RepoPath> {
        self.included.iter().chain(&self.constraints).filter_map(|named| beside(path, named)).collect()
    }
}

impl Wish {
    fn read(&self, path: &RepoPath) -> Option<Requirement> {
        dependency(&self.text, path, self.line).or_else(|| {
            let found = requirement(Ecosystem::PyPI, egg(&self.text)?, "", path, self.line);
            Some(Requirement { origin: address_origin(&self.text), ..found })
        })
    }
}

/// The name in `#egg=name`, or in the name of a wheel.
fn egg(text: &str) -> Option<&str> {
    if let Some((_, rest)) = text.split_once("#egg=").or_else(|| text.split_once("&egg=")) {
        return rest.split(['&', '[', ' ']).next().filter(|name| !name.is_empty());
    }
    let file = text.split(['#', '?']).next()?.rsplit('/').next()?;
    file.strip_suffix(".whl")?.split('-').next()
}

fn parse(text: &str) -> Result<File, String> {
    let mut file = File::default();
    let mut lines = (1_u32..).zip(text.lines());
    while let Some((number, first)) = lines.next() {
        let mut whole = without_comment(first).to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            let Some((_, next)) = lines.next() else { break };
            whole.push(' ');
            whole.push_str(without_comment(next).trim());
        }
        let whole = whole.trim();
        if !whole.is_empty() {
            file.take(number, whole)?;
        }
    }
    Ok(file)
}

fn without_comment(line: &str) -> &str {
    let line = line.trim_end();
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.split(" #").next().unwrap_or_default().split("\t#").next().unwrap_or_default().trim_end()
}

impl File {
    fn take(&mut self, line: u32, text: &str) -> Result<(), String> {
        if !text.starts_with('-') {
            return self.wish(line, text);
        }
        let (option, value) = match text.split_once([' ', '=']) {
            Some((option, value)) if option.starts_with("--") || text.as_bytes().get(2) == Some(&b' ') => {
                (option, value.trim())
            }
            _ if !text.starts_with("--") && text.is_char_boundary(2) => (&text[..2], text[2..].trim()),
            _ => (text, ""),
        };
        match option {
            "-r" | "--requirement" => self.included.push(value.to_owned()),
            "-c" | "--constraint" => self.constraints.push(value.to_owned()),
            "-e" | "--editable" => return self.wish(line, value),
            "-i" | "--index-url" => self.index = Some(index(value)),
            _ => {}
        }
        Ok(())
    }

    fn wish(&mut self, line: u32, text: &str) -> Result<(), String> {
        let mut words = text.split(" --");
        let text = words.next().unwrap_or_default().trim().to_owned();
        let hashes = words.filter_map(|word| {
            origin::prefixed(word.trim().strip_prefix("hash")?.trim_start_matches(['=', ' ']))
        });
        let wish = Wish { line, hashes: hashes.collect(), text };
        let path = RepoPath::parse("requirements.txt").map_err(|error| error.to_string())?;
        let address = ["./", "../", "/", "file:", "."].iter().any(|start| wish.text.starts_with(start))
            || wish.text.contains("://")
            || wish.text.contains('/')
            || wish.text.contains("${");
        if wish.read(&path).is_some() {
            self.wishes.push(wish);
        } else if !address && !wish.text.contains(['{', '$', '%']) {
            let text = agent_contract::fault::shown(&wish.text);
            return Err(format!("line {line}: `{text}` is no requirement"));
        }
        Ok(())
    }
}
