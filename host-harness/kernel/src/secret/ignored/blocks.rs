//! Blocks between `-----BEGIN` and `-----END`: those for everybody, and private keys.

use std::borrow::Cow;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
/// A shorter line of a key is none.
const LINE_MIN: usize = 16;

/// The text without certificates and public keys, which are for everybody; what proves
/// that they are one's own is not. Its lines keep their numbers.
pub(super) fn without_public(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(block) = next(rest) {
        let (before, behind) = rest.split_at(block.start);
        let (inside, after) = behind.split_at(block.length);
        kept.push_str(before);
        match block.private {
            true => kept.push_str(inside),
            false => kept.extend(inside.chars().filter(|c| *c == '\n')),
        }
        rest = after;
    }
    if kept.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(kept + rest)
}

/// The lines of private keys, each with the number of the line that its key starts in;
/// they may be written with `\n` for their ends.
pub(super) fn keys(text: &str) -> Vec<(usize, String)> {
    let (mut lines, mut at, mut number) = (Vec::new(), 0, 1);
    while let Some(found) = text[at..].find(BEGIN) {
        let start = at + found;
        number += text[at..start].matches('\n').count();
        let end = text[start..].find(END).map_or(text.len(), |end| start + end);
        if is_private(&text[start..end]) {
            lines.extend(key(&text[start..end]).into_iter().map(|line| (number, line)));
        }
        number += text[start..end].matches('\n').count();
        at = end;
    }
    lines
}

fn key(block: &str) -> Vec<String> {
    let plain = block.replace("\\r", "\n").replace("\\n", "\n");
    let beside = |c: char| c.is_whitespace() || "\\\"',+".contains(c);
    let lines = plain.lines().skip(1).map(|line| line.trim_matches(beside));
    lines.filter(|line| line.len() >= LINE_MIN).map(str::to_owned).collect()
}

struct Block {
    start: usize,
    length: usize,
    private: bool,
}

fn next(text: &str) -> Option<Block> {
    let start = text.find(BEGIN)?;
    let end = start + text[start..].find(END)? + END.len();
    let end = end + text[end..].find("-----").map_or(0, |at| at + 5);
    Some(Block { start, length: end - start, private: is_private(&text[start..end]) })
}

fn is_private(block: &str) -> bool {
    let title = block[BEGIN.len()..].split("-----").next().unwrap_or_default();
    title.contains("PRIVATE KEY")
}
