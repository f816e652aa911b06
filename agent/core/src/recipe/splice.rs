//! Texts that take the place of others in a file.

use super::{RecipeFault, answer::Span};

/// A text for some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub span: Span,
    pub text: String,
}

impl Splice {
    pub fn new(from: usize, to: usize, text: impl Into<String>) -> Self {
        Self { span: Span { from, to }, text: text.into() }
    }
}

/// Puts the texts where they belong, from the end. Two for the same bytes, or bytes that
/// are no whole characters, are an error: then something else was meant.
pub(super) fn spliced(whole: &str, mut splices: Vec<Splice>, path: &str) -> Result<String, RecipeFault> {
    splices.sort_by_key(|splice| splice.span);
    let apart =
        splices.windows(2).all(|pair| pair[0].span.to <= pair[1].span.from && pair[0].span != pair[1].span);
    let held = splices.iter().all(|splice| splice.span.of(whole).is_some());
    if !apart || !held {
        let message = format!("the places to be changed in `{path}` overlap or are no whole characters");
        return Err(RecipeFault::new("recipe-overlap", message));
    }
    let mut text = whole.to_owned();
    for splice in splices.iter().rev() {
        text.replace_range(splice.span.from..splice.span.to, &splice.text);
    }
    Ok(text)
}

/// The line end that most lines have.
pub(super) fn line_end(text: &str) -> &'static str {
    let carriage = text.matches("\r\n").count();
    if carriage * 2 > text.matches('\n').count() { "\r\n" } else { "\n" }
}
