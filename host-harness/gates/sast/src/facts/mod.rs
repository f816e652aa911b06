//! What the engine has to know of a language beside its grammar: which nodes are strings,
//! functions, assignments. Rules need it to tell a constant from what comes from outside.

mod tables;

use symbols::{Language, syntax};
pub(crate) use tables::Table;

/// What calls are given, in any of the grammars.
const LISTS: &[&str] = &[
    "argument_list",
    "arguments",
    "generator_expression",
    "initializer_list",
    "template_string",
    "token_tree",
];

/// A table of names with the numbers that one grammar has for them.
pub(crate) struct Facts {
    pub language: Language,
    pub functions: Kinds,
    pub strings: Kinds,
    pub literals: Kinds,
    pub containers: Kinds,
    pub names: Kinds,
    pub paths: Kinds,
    /// Names of types, where they are another kind than names of values.
    pub types: Kinds,
    /// Types that are named with what they are in.
    pub type_paths: Kinds,
    pub interpolations: Kinds,
    pub sums: Kinds,
    pub calls: Kinds,
    /// What calls are given, in brackets.
    pub lists: Kinds,
    pub indices: Kinds,
    pub choices: Kinds,
    pub parameters: Kinds,
    pub imports: Kinds,
    pub assignments: Vec<Assignment>,
    /// The field that a condition has in the node around it; zero where there is none.
    pub condition: u16,
}

/// A kind of node that gives names a value.
pub(crate) struct Assignment {
    pub kind: u16,
    pub left: u16,
    pub right: u16,
}

/// A set of kinds of nodes.
#[derive(Default)]
pub(crate) struct Kinds(Vec<u16>);

impl Kinds {
    fn of(language: Language, names: &[&str]) -> Self {
        Self(names.iter().filter_map(|name| syntax::kind(language, name)).collect())
    }

    pub fn has(&self, kind: u16) -> bool {
        self.0.contains(&kind)
    }

    pub fn all(&self) -> &[u16] {
        &self.0
    }
}

impl Facts {
    pub fn of(language: Language) -> Option<Self> {
        let table = Table::of(language)?;
        let kinds = |names: &[&str]| Kinds::of(language, names);
        let field = |name: &str| syntax::field(language, name).unwrap_or_default();
        let assignments = table.assignments.iter().filter_map(|(kind, left, right)| {
            let kind = syntax::kind(language, kind)?;
            Some(Assignment { kind, left: field(left), right: field(right) })
        });
        Some(Self {
            language,
            functions: kinds(table.functions),
            strings: kinds(table.strings),
            literals: kinds(table.literals),
            containers: kinds(table.containers),
            names: kinds(table.names),
            paths: kinds(table.paths),
            types: kinds(table.types),
            type_paths: kinds(table.type_paths),
            interpolations: kinds(table.interpolations),
            sums: kinds(table.sums),
            calls: kinds(table.calls),
            lists: kinds(LISTS),
            indices: kinds(table.indices),
            choices: kinds(table.choices),
            parameters: kinds(table.parameters),
            imports: kinds(table.imports),
            assignments: assignments.collect(),
            condition: field("condition"),
        })
    }

    /// Whether a path may have some names before what a rule names: `std::mem::transmute` is
    /// `mem::transmute`, too, and `java.net.URL` is `URL`.
    pub fn may_stand_before(&self, before: &[&[u8]], names: &[&[u8]]) -> bool {
        match self.language {
            Language::Rust | Language::Cpp | Language::C => true,
            Language::Java => {
                let is_class =
                    names.first().is_some_and(|name| name.first().is_some_and(u8::is_ascii_uppercase));
                before.is_empty() || (is_class && before.iter().all(|name| is_package(name)))
            }
            _ => before.is_empty(),
        }
    }
}

/// Whether a name is written as those of Java's packages are.
pub(crate) fn is_package(name: &[u8]) -> bool {
    name.first().is_some_and(u8::is_ascii_lowercase) && !name.iter().any(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_field_of_a_table_is_known_to_a_grammar_that_uses_it() {
        let mut unknown = Vec::new();
        for table in tables::ALL {
            let is_kind = |name: &&str| table.languages.iter().any(|one| syntax::kind(*one, name).is_some());
            let is_field =
                |name: &&str| table.languages.iter().any(|one| syntax::field(*one, name).is_some());
            unknown.extend(table.kinds().filter(|name| !is_kind(name)));
            let fields = table.assignments.iter().flat_map(|(_, left, right)| [*left, *right]);
            unknown.extend(fields.filter(|name| !is_field(name)));
        }
        assert_eq!(unknown, Vec::<&str>::new());
    }
}
