//! A stranger's text as it may stand on a line of a map.

use agent_contract::fault::is_unseen;

/// Whether a text can't break out of its line, nor hide or turn what stands around it.
pub(crate) fn is_plain(text: &str) -> bool {
    // Without stopping at the first: sixteen bytes at a time are quicker than each in turn.
    let is_control = text.bytes().fold(false, |found, byte| found | (byte < b' ') | (byte == 0x7f));
    !is_control && (text.is_ascii() || !text.chars().any(is_odd))
}

/// The text with a mark in the place of each character that is not plain.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if is_odd(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn is_odd(c: char) -> bool {
    c.is_control() || is_unseen(c)
}

/// As much of the start as fits in so many bytes, cut between characters.
pub(crate) fn start(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
