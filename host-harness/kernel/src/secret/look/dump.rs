//! Takes the dump of a file apart: the offset before each line, the text behind it.

use super::unescape::{Unescaped, place};

/// An offset has at least this many digits.
const OFFSET_MIN: usize = 6;
/// A longer line is none of a dump.
const LINE_MAX: usize = 400;
/// Fewer lines than this hold no value that is not on one of them.
const LINES_MIN: usize = 2;

/// The bytes of a dump, as its digits or characters; `None` where there is no dump. What
/// stands before its first line or behind its last one may be a string's quotes, and more.
pub(super) fn undumped(text: &[u8]) -> Option<Unescaped> {
    let mut made = Unescaped { bytes: Vec::new(), from: Vec::new() };
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').peekable();
    let (mut at, mut count, mut within) = (0, 0, false);
    while let Some(line) = lines.next() {
        let begins = !within && lines.peek().is_some_and(|next| behind_offset(next).is_some());
        let behind = behind_offset(line).filter(|_| within || line.len() <= LINE_MAX);
        let start = behind.or_else(|| if begins { first_offset(line) } else { None });
        within = start.is_some();
        if let Some(start) = start {
            let line = &line[..line.len().min(start + LINE_MAX)];
            let end = start + content(&line[start..]);
            made.bytes.extend_from_slice(&line[start..end]);
            made.from.extend(place(at + start)..place(at + end));
            count += 1;
        }
        at += line.len();
    }
    made.from.push(place(text.len()));
    (count >= LINES_MIN).then_some(made)
}

/// Where a line goes on behind an offset that does not stand at its start.
fn first_offset(line: &[u8]) -> Option<usize> {
    let first = line.len().saturating_sub(LINE_MAX).max(1);
    let starts = (first..line.len()).filter(|at| !line[at - 1].is_ascii_alphanumeric());
    starts.filter_map(|at| Some(at + behind_offset(&line[at..])?)).next()
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
