use std::collections::{BTreeMap, BTreeSet};

use super::text::TextFormat;

/// Shapes by their names.
#[derive(Debug, Default)]
pub(super) struct Grammar(pub(super) BTreeMap<String, Shape>);

/// What something may look like.
#[derive(Debug)]
pub(super) enum Shape {
    /// Fields by name.
    Object(Object),
    /// One of these words.
    Words(BTreeSet<String>),
    /// Another name for a kind.
    Alias(Kind),
}

/// An object: its fields, and how those depend on each other.
#[derive(Debug, Default)]
pub(super) struct Object {
    /// Whether fields that aren't named here may stand in it.
    pub(super) open: bool,
    /// The fields.
    pub(super) fields: BTreeMap<String, Field>,
    /// Of these groups of fields exactly one is there.
    pub(super) exactly: Vec<Vec<String>>,
}

/// A field of an object.
#[derive(Debug)]
pub(super) struct Field {
    /// Whether it has to be there.
    pub(super) required: bool,
    /// What it holds.
    pub(super) kind: Kind,
}

/// What a value may be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A text of some format.
    Text(TextFormat),
    /// True or false.
    YesNo,
    /// A number within bounds.
    Number(Bounds),
    /// A whole number within bounds.
    Integer(Bounds),
    /// A list.
    List(Box<Kind>, Listing),
    /// Whatever one of these may be. They never overlap.
    Either(Vec<Kind>),
    /// A shape by its name.
    Named(String),
}

/// What holds for the items of a list together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    /// Nothing.
    Any,
    /// None is there twice.
    Unique,
    /// There is exactly one.
    Single,
}

/// The least and the greatest number, where there is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    /// The least.
    pub(super) least: Option<f64>,
    /// The greatest.
    pub(super) most: Option<f64>,
}
