//! What a model says, as a person's terminal may show it: text, and nothing that moves,
//! colours or hides what stands there.

use agent_contract::fault::is_unseen;

/// Of one answer no more is shown.
const CHARS_MAX: usize = 1024 * 1024;

/// Cleans a text that comes in pieces.
#[derive(Debug)]
pub(super) struct Person {
    within: Within,
    left: usize,
}

/// Where in an escape sequence the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// In none.
    Text,
    /// Behind its first character.
    Escape,
    /// In one that ends with a letter or the like.
    Control,
    /// In one that ends with a bell or with an escape of its own.
    String,
    /// Behind such an escape.
    StringEscape,
}

impl Default for Person {
    fn default() -> Self {
        Self { within: Within::Text, left: CHARS_MAX }
    }
}

impl Person {
    /// The part of a piece that may be shown.
    pub(super) fn clean(&mut self, piece: &str) -> String {
        let left = self.left;
        let clean: String = piece.chars().filter(|c| self.passes(*c)).take(left).collect();
        self.left -= clean.chars().count();
        clean
    }

    fn passes(&mut self, c: char) -> bool {
        if c == '\n' || c == '\t' {
            // No sequence goes on over a line: else one without an end would hide all the rest.
            self.within = Within::Text;
            return true;
        }
        if self.within == Within::Text {
            self.within = begins(c);
            return self.within == Within::Text && !c.is_control() && !is_unseen(c);
        }
        self.within = match (self.within, c) {
            (Within::StringEscape, '\\') | (Within::String, '\u{7}' | '\u{9c}') => Within::Text,
            (Within::String, '\u{1b}') => Within::StringEscape,
            (Within::String | Within::StringEscape, _) => Within::String,
            (_, '\u{1b}') => Within::Escape,
            (Within::Escape, '[') => Within::Control,
            (Within::Escape, ']' | 'P' | 'X' | '^' | '_') => Within::String,
            (Within::Escape, ' '..='/') => Within::Escape,
            (Within::Control, ' '..='?') => Within::Control,
            _ => Within::Text,
        };
        false
    }
}

/// The sequence that a character begins.
fn begins(c: char) -> Within {
    match c {
        '\u{1b}' => Within::Escape,
        '\u{9b}' => Within::Control,
        '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => Within::String,
        _ => Within::Text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clean(text: &str, piece: usize) -> String {
        let mut person = Person::default();
        let chars: Vec<_> = text.chars().collect();
        chars.chunks(piece).map(|piece| person.clean(&piece.iter().collect::<String>())).collect()
    }

    #[test]
    fn text_passes_and_what_steers_a_terminal_does_not() {
        for (text, expected) in [
            ("a\tb\nc \u{e9}\u{1f600}", "a\tb\nc \u{e9}\u{1f600}"),
            ("a\r\nb\u{7}\0\u{8}", "a\nb"),
            ("\u{1b}[31;1mred\u{1b}[0m", "red"),
            ("\u{9b}2Jx", "x"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]8;;http://a\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}Pq#0\u{1b}\\x\u{9d}t\u{9c}y", "xy"),
            ("\u{1b}(Bx\u{1b}7y\u{1b}\u{1b}[1mz", "xyz"),
            ("\u{1b}]0;without an end\nthe rest", "\nthe rest"),
            ("a\u{202e}b\u{200b}c\u{85}d", "abcd"),
        ] {
            for piece in [1, 2, 3, 100] {
                assert_eq!(clean(text, piece), expected, "{text:?} {piece}");
            }
        }
    }

    #[test]
    fn no_answer_fills_a_terminal_for_ever() {
        let mut person = Person::default();
        let piece = "x".repeat(CHARS_MAX - 1);
        assert_eq!(person.clean(&piece).len(), CHARS_MAX - 1);
        assert_eq!((person.clean("abc"), person.clean("d")), ("a".to_owned(), String::new()));
    }

    proptest! {
        #[test]
        fn nothing_that_steers_ever_passes(text in "[\\PC\u{1b}\u{9b}\u{7}\\[\\]\n0-9;m\\\\]{0,40}", piece in 1_usize..5) {
            let shown = clean(&text, piece);
            prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{:?}", shown);
            prop_assert_eq!(shown, clean(&text, 1000));
        }
    }
}
