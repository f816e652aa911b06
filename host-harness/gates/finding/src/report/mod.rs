//! Results of gates for a person: as text, as a Markdown table, as annotations of GitHub Actions.
//!
//! What a report says was in part written by whoever wrote the tree: nothing of it may move
//! a cursor, hide a line, end a table or mention anybody.

mod github;
mod markdown;
mod tally;
mod text;

pub use github::annotations;
pub use markdown::markdown;
pub use text::text;

/// A text on one line, with what a terminal would obey written out.
fn visible(text: &str) -> String {
    let mut to = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => to.push(' '),
            '\r' => {}
            hidden if hidden.is_control() || is_invisible(hidden) => to.extend(hidden.escape_unicode()),
            seen => to.push(seen),
        }
    }
    to
}

/// Marks that turn the direction of what follows or can't be seen at all.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests;
