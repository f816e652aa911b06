//! TOML with the places of its values.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::recipe::{RecipeFault, answer::Span};

/// A value and its place.
pub(super) type Placed<'a> = Spanned<DeValue<'a>>;

/// Reads a document.
pub(super) fn parse<'a>(text: &'a str, place: &str) -> Result<DeTable<'a>, RecipeFault> {
    let malformed = |error: toml::de::Error| {
        let message = format!("{place} is no TOML: {}", error.message());
        RecipeFault::new("recipe-manifest-malformed", message)
    };
    DeTable::parse(text).map(Spanned::into_inner).map_err(malformed)
}

/// A value of a table.
pub(super) fn get<'t, 'a>(table: &'t DeTable<'a>, name: &str) -> Option<&'t Placed<'a>> {
    table.iter().find(|(key, _)| key.get_ref().as_ref() == name).map(|(_, value)| value)
}

/// A table within a table.
pub(super) fn table<'t, 'a>(outer: &'t DeTable<'a>, name: &str) -> Option<&'t DeTable<'a>> {
    get(outer, name).and_then(inner)
}

/// A value as a table.
pub(super) fn inner<'t, 'a>(value: &'t Placed<'a>) -> Option<&'t DeTable<'a>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

/// The items of an array.
pub(super) fn items<'t, 'a>(value: Option<&'t Placed<'a>>) -> &'t [Placed<'a>] {
    match value.map(Spanned::get_ref) {
        Some(DeValue::Array(items)) => items,
        _ => &[],
    }
}

/// What a text says.
pub(super) fn said<'t>(value: Option<&'t Placed<'_>>) -> Option<&'t str> {
    match value?.get_ref() {
        DeValue::String(said) => Some(said),
        _ => None,
    }
}

/// What a text says and the bytes between its quotation marks. One with signs that stand
/// for others, or over several lines, has no such place.
pub(super) fn quoted<'t>(text: &str, value: &'t Placed<'_>) -> Option<(&'t str, Span)> {
    let said = said(Some(value))?;
    let (from, to) = (value.span().start.checked_add(1)?, value.span().end.checked_sub(1)?);
    let span = Span { from, to };
    (span.of(text)? == said).then_some((said, span))
}
