//! Characters that people, and models, can't tell apart.

use std::borrow::Cow;

/// A mark that is written after its letter, the letters that may stand before it, and what
/// each of them is as one character. Other scripts are written in one way only, or stay
/// different: a whole table of Unicode would weigh more than the agent.
const MARKS: [(char, &str, &str); 13] = [
    ('\u{300}', "AEINOUaeinou", "ÀÈÌǸÒÙàèìǹòù"),
    ('\u{301}', "ACEGILNORSUYZacegilnorsuyz", "ÁĆÉǴÍĹŃÓŔŚÚÝŹáćéǵíĺńóŕśúýź"),
    ('\u{302}', "ACEGHIJOSUWYaceghijosuwy", "ÂĈÊĜĤÎĴÔŜÛŴŶâĉêĝĥîĵôŝûŵŷ"),
    ('\u{303}', "AINOUainou", "ÃĨÑÕŨãĩñõũ"),
    ('\u{304}', "AEIOUYaeiouy", "ĀĒĪŌŪȲāēīōūȳ"),
    ('\u{306}', "AEGIOUaegiou", "ĂĔĞĬŎŬăĕğĭŏŭ"),
    ('\u{307}', "ACEGIOZacegoz", "ȦĊĖĠİȮŻȧċėġȯż"),
    ('\u{308}', "AEIOUYaeiouy", "ÄËÏÖÜŸäëïöüÿ"),
    ('\u{30a}', "AUau", "ÅŮåů"),
    ('\u{30b}', "OUou", "ŐŰőű"),
    ('\u{30c}', "ACDEGHIKLNORSTUZacdeghijklnorstuz", "ǍČĎĚǦȞǏǨĽŇǑŘŠŤǓŽǎčďěǧȟǐǰǩľňǒřšťǔž"),
    ('\u{327}', "CEGKLNRSTcegklnrst", "ÇȨĢĶĻŅŖŞŢçȩģķļņŗşţ"),
    ('\u{328}', "AEIOUaeiou", "ĄĘĮǪŲąęįǫų"),
];

/// A line without the blanks at its ends, with characters that look alike made the same.
/// Bytes that are no text look like nothing else.
pub(super) fn bare(line: &[u8]) -> Cow<'_, [u8]> {
    match line_folded(line) {
        Cow::Borrowed(line) => Cow::Borrowed(line.trim_ascii()),
        Cow::Owned(line) => Cow::Owned(line.trim_ascii().to_vec()),
    }
}

/// The blanks that a line begins with, those that only look like blanks among them.
pub(super) fn indentation(line: &[u8]) -> String {
    let line = line_folded(line);
    let blanks = line.len() - line.trim_ascii_start().len();
    String::from_utf8_lossy(&line[..blanks]).into_owned()
}

fn line_folded(line: &[u8]) -> Cow<'_, [u8]> {
    match (line.is_ascii(), std::str::from_utf8(line)) {
        (false, Ok(text)) => Cow::Owned(folded(text).into_bytes()),
        _ => Cow::Borrowed(line),
    }
}

fn folded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if is_nothing(c) => {}
            '\u{2026}' => plain.push_str("..."),
            '\u{300}'..='\u{328}' => add_mark(&mut plain, c),
            _ => plain.push(one(c)),
        }
    }
    plain
}

/// A character that takes no room, or says only in which direction others run.
fn is_nothing(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// The character of ASCII that one looks like.
fn one(c: char) -> char {
    match c {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{2018}'..='\u{201b}' | '\u{2032}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' => '"',
        // The wide forms are in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Joins a mark with the letter before it, where there is one character for both.
fn add_mark(plain: &mut String, mark: char) {
    let joined = plain.chars().next_back().and_then(|letter| joined(letter, mark));
    if joined.is_some() {
        plain.pop();
    }
    plain.push(joined.unwrap_or(mark));
}

fn joined(letter: char, mark: char) -> Option<char> {
    let (_, letters, joined) = MARKS.iter().find(|(other, ..)| *other == mark)?;
    letters.chars().zip(joined.chars()).find(|(other, _)| *other == letter).map(|(_, joined)| joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_the_same() {
        for (text, plain) in [
            ("\u{a0}a\u{3000}b\u{2009}c", " a b c"),
            ("\u{2018}a\u{2019} \u{201c}b\u{201d}", "'a' \"b\""),
            ("a \u{2013} b \u{2212} c", "a - b - c"),
            ("wait\u{2026}", "wait..."),
            ("\u{ff41}\u{ff1d}\u{ff11}\u{ff1b}", "a=1;"),
            ("\u{feff}a\u{200b}b\u{ad}c\u{202e}", "abc"),
            ("cafe\u{301} Zu\u{308}rich s\u{327}", "caf\u{e9} Z\u{fc}rich \u{15f}"),
            ("x\u{301}", "x\u{301}"),
        ] {
            assert_eq!(folded(text), plain, "{text:?}");
        }
    }

    #[test]
    fn what_differs_stays_different() {
        for (one, other) in [("e", "\u{e9}"), ("a", "\u{430}"), ("ss", "\u{df}"), ("I", "l"), ("0", "O")] {
            assert_ne!(folded(one), folded(other));
        }
        assert_eq!(bare(b" \xff a "), Cow::Borrowed(b"\xff a"));
    }

    #[test]
    fn every_letter_with_a_mark_has_its_character() {
        for (mark, letters, joined) in MARKS {
            assert_eq!(letters.chars().count(), joined.chars().count(), "{mark:?}");
            assert!(joined.chars().all(|c| u32::from(c) > 0x7f), "{mark:?}");
        }
    }
}
