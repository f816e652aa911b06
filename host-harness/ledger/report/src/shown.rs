//! Text of strangers, made safe to look at: what would hide, reorder or overwrite other text
//! is shown as what it is, and what is too long is cut and says so.

use crate::count::grouped;

/// Text in one line: ends of lines are shown too.
pub(crate) fn line(text: &str, chars_max: usize) -> String {
    show(text, chars_max, Ends::Shown)
}

/// Text that keeps its lines.
pub(crate) fn block(text: &str, chars_max: usize) -> String {
    show(text, chars_max, Ends::Kept)
}

#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Kept,
    Shown,
}

fn show(text: &str, chars_max: usize, ends: Ends) -> String {
    let mut out = String::with_capacity(text.len().min(chars_max));
    let mut chars = text.chars();
    for char in chars.by_ref().take(chars_max) {
        put(&mut out, char, ends);
    }
    let left = chars.count();
    if left > 0 {
        out.push_str(&format!("… ({} more characters)", grouped(left as u64)));
    }
    out
}

fn put(out: &mut String, char: char, ends: Ends) {
    match char {
        '\n' | '\t' if ends == Ends::Kept => out.push(char),
        '\0'..='\x1f' => out.push(char::from_u32(0x2400 + u32::from(char)).unwrap_or('�')),
        '\x7f' => out.push('␡'),
        _ if hides(char) => out.push_str(&format!("⟨U+{:04X}⟩", u32::from(char))),
        _ => out.push(char),
    }
}

/// Whether a character has no shape of its own, or changes that of its neighbours.
fn hides(char: char) -> bool {
    matches!(char,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}'
        | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_hides_is_shown() {
        for (text, shown) in [
            ("plain é 漢 🙂", "plain é 漢 🙂"),
            ("a\nb\tc", "a␊b␉c"),
            ("\0\x1b[31m\x7f", "␀␛[31m␡"),
            ("user\u{202e}gpj.exe", "user⟨U+202E⟩gpj.exe"),
            ("a\u{200b}b\u{2066}\u{feff}", "a⟨U+200B⟩b⟨U+2066⟩⟨U+FEFF⟩"),
            ("\u{85}\u{e0041}", "⟨U+0085⟩⟨U+E0041⟩"),
        ] {
            assert_eq!(line(text, 100), shown);
        }
        assert_eq!(block("a\r\n\tb\u{2028}", 100), "a␍\n\tb⟨U+2028⟩");
    }

    #[test]
    fn what_is_long_is_cut_and_says_so() {
        assert_eq!(line("éééé", 4), "éééé");
        assert_eq!(line(&"é".repeat(2000), 3), "ééé… (1,997 more characters)");
    }

    proptest! {
        #[test]
        fn no_text_keeps_a_character_that_hides(text in "\\PC*|.*|[\u{0}-\u{a0}\u{2000}-\u{2070}]*") {
            let shown = line(&text, 1000);
            prop_assert!(!shown.chars().any(|char| char.is_control() || hides(char)), "{shown:?}");
        }
    }
}
