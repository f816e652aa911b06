//! What a source file defines and what it names.

use crate::{
    FILE_BYTES_MAX,
    bytes::{Packer, Unpacker},
    text::is_plain,
};

/// The longest signature that is kept.
pub(crate) const SIGNATURE_BYTES_MAX: usize = 160;
/// The longest name that counts as one: what is longer was made by a program for a program.
pub(crate) const NAME_BYTES_MAX: usize = 128;
/// Definitions and names kept of one file.
pub(crate) const DEFINITIONS_MAX: usize = 4_000;
pub(crate) const NAMES_MAX: usize = 10_000;

/// What sort of thing is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A class, or a record that is one.
    Class,
    /// A constant, or a variable of a whole module.
    Constant,
    /// An enumeration.
    Enum,
    /// A function that stands by itself.
    Function,
    /// An interface, a protocol or a concept.
    Interface,
    /// A macro.
    Macro,
    /// A function of a type.
    Method,
    /// A module, namespace or package.
    Module,
    /// A property with code behind it.
    Property,
    /// What encloses definitions of a type that is defined elsewhere, as `impl` does.
    Scope,
    /// A structure or a union.
    Struct,
    /// A trait.
    Trait,
    /// Another name for a type.
    Type,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [(Self, &'static str); 13] = [
        (Self::Class, "class"),
        (Self::Constant, "constant"),
        (Self::Enum, "enum"),
        (Self::Function, "function"),
        (Self::Interface, "interface"),
        (Self::Macro, "macro"),
        (Self::Method, "method"),
        (Self::Module, "module"),
        (Self::Property, "property"),
        (Self::Scope, "scope"),
        (Self::Struct, "struct"),
        (Self::Trait, "trait"),
        (Self::Type, "type"),
    ];

    /// The name as it stands in answers.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).map(|(kind, _)| *kind)
    }
}

/// Whether the lines of references are told, which the map has no use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// With the line of every reference.
    Told,
    /// With nothing but how many there are.
    Untold,
}

/// A definition. Lines count from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition<'a> {
    /// The name.
    pub name: &'a str,
    /// What is defined.
    pub kind: Kind,
    /// The first line.
    pub first_line: u32,
    /// The last line.
    pub last_line: u32,
    /// The code up to the body, on one line.
    pub signature: &'a str,
    /// The number of the definition that it stands in.
    pub inside: Option<usize>,
}

/// A name that a file uses and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The name.
    pub name: &'a str,
    /// How often it stands there.
    pub count: u32,
    /// On which lines, if that was asked.
    pub lines: &'a [u32],
}

/// The definitions and references of one file. Texts lie one after the other in one piece,
/// since a map holds these for ten thousand files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    text: String,
    definitions: Vec<DefinitionAt>,
    references: Vec<ReferenceAt>,
    lines: Vec<u32>,
    left_out: u32,
}

/// A part of the text: its start and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span(u32, u32);

#[derive(Debug, Clone, PartialEq, Eq)]
struct DefinitionAt {
    kind: Kind,
    first_line: u32,
    last_line: u32,
    inside: Option<u32>,
    signature: Span,
    name: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ReferenceAt {
    name: Span,
    count: u32,
}

impl Tags {
    /// The definitions, in the order of the file.
    pub fn definitions(&self) -> impl ExactSizeIterator<Item = Definition<'_>> {
        self.definitions.iter().map(|at| Definition {
            name: self.at(at.name),
            kind: at.kind,
            first_line: at.first_line,
            last_line: at.last_line,
            signature: self.at(at.signature),
            inside: at.inside.map(|number| number as usize),
        })
    }

    /// The names that are used, in their own order. A definition is no use.
    pub fn references(&self) -> impl Iterator<Item = Reference<'_>> {
        let mut rest = self.lines.as_slice();
        self.references.iter().map(move |at| {
            let (lines, after) = rest.split_at((at.count as usize).min(rest.len()));
            rest = after;
            Reference { name: self.at(at.name), count: at.count, lines }
        })
    }

    /// Whether a definition is inside a function, and so nobody else's.
    pub(crate) fn is_local(&self, definition: &Definition<'_>) -> bool {
        let around = definition.inside.and_then(|around| self.definitions.get(around));
        around.is_some_and(|around| matches!(around.kind, Kind::Function | Kind::Method))
    }

    /// How many definitions and names were too many, or too long, to be kept.
    pub fn left_out(&self) -> u32 {
        self.left_out
    }

    /// A definition's name with those of the nearest definitions around it before it.
    pub fn qualified(&self, number: usize) -> String {
        const NAMES_MAX: usize = 8;
        let around = |at: &&DefinitionAt| at.inside.and_then(|at| self.definitions.get(at as usize));
        let names = std::iter::successors(self.definitions.get(number), around);
        let mut names: Vec<_> = names.take(NAMES_MAX).map(|at| self.at(at.name)).collect();
        names.reverse();
        names.join(".")
    }

    fn at(&self, Span(start, length): Span) -> &str {
        let start = start as usize;
        self.text.get(start..start + length as usize).unwrap_or_default()
    }

    pub(crate) fn leave_out(&mut self, count: usize) {
        self.left_out = self.left_out.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// Adds a definition; one that it stands in must have been added before it.
    pub(crate) fn define(&mut self, definition: Definition<'_>) {
        let signature = self.keep(definition.signature);
        // Nearly always the signature has the name in it.
        let name = match definition.signature.find(definition.name) {
            Some(at) => Span(signature.0 + at as u32, definition.name.len() as u32),
            None => self.keep(definition.name),
        };
        let (first_line, last_line) = (definition.first_line, definition.last_line);
        let inside = definition.inside.map(|number| number as u32);
        let kind = definition.kind;
        self.definitions.push(DefinitionAt { kind, first_line, last_line, inside, signature, name });
    }

    /// Adds a name that is used.
    pub(crate) fn refer(&mut self, name: &str, count: u32, lines: &[u32]) {
        let name = self.keep(name);
        self.references.push(ReferenceAt { name, count });
        self.lines.extend_from_slice(lines);
    }

    fn keep(&mut self, text: &str) -> Span {
        let span = Span(self.text.len() as u32, text.len() as u32);
        self.text.push_str(text);
        span
    }

    pub(crate) fn pack(&self, to: &mut Packer) {
        to.small(self.left_out);
        to.text(&self.text);
        to.count(self.definitions.len());
        for at in &self.definitions {
            to.byte(at.kind as u8);
            to.small(at.first_line);
            to.small(at.last_line - at.first_line);
            to.number(at.inside.map_or(0, |number| u64::from(number) + 1));
            [at.signature, at.name].iter().for_each(|Span(start, length)| {
                to.small(*start);
                to.small(*length);
            });
        }
        to.count(self.references.len());
        for at in &self.references {
            to.small(at.name.0);
            to.small(at.name.1);
            to.small(at.count);
        }
        to.count(self.lines.len());
        self.lines.iter().for_each(|line| to.small(*line));
    }

    /// Reads what was packed. Whatever could not have been packed is nothing: the bytes
    /// come from a child that read a stranger's file, or lay on a disk.
    pub(crate) fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        let left_out = from.small()?;
        let text = from.text().filter(|text| is_plain(text))?.to_owned();
        let mut number = 0;
        let definitions = from.list(DEFINITIONS_MAX, |from| {
            number += 1;
            unpack_definition(from, &text, number - 1)
        })?;
        let references = from.list(NAMES_MAX, |from| unpack_reference(from, &text))?;
        let lines = from.list(FILE_BYTES_MAX, Unpacker::small)?;
        let told: u64 = references.iter().map(|at| u64::from(at.count)).sum();
        let sound = lines.is_empty() || told == lines.len() as u64;
        sound.then_some(Self { text, definitions, references, lines, left_out })
    }
}

fn unpack_definition(from: &mut Unpacker<'_>, text: &str, number: u32) -> Option<DefinitionAt> {
    let kind = Kind::numbered(from.byte()?)?;
    let first_line = from.small()?;
    let last_line = first_line.checked_add(from.small()?)?;
    let inside = from.small()?.checked_sub(1);
    let signature = unpack_span(from, text, SIGNATURE_BYTES_MAX)?;
    let name = unpack_span(from, text, NAME_BYTES_MAX)?;
    let around = inside.is_none_or(|around| around < number);
    around.then_some(DefinitionAt { kind, first_line, last_line, inside, signature, name })
}

fn unpack_reference(from: &mut Unpacker<'_>, text: &str) -> Option<ReferenceAt> {
    Some(ReferenceAt { name: unpack_span(from, text, NAME_BYTES_MAX)?, count: from.small()? })
}

fn unpack_span(from: &mut Unpacker<'_>, text: &str, bytes_max: usize) -> Option<Span> {
    let (start, length) = (from.small()?, from.small()?);
    let from = start as usize;
    let whole = text.get(from..from.checked_add(length as usize)?)?;
    (whole.len() <= bytes_max).then_some(Span(start, length))
}
