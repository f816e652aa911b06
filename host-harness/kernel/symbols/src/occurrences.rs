//! Where a name stands in a source, as a name.

use crate::{
    Kind, Skipped, Tags,
    bytes::{Packer, Unpacker},
    definitions::{Defined, definitions, line, tell},
    parse::{Parsed, Step, walk},
    text::is_plain,
};

/// Places told of one file.
const OCCURRENCES_MAX: usize = 10_000;

/// Whether a name is given or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is the name of what is defined here.
    Definition,
    /// It names something that is defined here or elsewhere.
    Reference,
}

/// One place where a name stands. Never inside a comment, nor in the text of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The line, from one.
    pub line: u32,
    /// The byte in the line, from one.
    pub column: u32,
    /// The first byte in the file, from zero.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// What the grammar calls it.
    pub node: String,
    /// Whether it is given or used.
    pub role: Role,
    /// The definition around it, with those around that.
    pub enclosing: Option<String>,
}

/// The places where a name stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// In the order of the file.
    pub occurrences: Vec<Occurrence>,
    /// How many more there are than are told.
    pub left_out: u32,
}

/// All places where a name stands.
pub(crate) fn occurrences(parsed: &Parsed<'_>, name: &str) -> Result<Found, Skipped> {
    let defined = definitions(parsed)?;
    let around = Around { defined: &defined.found, tags: tell(parsed, &defined) };
    let mut found = Found::default();
    walk(parsed, |node| {
        if parsed.grammar.is_name(node.kind_id()) && node.child_count() == 0 && parsed.text(node) == name {
            match found.occurrences.len() {
                OCCURRENCES_MAX => found.left_out += 1,
                _ => found.occurrences.push(around.occurrence(node)),
            }
        }
        Step::In
    })?;
    Ok(found)
}

/// The definitions that a place may stand in.
struct Around<'a> {
    defined: &'a [Defined<'a>],
    tags: Tags,
}

impl<'a> Around<'a> {
    fn occurrence(&self, node: tree_sitter::Node<'_>) -> Occurrence {
        let is_own = |one: &Defined<'_>| one.name == node && one.kind != Kind::Scope;
        let own = self.defined.iter().position(is_own);
        // A definition stands in what is around it, not in itself.
        let around = own.map_or_else(|| self.innermost(node.start_byte()), |own| self.defined[own].inside);
        let at = node.start_position();
        Occurrence {
            line: line(at.row),
            column: line(at.column),
            start: node.start_byte() as u32,
            end: node.end_byte() as u32,
            node: node.kind().to_owned(),
            role: if own.is_some() { Role::Definition } else { Role::Reference },
            enclosing: around.map(|number| self.tags.qualified(number)).filter(|name| !name.is_empty()),
        }
    }

    fn innermost(&self, at: usize) -> Option<usize> {
        self.defined.iter().rposition(|defined| defined.node.byte_range().contains(&at))
    }
}

impl Found {
    pub(crate) fn pack(&self, to: &mut Packer) {
        to.small(self.left_out);
        to.count(self.occurrences.len());
        for one in &self.occurrences {
            [one.line, one.column, one.start, one.end - one.start].iter().for_each(|n| to.small(*n));
            to.text(&one.node);
            to.byte(one.role as u8);
            to.text(one.enclosing.as_deref().unwrap_or_default());
        }
    }

    /// Reads what was packed. Each place must hold the name in the source asked about.
    pub(crate) fn unpack(from: &mut Unpacker<'_>, bytes: &[u8], name: &str) -> Option<Self> {
        let left_out = from.small()?;
        let occurrences = from.list(OCCURRENCES_MAX, unpack_occurrence)?;
        let holds = |one: &Occurrence| {
            bytes.get(one.start as usize..one.end as usize).is_some_and(|text| text == name.as_bytes())
        };
        let apart = occurrences.windows(2).all(|pair| pair[0].end <= pair[1].start);
        (apart && occurrences.iter().all(holds)).then_some(Self { left_out, occurrences })
    }
}

fn unpack_occurrence(from: &mut Unpacker<'_>) -> Option<Occurrence> {
    let (line, column, start) = (from.small()?, from.small()?, from.small()?);
    let end = start.checked_add(from.small()?)?;
    let node = from.text().filter(|text| is_plain(text))?.to_owned();
    let role = match from.byte()? {
        0 => Role::Definition,
        1 => Role::Reference,
        _ => return None,
    };
    let enclosing = from.text().filter(|text| is_plain(text))?;
    let enclosing = (!enclosing.is_empty()).then(|| enclosing.to_owned());
    Some(Occurrence { line, column, start, end, node, role, enclosing })
}
