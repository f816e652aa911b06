//! Which files are sources, and of what.

use std::borrow::Cow;

use agent_contract::RepoPath;
use symbols::Language;

use crate::rules::is_known;

const NOT_OURS: &str = "not a source in a language that has rules";

/// Why a file has nothing for this gate, told from its name.
pub(crate) fn passes_over(path: &RepoPath) -> Option<&'static str> {
    match Language::of_path(path.as_str()) {
        Some(language) if is_known(language) => None,
        None if Language::is_told_inside(path.as_str()) => None,
        _ => Some(NOT_OURS),
    }
}

/// The language of a file, or why it has nothing for this gate.
pub(crate) fn language(path: &RepoPath, bytes: &[u8]) -> Result<Language, &'static str> {
    let named = Language::of_path(path.as_str());
    if named == Some(Language::TypeScript) && is_no_script(bytes) {
        return Err("translations or a video, not TypeScript");
    }
    let language = named.or_else(|| Language::of_first_line(bytes));
    language.filter(|language| is_known(*language)).ok_or(NOT_OURS)
}

/// Translations of Qt and videos have names that end in `.ts`, too.
fn is_no_script(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let is_video = bytes.first() == Some(&0x47) && bytes.get(188) == Some(&0x47) && bytes.contains(&0);
    text.starts_with(b"<?xml") || text.starts_with(b"<!DOCTYPE TS") || is_video
}

/// A source as its grammar reads it: what is written in UTF-16 is written otherwise first.
pub(crate) fn readable(bytes: &[u8]) -> Cow<'_, [u8]> {
    let pair: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Cow::Borrowed(bytes),
    };
    let units = bytes[2..].chunks_exact(2).map(|two| pair([two[0], two[1]]));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Cow::Owned(text.into_bytes())
}
