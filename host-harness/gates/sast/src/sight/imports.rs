use std::collections::HashMap;

use symbols::{Language, syntax::Flat};

use super::Sight;
use crate::{
    facts::{Facts, is_package},
    shape::inner,
};

/// The longest name of a class that is taken as an import: chains of calls may be very long.
const QUALIFIED_BYTES_MAX: usize = 200;

/// Names that the file gives to what is elsewhere.
#[derive(Default)]
pub(super) struct Imports {
    aliases: HashMap<Vec<u8>, Vec<Vec<u8>>>,
    modules: Vec<Vec<u8>>,
}

impl Imports {
    pub fn of(flat: &Flat, bytes: &[u8], facts: &Facts) -> Self {
        let mut imports = Self::default();
        let is_java = facts.language == Language::Java;
        for node in flat.nodes() {
            let text = || bytes.get(node.start as usize..node.end as usize).unwrap_or_default();
            if facts.imports.has(node.kind) {
                imports.take(&String::from_utf8_lossy(text()), facts.language);
            } else if facts.type_paths.has(node.kind) || (is_java && facts.paths.has(node.kind)) {
                imports.take_qualified(text());
            } else if is_script(facts.language) && facts.assignments[0].kind == node.kind {
                imports.take_required(&String::from_utf8_lossy(text().get(..200).unwrap_or(text())));
            }
        }
        imports
    }

    pub fn alias(&self, name: &[u8]) -> Option<&[Vec<u8>]> {
        self.aliases.get(name).map(Vec::as_slice)
    }

    pub fn modules(&self) -> &[Vec<u8>] {
        &self.modules
    }

    fn take(&mut self, text: &str, language: Language) {
        match language {
            Language::Python => self.take_python(text),
            Language::Rust => self.take_rust(text),
            Language::Go => self.take_go(text),
            language if is_script(language) => self.take_script(text),
            _ => {
                let name = text.trim_start_matches("import").trim_start_matches("#include");
                let name = name.trim().trim_start_matches("static ").trim_end_matches(';').trim();
                self.modules.push(name.as_bytes().to_vec());
            }
        }
    }

    /// `java.net.URL` needs no import.
    fn take_qualified(&mut self, text: &[u8]) {
        if text.len() > QUALIFIED_BYTES_MAX {
            return;
        }
        let names: Vec<_> = text.split(|byte| *byte == b'.').collect();
        let packages = names.iter().take_while(|name| is_package(name)).count();
        let is_class = names.get(packages).and_then(|name| name.first()).is_some_and(u8::is_ascii_uppercase);
        if packages > 1 && packages + 1 == names.len() && is_class {
            self.modules.push(text.to_vec());
        }
    }

    fn take_python(&mut self, text: &str) {
        let text = text.replace(['(', ')', '\\', '\n', '\r', '\t'], " ");
        if let Some(rest) = text.trim().strip_prefix("from ") {
            let Some((module, names)) = rest.split_once(" import ") else { return };
            self.modules.push(module.trim().as_bytes().to_vec());
            for name in names.split(',') {
                let (name, alias) = renamed(name, " as ");
                self.add(alias, &format!("{}.{name}", module.trim()), ".");
            }
        } else {
            for name in text.trim().trim_start_matches("import ").split(',') {
                let (name, alias) = renamed(name, " as ");
                self.modules.push(name.as_bytes().to_vec());
                if name != alias {
                    self.add(alias, name, ".");
                }
            }
        }
    }

    /// `use` with braces in one another is read as if every name in them had the first path.
    fn take_rust(&mut self, text: &str) {
        let text = text.trim_end_matches(';');
        let path = text.split_once("use ").map_or(text, |(_, path)| path).trim();
        self.modules.push(path.as_bytes().to_vec());
        match path.split_once('{') {
            None => {
                let (path, alias) = renamed(path, " as ");
                let alias = if path == alias { path.rsplit("::").next().unwrap_or(path) } else { alias };
                self.add(alias, path, "::");
            }
            Some((before, names)) => {
                for name in names.split([',', '{', '}']) {
                    let (name, alias) = renamed(name, " as ");
                    let alias = if name == alias { name.rsplit("::").next().unwrap_or(name) } else { alias };
                    self.add(alias, &format!("{before}{name}"), "::");
                }
            }
        }
    }

    fn take_go(&mut self, text: &str) {
        let path = String::from_utf8_lossy(inner(text.as_bytes())).into_owned();
        let alias = text.split(['"', '`']).next().unwrap_or_default().trim();
        let is_version = |part: &&str| part.strip_prefix('v').is_some_and(|rest| rest.parse::<u32>().is_ok());
        let last = path.rsplit('/').find(|part| !is_version(part)).unwrap_or(&path).to_owned();
        if !alias.is_empty() && alias != last {
            self.add(alias, &last, "/");
        }
        self.modules.push(path.into_bytes());
    }

    fn take_script(&mut self, text: &str) {
        let Some((clause, module)) = text.rsplit_once("from") else {
            self.modules.push(inner(text.as_bytes()).to_vec());
            return;
        };
        let Some(module) = module_name(module) else { return };
        self.modules.push(module.as_bytes().to_vec());
        let clause = clause.trim().trim_start_matches("import").trim();
        let (plain, braces) = clause.split_once('{').unwrap_or((clause, ""));
        for name in plain.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let alias = name.rsplit(' ').next().unwrap_or(name);
            self.add(alias, &module, "\n");
        }
        for name in braces.split([',', '}']).map(str::trim).filter(|name| !name.is_empty()) {
            let (name, alias) = renamed(name, " as ");
            self.add(alias, &format!("{module}\n{name}"), "\n");
        }
    }

    /// `name = require("module")`, with braces or without.
    fn take_required(&mut self, text: &str) {
        let Some((left, right)) = text.split_once('=') else { return };
        let (left, right) = (left.trim(), right.trim());
        if let Some(wrapped) = right.split_once("promisify(").map(|(_, rest)| rest) {
            let wrapped = wrapped.split(')').next().unwrap_or_default();
            let path = match wrapped.split_once('.') {
                None => self.aliases.get(wrapped.as_bytes()).cloned(),
                Some((object, name)) => self.aliases.get(object.as_bytes()).cloned().map(|mut path| {
                    path.push(name.as_bytes().to_vec());
                    path
                }),
            };
            path.map(|path| self.aliases.insert(left.as_bytes().to_vec(), path));
            return;
        }
        let Some((_, call)) = right.split_once("require(").or_else(|| right.split_once("import(")) else {
            return;
        };
        let Some(module) = module_name(call) else { return };
        let after = call.split_once(')').map_or("", |(_, after)| after);
        let member = after.strip_prefix('.').map(|member| member.trim_end_matches(';').trim());
        self.modules.push(module.as_bytes().to_vec());
        match left.strip_prefix('{') {
            None if member.is_some() => {
                self.add(left, &format!("{module}\n{}", member.unwrap_or_default()), "\n");
            }
            None => self.add(left, &module, "\n"),
            Some(names) => {
                for name in names.split([',', '}']).map(str::trim).filter(|name| !name.is_empty()) {
                    let (name, alias) = renamed(name, ":");
                    self.add(alias, &format!("{module}\n{name}"), "\n");
                }
            }
        }
    }

    fn add(&mut self, alias: &str, path: &str, separator: &str) {
        let alias = alias.trim();
        let segments = path.split(separator).map(str::trim).filter(|segment| !segment.is_empty());
        let segments: Vec<_> = segments.map(|segment| segment.as_bytes().to_vec()).collect();
        if !alias.is_empty() && !segments.is_empty() {
            self.aliases.insert(alias.as_bytes().to_vec(), segments);
        }
    }
}

fn is_script(language: Language) -> bool {
    matches!(language, Language::JavaScript | Language::TypeScript | Language::Tsx)
}

/// A name, and the name that it gets.
fn renamed<'a>(text: &'a str, word: &str) -> (&'a str, &'a str) {
    let (name, alias) = text.split_once(word).unwrap_or((text, text));
    (name.trim(), alias.trim())
}

/// The module that a quoted text names: `node:fs/promises` is `fs`, too.
fn module_name(text: &str) -> Option<String> {
    let start = text.find(['"', '\'', '`'])?;
    let quote = text[start..].chars().next()?;
    let rest = &text[start + 1..];
    let name = &rest[..rest.find(quote)?];
    let name = name.strip_prefix("node:").unwrap_or(name);
    Some(name.strip_suffix("/promises").unwrap_or(name).to_owned())
}

/// The module that a node is required from: `require("child_process")`.
pub(super) fn required<'a>(sight: &Sight<'a>, node: u32) -> Option<&'a [u8]> {
    if !is_script(sight.facts.language) || !sight.facts.calls.has(sight.kind(node)) {
        return None;
    }
    let text = sight.text(node).strip_prefix(b"require(")?.strip_suffix(b")")?;
    let name = inner(text);
    (name.len() + 2 == text.trim_ascii().len()).then(|| name.strip_prefix(b"node:").unwrap_or(name))
}
