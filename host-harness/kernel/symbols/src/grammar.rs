//! What is known of each language: its grammar, and which nodes are definitions and names.

use tree_sitter::{Query, QueryError};
use tree_sitter_language::LanguageFn;

use crate::{Kind, Language};

/// Nodes that are the name of something, in any of the grammars.
const NAMES: &[&str] = &[
    "class_variable",
    "constant",
    "field_identifier",
    "global_variable",
    "identifier",
    "instance_variable",
    "name",
    "namespace_identifier",
    "package_identifier",
    "private_property_identifier",
    "property_identifier",
    "shorthand_field_identifier",
    "shorthand_property_identifier",
    "shorthand_property_identifier_pattern",
    "type_identifier",
];

/// A grammar with what is looked for in its trees.
pub(crate) struct Grammar {
    pub language: tree_sitter::Language,
    pub definitions: Query,
    /// What each capture of the query stands for.
    pub captures: Vec<Captured>,
    names: Vec<bool>,
    lifetime: u16,
}

/// What a capture of a query stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Captured {
    Name,
    Node(Kind),
    /// A declaration that is one only by what it declares.
    Declaration,
    /// The same inside a type.
    Member,
}

impl Grammar {
    pub fn of(language: Language) -> Result<Self, QueryError> {
        let grammar = self::language(language);
        let definitions = Query::new(&grammar, &queries(language).concat())?;
        let captures = definitions.capture_names().iter().map(|name| captured(name)).collect();
        let mut names = vec![false; grammar.node_kind_count()];
        for (id, is_name) in names.iter_mut().enumerate() {
            let id = id as u16;
            let kind = grammar.node_kind_for_id(id).unwrap_or_default();
            *is_name = grammar.node_kind_is_named(id) && NAMES.contains(&kind);
        }
        let lifetime = grammar.id_for_node_kind("lifetime", true);
        Ok(Self { language: grammar, definitions, captures, names, lifetime })
    }

    /// Whether nodes of this kind are the name of something.
    pub fn is_name(&self, kind: u16) -> bool {
        self.names.get(usize::from(kind)).copied().unwrap_or(false)
    }

    /// Whether a node has names in it that name nothing: a lifetime is a word of its own.
    pub fn is_closed(&self, kind: u16) -> bool {
        self.lifetime != 0 && kind == self.lifetime
    }
}

/// A language's grammar.
pub(crate) fn language(language: Language) -> tree_sitter::Language {
    tree_sitter::Language::new(function(language))
}

fn function(language: Language) -> LanguageFn {
    match language {
        Language::C => tree_sitter_c::LANGUAGE,
        Language::Cpp => tree_sitter_cpp::LANGUAGE,
        Language::CSharp => tree_sitter_c_sharp::LANGUAGE,
        Language::Go => tree_sitter_go::LANGUAGE,
        Language::Java => tree_sitter_java::LANGUAGE,
        Language::JavaScript => tree_sitter_javascript::LANGUAGE,
        Language::Php => tree_sitter_php::LANGUAGE_PHP,
        Language::Python => tree_sitter_python::LANGUAGE,
        Language::Ruby => tree_sitter_ruby::LANGUAGE,
        Language::Rust => tree_sitter_rust::LANGUAGE,
        Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
    }
}

/// The queries of a language, each file one text.
fn queries(language: Language) -> Vec<&'static str> {
    const C: &str = include_str!("../queries/c.scm");
    const JAVASCRIPT: &str = include_str!("../queries/javascript.scm");
    match language {
        Language::C => vec![C],
        Language::Cpp => vec![C, include_str!("../queries/cpp.scm")],
        Language::CSharp => vec![include_str!("../queries/c-sharp.scm")],
        Language::Go => vec![include_str!("../queries/go.scm")],
        Language::Java => vec![include_str!("../queries/java.scm")],
        Language::JavaScript => vec![JAVASCRIPT, include_str!("../queries/ecmascript.scm")],
        Language::Php => vec![include_str!("../queries/php.scm")],
        Language::Python => vec![include_str!("../queries/python.scm")],
        Language::Ruby => vec![include_str!("../queries/ruby.scm")],
        Language::Rust => vec![include_str!("../queries/rust.scm")],
        Language::Tsx | Language::TypeScript => {
            vec![JAVASCRIPT, include_str!("../queries/typescript.scm")]
        }
    }
}

/// A capture that is no kind is a name: the test below holds queries to what there is.
fn captured(name: &str) -> Captured {
    match name {
        "declaration" => Captured::Declaration,
        "member" => Captured::Member,
        name => Kind::named(name).map_or(Captured::Name, Captured::Node),
    }
}

/// Bytes that are others when a grammar, a query or what is made of them is another: what
/// was read with other ones is read again.
pub(crate) fn version() -> Vec<u8> {
    const MADE_OF_THEM: u32 = 1;
    let mut version = MADE_OF_THEM.to_le_bytes().to_vec();
    for language in Language::ALL {
        let grammar = self::language(language);
        let counts = [grammar.abi_version(), grammar.node_kind_count(), grammar.parse_state_count()];
        version.extend(counts.iter().flat_map(|count| (*count as u64).to_le_bytes()));
        version.extend(queries(language).concat().bytes());
    }
    version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_fits_its_grammar_and_names_known_kinds() {
        for language in Language::ALL {
            let grammar = Grammar::of(language).unwrap_or_else(|fault| panic!("{language:?}: {fault}"));
            for (name, captured) in grammar.definitions.capture_names().iter().zip(&grammar.captures) {
                assert!(*name == "name" || *captured != Captured::Name, "{language:?}: `{name}`");
            }
            assert!(grammar.names.contains(&true), "{language:?}");
        }
    }
}
