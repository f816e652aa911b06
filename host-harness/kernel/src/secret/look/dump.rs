//! Takes the dump of a file apart: the offset before each line, the text behind it.

use super::unescape::{Unescaped, place};

/// An offset has at least this many digits.
const OFFSET_MIN: usize = 6;
/// A longer line is none of a dump.
const LINE_MAX: usize = 400;
/// Fewer lines than this hold no value that is not on one of them.
const LINES_MIN: usize = 2;

/// The bytes of a dump, as its digits or characters; `None` where there is no dump.
pub(super) fn undumped(text: &[u8]) -> Option<Unescaped> {
    let mut made = Unescaped { bytes: Vec::new(), from: Vec::new() };
    let (mut at, mut lines) = (0, 0);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if line.len() <= LINE_MAX
            && let Some(start) = behind_offset(line)
        {
            let end = start + content(&line[start..]);
            made.bytes.extend_from_slice(&line[start..end]);
            made.from.extend(place(at + start)..place(at + end));
            lines += 1;
        }
        at += line.len();
    }
    made.from.push(place(text.len()));
    (lines >= LINES_MIN).then_some(made)
}

/// Where a line goes on after its offset.
fn behind_offset(line: &[u8]) -> Option<usize> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let colon = usize::from(line.get(digits) == Some(&b':'));
    let space = matches!(line.get(digits + colon), Some(b' ' | b'\t'));
    (digits >= OFFSET_MIN && space).then_some(digits + colon + 1)
}

/// How much of a line comes before the characters that its bytes are shown as.
fn content(line: &[u8]) -> usize {
    let bar = line.iter().position(|byte| *byte == b'|');
    let gap = || {
        let start = line.iter().position(u8::is_ascii_hexdigit)?;
        let gap = line[start..].windows(2).position(|pair| pair == b"  ").map(|at| start + at)?;
        let hex = line[start..gap].iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b' ');
        let rest = line[gap..].trim_ascii();
        (hex && gap - start > 8 && !rest.is_empty() && rest.len() <= 32 && !is_hex(rest)).then_some(gap)
    };
    bar.or_else(gap).unwrap_or(line.len())
}

fn is_hex(rest: &[u8]) -> bool {
    rest.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b' ') && rest.contains(&b' ')
}
