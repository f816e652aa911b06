//! The name in a declarator of C and C++, which lies as deep in it as its type is intricate.

use tree_sitter::Node;

use crate::{Kind, grammar::Captured};

/// Steps to a name: nobody points to pointers any further.
const STEPS_MAX: usize = 32;

/// What a declaration declares.
struct Declared<'a> {
    name: Node<'a>,
    is_function: bool,
    is_initialised: bool,
    /// Whether it stands outside of what it belongs to, as `A::f`.
    is_qualified: bool,
}

/// The name that a node defines, and as what, if its pattern has none itself.
pub(crate) fn defined<'a>(node: Node<'a>, captured: Captured) -> Option<(Node<'a>, Kind)> {
    let declared = declared(node)?;
    let function = if declared.is_qualified { Kind::Method } else { Kind::Function };
    let kind = match captured {
        Captured::Node(Kind::Function) | Captured::Declaration if declared.is_function => Some(function),
        Captured::Declaration if declared.is_initialised => Some(Kind::Constant),
        Captured::Member if declared.is_function => Some(Kind::Method),
        Captured::Node(Kind::Type) => Some(Kind::Type),
        _ => None,
    };
    kind.map(|kind| (declared.name, kind))
}

fn declared(node: Node<'_>) -> Option<Declared<'_>> {
    let mut declared =
        Declared { name: node, is_function: false, is_initialised: false, is_qualified: false };
    for _ in 0..STEPS_MAX {
        declared.name = inner(declared.name)?;
        match declared.name.kind() {
            "function_declarator" => declared.is_function = true,
            // A pointer to a function is none.
            "parenthesized_declarator" => declared.is_function = false,
            "init_declarator" => declared.is_initialised = true,
            "qualified_identifier" => declared.is_qualified = true,
            "identifier" | "field_identifier" | "type_identifier" | "operator_name" | "destructor_name" => {
                return Some(declared);
            }
            _ => {}
        }
    }
    None
}

/// The next step towards a name.
fn inner(node: Node<'_>) -> Option<Node<'_>> {
    let field = if node.kind().starts_with("qualified") || node.kind().starts_with("template_") {
        "name"
    } else {
        "declarator"
    };
    node.child_by_field_name(field).or_else(|| node.named_child(0).filter(|_| is_wrapper(node)))
}

/// Whether a declarator has what it is about as its only child, without a name for it.
fn is_wrapper(node: Node<'_>) -> bool {
    matches!(node.kind(), "reference_declarator" | "parenthesized_declarator" | "attributed_declarator")
}
